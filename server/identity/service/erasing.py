"""What becomes of a patient's sign-in when the record is erased."""

from typing import Any
from uuid import UUID

from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.identity import queries
from server.identity.service.directory import open_person, seal_person
from server.identity.service.factors import remove_factors
from server.identity.service.sessions import end_sessions_of
from server.identity.tables import Person, PersonState


async def forget_person(actor: Actor, person_id: UUID) -> None:
    """Remove the name, the contacts and every way in; the id stays for the trail. In the caller's transaction."""
    authorize(actor, Action.ERASURE_DECIDE)
    forgotten: dict[Any, Any] = {
        Person.sealed: b"",
        Person.email_token: None,
        Person.phone_token: None,
        Person.state: PersonState.DISABLED,
    }
    await Person.update(forgotten).where(Person.id == person_id)
    await remove_factors(person_id)
    await end_sessions_of(person_id)
    await audit.record(actor, "person:forgotten", subject_id=person_id)


async def keep_apart(actor: Actor, person_id: UUID) -> None:
    """Seal the person's name and contacts in the organisation's directory, so that they outlive a patient's vault."""
    authorize(actor, Action.ERASURE_DECIDE)
    person = await queries.get_person(person_id)
    directory_id = await vault.directory(person.organisation_id)
    if person.vault_id == directory_id:
        return
    details = await open_person(person)
    person.vault_id = directory_id
    await seal_person(person, details)
    await Person.update({Person.vault_id: directory_id, Person.sealed: person.sealed}).where(Person.id == person_id)
