"""The people of an organisation: listed for those who run it, looked up for other slices."""

from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, ActorKind, Role, authorize, permits
from server.core.access.grants import in_force
from server.core.db import transaction
from server.core.faults import NotFound
from server.identity import queries
from server.identity.faults import TakerUnknown
from server.identity.schemas import PersonCard, PersonDetails
from server.identity.service.directory import open_people
from server.identity.service.factors import can_sign_in
from server.identity.service.sessions import end_sessions_of
from server.identity.tables import Membership, Person, PersonState


async def staff(actor: Actor) -> list[PersonCard]:
    """Everyone who has a role other than patient in the actor's organisation, by name."""
    authorize(actor, Action.PEOPLE_READ)
    return await _members(actor.organisation_id, [role for role in Role if role is not Role.PATIENT])


async def staff_member(actor: Actor, person_id: UUID) -> PersonCard:
    """One of the organisation's people, with present roles (none if they have left)."""
    authorize(actor, Action.PEOPLE_READ)
    person = await queries.get_member(actor, person_id)
    roles = (await queries.roles_in_force([person_id], actor.organisation_id)).get(person_id, set())
    if Role.PATIENT in roles:
        raise NotFound
    return _card(person, (await open_people([person]))[person.id], roles, actor.organisation_id)


def may_manage_people(actor: Actor) -> bool:
    """Whether to show what changes people, and not only who they are."""
    return permits(actor, Action.PEOPLE_MANAGE)


async def people_in_role(organisation_id: UUID, role: Role) -> list[PersonCard]:
    """Who holds the role in the organisation now and can sign in or was invited to, by name."""
    return await _members(organisation_id, [role])


async def is_active_as(person_id: UUID, organisation_id: UUID, role: Role) -> bool:
    """Whether the person may act in the role there now, for what acts in their name without a session."""
    person = await queries.get_person(person_id)
    held = await queries.roles_in_force([person_id], organisation_id)
    return person.state == PersonState.ACTIVE and role in held.get(person_id, set())


async def disable_person(actor: Actor, person_id: UUID) -> None:
    """Shut a person out everywhere, from their next request on; only whoever keeps their record may."""
    await _set_state(actor, person_id, PersonState.DISABLED, "person:disabled")


async def enable_person(actor: Actor, person_id: UUID) -> None:
    """Let a disabled person sign in again, with what they had; whoever had nothing yet is invited anew."""
    has_enrolled = await can_sign_in(person_id)
    await _set_state(actor, person_id, PersonState.ACTIVE if has_enrolled else PersonState.INVITED, "person:enabled")


async def _set_state(actor: Actor, person_id: UUID, state: PersonState, tag: str) -> None:
    authorize(actor, Action.PEOPLE_MANAGE)
    await get_kept_person(actor, person_id)
    async with transaction():
        await Person.update({Person.state: state}).where(Person.id == person_id)
        await end_sessions_of(person_id)
        await audit.record(actor, tag, subject_id=person_id)


async def get_kept_person(actor: Actor, person_id: UUID) -> Person:
    """A person whose record the actor's organisation keeps; NotFound for everyone else."""
    person = await queries.get_member(actor, person_id)
    if person.organisation_id != actor.organisation_id:
        raise NotFound
    return person


async def _members(organisation_id: UUID, roles: list[Role]) -> list[PersonCard]:
    rows = (
        await Membership.select(Membership.person_id)
        .where(Membership.organisation_id == organisation_id)
        .where(Membership.role.is_in([role.value for role in roles]))
        .where(in_force(Membership))
    )
    person_ids = {row["person_id"] for row in rows}
    if not person_ids:
        return []
    people = await Person.objects().where(Person.id.is_in(list(person_ids)))
    held = await queries.roles_in_force(person_ids, organisation_id)
    details = await open_people(people)
    cards = [_card(person, details[person.id], held[person.id], organisation_id) for person in people]
    return sorted(cards, key=lambda card: (card.details.name.casefold(), card.person_id))


def _card(person: Person, details: PersonDetails, roles: set[Role], organisation_id: UUID) -> PersonCard:
    return PersonCard(
        person_id=person.id,
        details=details,
        state=PersonState(person.state),
        roles=tuple(sorted(roles)),
        language=person.language,
        zone=person.zone,
        is_kept_here=person.organisation_id == organisation_id,
    )


async def require_taker(actor: Actor, taken_by: UUID | None) -> None:
    """TakerUnknown unless a kiosk names someone who works or worked in its clinic, and a person nobody else.

    Kiosks are dark for weeks: whoever left in the meantime has taken the case all the same.
    """
    if actor.kind is ActorKind.DEVICE:
        is_known = taken_by is not None and await queries.is_or_was_member(actor, taken_by)
    else:
        is_known = taken_by in {None, actor.actor_id}
    if not is_known:
        raise TakerUnknown
