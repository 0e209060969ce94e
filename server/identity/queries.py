"""Identity's selects. Those of a verb take its actor; the ones at sign-in run before anyone is known."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.core.access import Actor, Role
from server.core.access.grants import in_force
from server.core.db import look_up, scoped
from server.core.faults import NotFound
from server.core.platform import now
from server.identity.schemas import LiveSession
from server.identity.tables import Invitation, Membership, Person, PersonState, Stage

# The session, its person and the roles in force there, in one query for each request; one row for each role.
_LIVE_SESSION = """
SELECT s."id", s."person_id", s."organisation_id", s."stage", s."seen_at", s."idle_s", s."proved_at",
       s."second_factor_at", p."language", p."zone", m."role"
FROM "session" s
JOIN "person" p ON p."id" = s."person_id"
LEFT JOIN "membership" m ON m."person_id" = s."person_id" AND m."organisation_id" = s."organisation_id"
    AND m."starts_at" <= {} AND (m."ends_at" IS NULL OR m."ends_at" > {})
WHERE s."token_hash" = {} AND s."revoked_at" IS NULL AND s."idle_until" > {} AND s."ends_at" > {}
    AND p."state" <> {}
"""


async def rows_of(query: Any) -> list[dict[str, Any]]:
    """The rows a raw query, an update or a deletion returned; Piccolo does not type them."""
    return await query


async def live_session(token_hash: bytes) -> LiveSession | None:
    """The session of that token, if nothing ended it: not it, not its person, not time."""
    at = now()
    rows = await look_up(_LIVE_SESSION, at, at, token_hash, at, at, PersonState.DISABLED.value)
    return _session_of(rows) if rows else None


def _session_of(rows: list[dict[str, Any]]) -> LiveSession:
    first = rows[0]
    return LiveSession(
        session_id=first["id"],
        person_id=first["person_id"],
        organisation_id=first["organisation_id"],
        stage=Stage(first["stage"]),
        roles=frozenset(Role(row["role"]) for row in rows if row["role"]),
        language=first["language"],
        zone=first["zone"],
        seen_at=first["seen_at"],
        idle_s=first["idle_s"],
        proved_at=first["proved_at"],
        second_factor_at=first["second_factor_at"],
    )


async def get_person(person_id: UUID) -> Person:
    """The person of an id that our own rows hold."""
    person = await Person.objects().get(Person.id == person_id)
    if person is None:
        raise NotFound
    return person


async def get_member(actor: Actor, person_id: UUID) -> Person:
    """A person who has or had a role in the actor's organisation; NotFound for everyone else."""
    if not await scoped(actor, Membership).exists().where(Membership.person_id == person_id):
        raise NotFound
    return await get_person(person_id)


async def is_or_was_member(actor: Actor, person_id: UUID) -> bool:
    """Whether the person has or had another role than patient in the actor's organisation."""
    is_staff = (Membership.person_id == person_id) & (Membership.role != Role.PATIENT)
    return await scoped(actor, Membership).exists().where(is_staff)


async def roles_in_force(person_ids: Collection[UUID], organisation_id: UUID) -> dict[UUID, set[Role]]:
    """The present roles in one organisation, by person; who has none is not there."""
    found: dict[UUID, set[Role]] = {}
    if not person_ids:
        return found
    rows = (
        await Membership.select(Membership.person_id, Membership.role)
        .where(Membership.person_id.is_in(list(person_ids)))
        .where(Membership.organisation_id == organisation_id)
        .where(in_force(Membership))
    )
    for row in rows:
        found.setdefault(row["person_id"], set()).add(Role(row["role"]))
    return found


async def organisations_of(person_id: UUID) -> dict[UUID, set[Role]]:
    """Where the person has a role now, with the roles."""
    rows = (
        await Membership.select(Membership.organisation_id, Membership.role)
        .where(Membership.person_id == person_id)
        .where(in_force(Membership))
    )
    found: dict[UUID, set[Role]] = {}
    for row in rows:
        found.setdefault(row["organisation_id"], set()).add(Role(row["role"]))
    return found


def invitation_is_open() -> Any:
    """The clause that holds for invitations that can still be accepted."""
    return Invitation.redeemed_at.is_null() & Invitation.withdrawn_at.is_null() & (Invitation.expires_at > now())


async def find_invitation(token_hash: bytes) -> Invitation | None:
    """The invitation of a link, while it can still be accepted."""
    return await Invitation.objects().get((Invitation.token_hash == token_hash) & invitation_is_open())
