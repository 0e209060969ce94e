"""Accounts: the person behind a sign-in, made by an invitation, for a patient, or by the demo."""

from collections.abc import Iterable
from uuid import UUID

from server.core import audit, vault
from server.core.access import Action, Actor, Role, authorize
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.core.vault import blind
from server.identity import queries
from server.identity.acting import ONLY_PATIENT
from server.identity.contacts import Channel
from server.identity.faults import ContactInUse
from server.identity.schemas import PersonDetails
from server.identity.service import letters
from server.identity.service.directory import contact_from, open_person, person_by_contact, seal_person
from server.identity.service.memberships import check_roles, give_roles
from server.identity.tables import Person, PersonState


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
    return await _make_account(actor, _details_of(name, contact), language=language, zone=zone, vault_id=vault_id)


async def account_to_act(actor: Actor, *, name: str, contact: str, language: str, zone: str) -> UUID:
    """The sign-in of someone who shall act for a patient: the one with this contact, or a new one with a welcome.

    ContactInUse also when the contact is known under another name: a wrong digit must not let a stranger in,
    and nobody learns here whose number it is.
    """
    authorize(actor, Action.ACTING_MANAGE)
    details = _details_of(name, contact)
    known = await person_by_contact(contact_from(contact))
    if known is None:
        return await _make_account(actor, details, language=language, zone=zone)
    if not await _is_patient_of(actor, known) or not _is_same_name(name, (await open_person(known)).name):
        raise ContactInUse
    return known.id


async def _make_account(
    actor: Actor, details: PersonDetails, *, language: str, zone: str, vault_id: UUID | None = None
) -> UUID:
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
    return person.id if person is not None and await _is_patient_of(actor, person) else None


async def _is_patient_of(actor: Actor, person: Person) -> bool:
    """Whether the person has a patient's sign-in, and no other, with the actor's organisation."""
    return (await queries.organisations_of(person.id)).get(actor.organisation_id) == ONLY_PATIENT


def _is_same_name(typed: str, known: str) -> bool:
    """Whether all words of the shorter of the two names are in the longer one."""
    words, others = set(blind.words_of(typed)), set(blind.words_of(known))
    return bool(words and others) and (words <= others or others <= words)


def _details_of(name: str, contact: str) -> PersonDetails:
    read = contact_from(contact)
    if read.channel is Channel.EMAIL:
        return PersonDetails(name=name, email=read.address)
    return PersonDetails(name=name, phone=read.address)
