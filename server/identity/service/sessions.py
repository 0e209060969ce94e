"""Sessions: begun at sign-in, renewed when rights change, found at each request, ended at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import And

from server.core import audit
from server.core.access import Actor, ActorKind, Role
from server.core.db import transaction
from server.core.ids import new_id, new_token
from server.core.platform import now
from server.identity import queries
from server.identity.acting import ONLY_PATIENT
from server.identity.clients import Client
from server.identity.faults import SignInRefused, SignInUnfinished
from server.identity.schemas import LiveSession, NewSession
from server.identity.tables import Person, PersonState, Session, Stage
from server.identity.tokens import hash_token

SEEN_EVERY_S = 60
"""How stale `seen_at` may be: writing it at each request would cost a commit for each."""


class Lifetime(msgspec.Struct, frozen=True):
    idle_s: int
    whole_s: int


_HOUR_S, _DAY_S = 3600, 86400
STEP_LIFETIME = Lifetime(600, 600)
ENROLMENT_LIFETIME = Lifetime(_DAY_S, _DAY_S)
# A shift; NIST SP 800-63B, 4.2.3 (AAL2): again after 12 hours, and after a pause.
STAFF_LIFETIME = Lifetime(_HOUR_S, 12 * _HOUR_S)
# A phone that was off the network for weeks still sends the case that waits in it.
PATIENT_LIFETIME = Lifetime(30 * _DAY_S, 90 * _DAY_S)


async def begin_session(
    person: Person,
    client: Client,
    *,
    method: str,
    stage: Stage = Stage.FULL,
    has_second_factor: bool = False,
) -> NewSession:
    """Begin a session in place of the one the client holds (a step of this sign-in, or whoever was signed in).

    Without a second factor only a patient's role can be acted in: SignInRefused where there is none.
    """
    if person.state == PersonState.DISABLED:
        raise SignInRefused
    organisation_id, roles = await _place_to_act(person, stage, has_second_factor)
    lifetime, token, at = _lifetime(stage, roles), new_token(), now()
    session = Session(
        id=new_id(),
        recorded_at=at,
        organisation_id=organisation_id,
        person_id=person.id,
        token_hash=hash_token(token),
        stage=stage,
        seen_at=at,
        idle_s=lifetime.idle_s,
        idle_until=at + timedelta(seconds=lifetime.idle_s),
        ends_at=at + timedelta(seconds=lifetime.whole_s),
        proved_at=at,
        second_factor_at=at if has_second_factor else None,
        agent=client.agent,
        address_prefix=client.address_prefix,
    )
    async with transaction():
        await session.save()
        await revoke(Session.id == client.session_id)
        await audit.record(_begins(person, session), "session:begun", subject_id=session.id, detail={"by": method})
    return NewSession(token=token, stage=stage, lasts_s=lifetime.whole_s)


async def find_session(token: str) -> LiveSession | None:
    """The live session of a cookie; what it may do is looked up anew each time."""
    session = await queries.live_session(hash_token(token))
    if session is not None:
        await _mark_seen(session)
    return session


async def renew_proved_session(session_id: UUID) -> NewSession:
    """Go on under a new token after the second factor was proved again; the old token is worth nothing."""
    at = now()
    return await _renew(session_id, {Session.proved_at: at, Session.second_factor_at: at})


async def move_session(session_id: UUID, organisation_id: UUID, roles: frozenset[Role]) -> NewSession:
    """Go on under a new token for another organisation; a session never lasts longer by moving."""
    at, lifetime = now(), _lifetime(Stage.FULL, roles)
    session = await Session.objects().get(Session.id == session_id)
    if session is None:
        raise SignInUnfinished
    idle_s = min(session.idle_s, lifetime.idle_s)
    return await _renew(
        session_id,
        {
            Session.organisation_id: organisation_id,
            Session.idle_s: idle_s,
            Session.idle_until: at + timedelta(seconds=idle_s),
            Session.ends_at: min(session.ends_at, session.recorded_at + timedelta(seconds=lifetime.whole_s)),
        },
    )


async def _renew(session_id: UUID, values: dict[Any, Any]) -> NewSession:
    token, at = new_token(), now()
    rows = (
        await Session.update({Session.token_hash: hash_token(token), **values})
        .where(Session.id == session_id)
        .where(Session.revoked_at.is_null())
        .returning(Session.stage, Session.ends_at)
    )
    if not rows:
        raise SignInUnfinished
    lasts_s = max(1, int((rows[0]["ends_at"] - at).total_seconds()))
    return NewSession(token=token, stage=Stage(rows[0]["stage"]), lasts_s=lasts_s)


async def is_session_live(session_id: UUID) -> bool:
    """Whether a session still stands; long connections ask it again and again."""
    at = now()
    return await (
        Session.exists()
        .where(Session.id == session_id)
        .where(Session.revoked_at.is_null())
        .where(Session.idle_until > at)
        .where(Session.ends_at > at)
    )


async def keep_session(session_id: UUID) -> None:
    """Somebody is at work without a request, as in a call: the session is not idle, and ends when it was to end."""
    at = now()
    stale = And(Session.id == session_id, Session.seen_at < at - timedelta(seconds=SEEN_EVERY_S))
    row = await Session.select(Session.idle_s).where(stale).first()
    if row is not None:
        idle_until = at + timedelta(seconds=row["idle_s"])
        await Session.update({Session.seen_at: at, Session.idle_until: idle_until}).where(stale)


async def end_sessions_of(person_id: UUID, organisation_id: UUID | None = None, *, keep: UUID | None = None) -> None:
    """End a person's sessions, in one organisation or everywhere, inside the caller's transaction."""
    clause = Session.person_id == person_id
    if organisation_id is not None:
        clause = clause & (Session.organisation_id == organisation_id)
    if keep is not None:
        clause = clause & (Session.id != keep)
    await revoke(clause)


async def end_session(session: LiveSession) -> None:
    """Sign out of this session, however far its sign-in has come."""
    actor = Actor(
        actor_id=session.person_id,
        kind=ActorKind.PERSON,
        organisation_id=session.organisation_id,
        session_id=session.session_id,
    )
    async with transaction():
        await revoke(Session.id == session.session_id)
        await audit.record(actor, "session:ended", subject_id=session.session_id)


async def revoke(clause: Any) -> int:
    """End the live sessions of a clause; how many there were."""
    rows = (
        await Session.update({Session.revoked_at: now()})
        .where(clause)
        .where(Session.revoked_at.is_null())
        .returning(Session.id)
    )
    return len(rows)


async def _place_to_act(person: Person, stage: Stage, has_second_factor: bool) -> tuple[UUID, frozenset[Role]]:
    """The organisation to act for: the one last acted for, else the person's own, else any."""
    if stage is not Stage.FULL:
        return person.organisation_id, frozenset()
    places = await queries.organisations_of(person.id)
    open_places = {
        place: frozenset(roles) for place, roles in places.items() if has_second_factor or roles == ONLY_PATIENT
    }
    if not open_places:
        raise SignInRefused
    wanted = [*await _last_places(person.id), person.organisation_id, *sorted(open_places)]
    chosen = next(place for place in wanted if place in open_places)
    return chosen, open_places[chosen]


async def _last_places(person_id: UUID) -> list[UUID]:
    rows = (
        await Session.select(Session.organisation_id)
        .where(Session.person_id == person_id)
        .where(Session.stage == Stage.FULL)
        .order_by(Session.recorded_at, ascending=False)
        .limit(1)
    )
    return [row["organisation_id"] for row in rows]


def _lifetime(stage: Stage, roles: frozenset[Role]) -> Lifetime:
    if stage is Stage.CODE_DUE:
        return STEP_LIFETIME
    if stage is Stage.ENROLLING:
        return ENROLMENT_LIFETIME
    return PATIENT_LIFETIME if roles == ONLY_PATIENT else STAFF_LIFETIME


async def _mark_seen(session: LiveSession) -> None:
    at = now()
    if (at - session.seen_at).total_seconds() < SEEN_EVERY_S:
        return
    idle_until = at + timedelta(seconds=session.idle_s)
    await Session.update({Session.seen_at: at, Session.idle_until: idle_until}).where(Session.id == session.session_id)


def _begins(person: Person, session: Session) -> Actor:
    return Actor(
        actor_id=person.id,
        kind=ActorKind.PERSON,
        organisation_id=session.organisation_id,
        session_id=session.id,
    )
