"""Roles: given, ended and changed; what was taken away binds the person's next request."""

from collections.abc import Iterable
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, Role, authorize
from server.core.access.grants import in_force
from server.core.db import transaction
from server.core.platform import now
from server.identity import queries
from server.identity.acting import ONLY_PATIENT
from server.identity.faults import LastAdministrator, RolesDoNotMix
from server.identity.service.sessions import end_sessions_of
from server.identity.tables import Membership, Organisation


def check_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles as a set; RolesDoNotMix where a patient's stands beside another."""
    wanted = frozenset(roles)
    if Role.PATIENT in wanted and wanted != ONLY_PATIENT:
        raise RolesDoNotMix
    return wanted


async def give_roles(person_id: UUID, organisation_id: UUID, roles: Iterable[Role]) -> None:
    """Add roles from now on, inside the caller's transaction; those in force are kept."""
    held = (await queries.roles_in_force([person_id], organisation_id)).get(person_id, set())
    check_roles({*held, *roles})
    at = now()
    for role in sorted(frozenset(roles) - held):
        await Membership(
            recorded_at=at, organisation_id=organisation_id, person_id=person_id, role=role, starts_at=at
        ).save()


async def set_roles(actor: Actor, person_id: UUID, roles: Iterable[Role]) -> None:
    """Make `roles` what the person holds in the actor's organisation; none ends their membership.

    Their sessions there end, so that new rights begin with a new sign-in. LastAdministrator is raised rather than
    leaving nobody who could undo it.
    """
    authorize(actor, Action.PEOPLE_MANAGE)
    wanted = check_roles(roles)
    await queries.get_member(actor, person_id)
    async with transaction():
        await _lock_roles(actor.organisation_id)
        held = (await queries.roles_in_force([person_id], actor.organisation_id)).get(person_id, set())
        if wanted == held:
            return
        await _end_roles(person_id, actor.organisation_id, held - wanted)
        await give_roles(person_id, actor.organisation_id, wanted)
        await _require_administrator(actor.organisation_id)
        await end_sessions_of(person_id, actor.organisation_id)
        detail = {"before": " ".join(sorted(held)), "after": " ".join(sorted(wanted))}
        await audit.record(actor, "person:roles-set", subject_id=person_id, detail=detail)


async def _lock_roles(organisation_id: UUID) -> None:
    """Change one person's roles at a time: two administrators cannot each remove the other."""
    await Organisation.update({Organisation.kind: Organisation.kind}).where(Organisation.id == organisation_id)


async def _end_roles(person_id: UUID, organisation_id: UUID, roles: Iterable[Role]) -> None:
    ended = [role.value for role in roles]
    if ended:
        await (
            Membership.update({Membership.ends_at: now()})
            .where(Membership.person_id == person_id)
            .where(Membership.organisation_id == organisation_id)
            .where(Membership.role.is_in(ended))
            .where(in_force(Membership))
        )


async def _require_administrator(organisation_id: UUID) -> None:
    is_left = await (
        Membership.exists()
        .where(Membership.organisation_id == organisation_id)
        .where(Membership.role == Role.ADMINISTRATOR)
        .where(in_force(Membership))
    )
    if not is_left:
        raise LastAdministrator
