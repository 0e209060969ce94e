"""Accounts for patients and helpers, made at the clinic."""

import pytest
from litestar import Litestar

from server.core import vault
from server.core.access import Actor, Role, system_actor
from server.core.faults import Forbidden
from server.identity import service
from server.identity.faults import ContactInUse, ContactRefused
from server.identity.schemas import OrganisationCard
from server.identity.tables import Person
from tests.identity.browser import open_browser
from tests.identity.post import last_code, letters
from tests.support.people import make_organisation, make_person

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
async def worker(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.CLINIC_WORKER)


@pytest.mark.parametrize(
    "contact,stored", [("+34 600 000 042", "+34600000042"), ("Ana@Example.org", "ana@example.org")]
)
async def test_a_patient_is_told_and_signs_in(app: Litestar, worker: Actor, contact: str, stored: str) -> None:
    person_id = await service.create_patient_account(
        worker, name="Ana Ruiz", contact=contact, language="es", zone="Europe/Madrid"
    )
    [welcome] = await letters(stored)
    assert "/sign-in/code" in welcome.text.short
    async with open_browser(app) as browser:
        await (await browser.send("/sign-in/code", contact=contact)).follow()
        await browser.send_again("/sign-in/code/enter", code=await last_code(stored))
        me = (await browser.client.get("/api/me", headers={"accept": "application/json"})).json()
    assert (me["personId"], me["name"], me["roles"]) == (str(person_id), "Ana Ruiz", ["patient"])
    assert (me["language"], me["zone"]) == ("es", "Europe/Madrid")


async def test_a_contact_belongs_to_one_sign_in(worker: Actor) -> None:
    await service.create_patient_account(worker, name="Ana", contact="+34600000042", language="en", zone="UTC")
    with pytest.raises(ContactInUse):
        await service.create_patient_account(worker, name="Eva", contact="0034 600 000 042", language="en", zone="UTC")
    assert len(await Person.select(Person.id).where(Person.phone_token.is_not_null())) == 1


@pytest.mark.parametrize("contact", ["", "600 000 042", "ana"])
async def test_what_is_no_contact_is_refused(worker: Actor, contact: str) -> None:
    with pytest.raises(ContactRefused):
        await service.create_patient_account(worker, name="Ana", contact=contact, language="en", zone="UTC")


async def test_an_account_is_found_by_its_clinic_only(worker: Actor) -> None:
    person_id = await service.create_patient_account(
        worker, name="Ana", contact="+34600000042", language="en", zone="UTC"
    )
    assert await service.find_patient_account(worker, "+34 600 000 042") == person_id
    assert await service.find_patient_account(worker, "+34 600 000 043") is None
    elsewhere = await make_organisation("Hospital Sur")
    other = await make_person(elsewhere.organisation_id, Role.CLINIC_WORKER)
    assert await service.find_patient_account(other, "+34 600 000 042") is None


async def test_only_those_who_register_make_accounts(place: OrganisationCard) -> None:
    specialist = await make_person(place.organisation_id, Role.SPECIALIST)
    with pytest.raises(Forbidden):
        await service.create_patient_account(specialist, name="Ana", contact="+34600000042", language="en", zone="UTC")
    with pytest.raises(Forbidden):
        await service.find_patient_account(specialist, "+34600000042")


async def test_the_name_goes_when_the_patients_record_is_erased(worker: Actor) -> None:
    vault_id = await vault.create(worker.organisation_id)
    person_id = await service.create_patient_account(
        worker, name="Ana Ruiz", contact="+34600000042", language="en", zone="UTC", vault_id=vault_id
    )
    assert await service.person_name(person_id) == "Ana Ruiz"
    await vault.shred(system_actor(worker.organisation_id), vault_id)
    assert await service.person_name(person_id) == ""


async def test_organisations_are_found_by_what_they_do(place: OrganisationCard) -> None:
    kind = service.OrganisationKind
    clinic = await make_organisation("A clinic", kind=kind.CLINIC)
    readers = await make_organisation("Readers", kind=kind.SPECIALIST)
    assert [card.name for card in await service.organisations()] == ["A clinic", place.name, "Readers"]
    assert readers.organisation_id in {card.organisation_id for card in await service.organisations(kind.SPECIALIST)}
    assert [card.name for card in await service.organisations(kind.CLINIC)] == [clinic.name, place.name]
    assert (await service.organisation(clinic.organisation_id)).languages == ("en", "es")
