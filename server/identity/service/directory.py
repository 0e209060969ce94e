"""Seals and opens people's names and contacts, and finds people by their contacts."""

from collections.abc import Collection, Sequence
from uuid import UUID

from server.core import vault
from server.core.vault import Shredded, VaultKey, blind
from server.identity.contacts import NOT_A_CONTACT, Channel, SignInContact, read_contact
from server.identity.faults import ContactRefused
from server.identity.schemas import PersonDetails
from server.identity.tables import Invitation, Person

SIGN_IN_REALM = UUID(int=0)
"""Whose index key tokens of contacts are made with: at sign-in no organisation is known yet, so it is none's."""

ERASED = PersonDetails(name="")


def contact_from(typed: str) -> SignInContact:
    """The contact that a person typed; ContactRefused if it is none."""
    try:
        return read_contact(typed)
    except ValueError as error:
        raise ContactRefused(NOT_A_CONTACT) from error


async def contact_token(contact: SignInContact) -> bytes:
    return await blind.token(SIGN_IN_REALM, contact.channel.value, contact.address)


async def person_by_contact(contact: SignInContact) -> Person | None:
    column = Person.email_token if contact.channel is Channel.EMAIL else Person.phone_token
    return await Person.objects().get(column == await contact_token(contact))


async def seal_person(person: Person, details: PersonDetails) -> None:
    """Put the details and the tokens that find them into the row; the caller saves it."""
    key = await vault.key(person.vault_id)
    person.sealed = key.seal_value(_person_place(person.id), details)
    tokens = {contact.channel: await contact_token(contact) for contact in details.contacts}
    person.email_token = tokens.get(Channel.EMAIL)  # pyright: ignore[reportAttributeAccessIssue]
    person.phone_token = tokens.get(Channel.SMS)  # pyright: ignore[reportAttributeAccessIssue]


async def open_person(person: Person) -> PersonDetails:
    """The details; ERASED where the vault they were sealed in has been shredded."""
    return (await open_people([person]))[person.id]


async def open_people(people: Sequence[Person]) -> dict[UUID, PersonDetails]:
    """The details by person id, with one key for each vault; of a forgotten person nothing is left to open."""
    keys = {vault_id: await _key_or_none(vault_id) for vault_id in {person.vault_id for person in people}}
    return {person.id: _open(person, keys[person.vault_id]) for person in people}


async def person_names(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by person id; an erased person's is empty, an unknown id is left out."""
    if not person_ids:
        return {}
    people = await Person.objects().where(Person.id.is_in(list(set(person_ids))))
    return {person_id: details.name for person_id, details in (await open_people(people)).items()}


async def person_name(person_id: UUID) -> str:
    """The person's name, empty if they were erased or never were (the platform itself)."""
    return (await person_names([person_id])).get(person_id, "")


async def seal_invitation(invitation: Invitation, details: PersonDetails) -> None:
    key = await vault.key(invitation.vault_id)
    invitation.sealed = key.seal_value(_invitation_place(invitation.id), details)


async def open_invitation(invitation: Invitation) -> PersonDetails:
    key = await vault.key(invitation.vault_id)
    return key.open_value(_invitation_place(invitation.id), invitation.sealed, PersonDetails)


async def _key_or_none(vault_id: UUID) -> VaultKey | None:
    try:
        return await vault.key(vault_id)
    except Shredded:
        return None


def _open(person: Person, key: VaultKey | None) -> PersonDetails:
    if key is None or not person.sealed:
        return ERASED
    return key.open_value(_person_place(person.id), person.sealed, PersonDetails)


def _person_place(person_id: UUID) -> str:
    return f"person/{person_id}/sealed"


def _invitation_place(invitation_id: UUID) -> str:
    return f"invitation/{invitation_id}/sealed"
