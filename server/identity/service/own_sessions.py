"""The page of one's own sessions: where one is signed in, and ending that."""

from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import NotFound
from server.core.platform import now
from server.identity.schemas import SessionCard
from server.identity.service.sessions import revoke
from server.identity.tables import Session, Stage


async def own_sessions(actor: Actor) -> list[SessionCard]:
    """Where the actor is signed in now, the newest first."""
    authorize(actor, Action.SELF)
    at = now()
    sessions = (
        await Session.objects()
        .where(Session.person_id == actor.actor_id)
        .where(Session.stage == Stage.FULL)
        .where(Session.revoked_at.is_null())
        .where(Session.idle_until > at)
        .where(Session.ends_at > at)
        .order_by(Session.recorded_at, ascending=False)
    )
    return [_card(session, actor) for session in sessions]


async def end_own_session(actor: Actor, session_id: UUID) -> None:
    """End one of the actor's sessions; NotFound for another person's."""
    authorize(actor, Action.SELF)
    async with transaction():
        ended = await revoke((Session.id == session_id) & (Session.person_id == actor.actor_id))
        if not ended:
            raise NotFound
        await audit.record(actor, "session:ended", subject_id=session_id)


async def end_other_sessions(actor: Actor) -> int:
    """End every session of the actor's but this one; how many there were."""
    authorize(actor, Action.SELF)
    others = (Session.person_id == actor.actor_id) & (Session.id != actor.session_id)
    async with transaction():
        ended = await revoke(others)
        await audit.record(actor, "session:others-ended", subject_id=actor.session_id, detail={"count": ended})
    return ended


def _card(session: Session, actor: Actor) -> SessionCard:
    return SessionCard(
        session_id=session.id,
        started_at=session.recorded_at,
        seen_at=session.seen_at,
        agent=session.agent,
        address_prefix=session.address_prefix,
        is_this_one=session.id == actor.session_id,
    )
