"""Accounts: the person behind a sign-in, made by an invitation, for a patient, or by the demo."""

from collections.abc import Iterable
from uuid import UUID

from server.core import audit, vault
from server.core.access import Action, Actor, Role, authorize
from server.core.db import scoped, transaction
from server.core.ids import new_id
from server.core.platform import now
from server.identity.contacts import Channel
from server.identity.faults import ContactInUse
from server.identity.schemas import PersonDetails
from server.identity.service import letters
from server.identity.service.directory import contact_from, person_by_contact, seal_person
from server.identity.service.memberships import check_roles, give_roles
from server.identity.tables import Membership, Person, PersonState


async def make_person(
    organisation_id: UUID,
    details: PersonDetails,
    roles: Iterable[Role],
    *,
    language: str,
    zone: str,
    state: PersonState,
    vault_id: UUID | None = None,
) -> Person:
    """Make a person inside the caller's transaction; ContactInUse if a contact has a sign-in already."""
    for contact in details.contacts:
        if await person_by_contact(contact) is not None:
            raise ContactInUse
    person = Person(
        id=new_id(),
        recorded_at=now(),
        organisation_id=organisation_id,
        vault_id=vault_id or await vault.directory(organisation_id),
        language=language,
        zone=zone,
        state=state,
    )
    await seal_person(person, details)
    if not await Person.insert(person).on_conflict(action="DO NOTHING").returning(Person.id):
        raise ContactInUse  # someone else was first, between the look and the insert
    await give_roles(person.id, organisation_id, check_roles(roles))
    return person


async def create_patient_account(
    actor: Actor, *, name: str, contact: str, language: str, zone: str, vault_id: UUID | None = None
) -> UUID:
    """Make the sign-in of a patient or a helper, who is told how to use it; the caller gives the grant.

    With the patient's `vault_id` the name and contact go when the patient's record is erased. `contact` is an e-mail
    address or a phone number: ContactRefused if neither, ContactInUse if it belongs to someone.
    """
    authorize(actor, Action.PATIENT_REGISTER)
    details = _details_of(name, contact)
    async with transaction():
        person = await make_person(
            actor.organisation_id,
            details,
            [Role.PATIENT],
            language=language,
            zone=zone,
            state=PersonState.ACTIVE,
            vault_id=vault_id,
        )
        await letters.send_welcome(person, details)
        await audit.record(actor, "account:made", subject_id=person.id)
    return person.id


async def find_patient_account(actor: Actor, contact: str) -> UUID | None:
    """Who signs in with this contact and is a patient or helper of the actor's organisation."""
    authorize(actor, Action.PATIENT_REGISTER)
    person = await person_by_contact(contact_from(contact))
    if person is None:
        return None
    is_ours = await (
        scoped(actor, Membership)
        .exists()
        .where(Membership.person_id == person.id)
        .where(Membership.role == Role.PATIENT)
    )
    return person.id if is_ours else None


def _details_of(name: str, contact: str) -> PersonDetails:
    read = contact_from(contact)
    if read.channel is Channel.EMAIL:
        return PersonDetails(name=name, email=read.address)
    return PersonDetails(name=name, phone=read.address)
