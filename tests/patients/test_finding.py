"""Finding patients in doubt by blind indexes: sound, accents, birth date and phone, never across organisations."""

from datetime import date

import pytest

from server.core.access import Actor, Role
from server.core.faults import Forbidden
from server.core.platform import Platform
from server.patients import service as patients
from server.patients.schemas import ContactPreference, Demographics
from server.patients.tables import TokenKind
from tests.support.people import make_organisation, make_person

BORN = date(1991, 4, 12)
PHONE = "+23276000001"


async def register(worker: Actor, given: str, family: str, *, born: date = BORN, phone: str = PHONE):
    who = Demographics(given_name=given, family_name=family, birth_date=born, contact=ContactPreference(phone=phone))
    return await patients.register_patient(worker, who, region="SL-W", language="en", zone="Africa/Freetown")


@pytest.fixture
async def worker(platform: Platform) -> Actor:
    clinic = await make_organisation("Clinic of the North")
    return await make_person(clinic.organisation_id, Role.CLINIC_WORKER)


@pytest.mark.parametrize("name", ["Aminata", "KAMARA aminata", "Áminata", "Aminata Camara"])
async def test_a_name_is_found_by_its_words_without_accents_and_by_its_sound(worker: Actor, name: str) -> None:
    patient_id = await register(worker, "Aminata", "Kamara")
    await register(worker, "Mohamed", "Sesay", born=date(1978, 9, 3), phone="+23276000002")
    assert [candidate.patient_id for candidate in await patients.find_patients(worker, name=name)] == [patient_id]


async def test_more_matches_come_first_and_say_why(worker: Actor) -> None:
    other = await register(worker, "Aminata", "Kamara", born=date(1950, 1, 1), phone="+23276000009")
    wanted = await register(worker, "Aminata", "Kamara")
    found = await patients.find_patients(worker, name="Kamara", born=BORN, phone=PHONE)
    assert [candidate.patient_id for candidate in found] == [wanted, other]
    assert TokenKind.BIRTH_DATE in found[0].matched
    assert TokenKind.BIRTH_DATE not in found[1].matched


async def test_nobody_is_found_in_another_organisation(worker: Actor) -> None:
    await register(worker, "Aminata", "Kamara")
    elsewhere = await make_organisation("Clinic of the South")
    stranger = await make_person(elsewhere.organisation_id, Role.CLINIC_WORKER)
    assert await patients.find_patients(stranger, name="Aminata Kamara", born=BORN, phone=PHONE) == []


async def test_an_empty_search_finds_nobody(worker: Actor) -> None:
    await register(worker, "Aminata", "Kamara")
    assert await patients.find_patients(worker) == []


async def test_specialists_do_not_search(worker: Actor) -> None:
    reader = await make_person(worker.organisation_id, Role.SPECIALIST)
    with pytest.raises(Forbidden):
        await patients.find_patients(reader, name="Aminata")


async def test_a_changed_phone_is_found_and_the_old_one_is_not(worker: Actor) -> None:
    patient_id = await register(worker, "Aminata", "Kamara")
    await patients.change_contact(worker, patient_id, ContactPreference(phone="+23276111111"))
    assert await patients.find_patients(worker, phone=PHONE) == []
    assert [one.patient_id for one in await patients.find_patients(worker, phone="+23276111111")] == [patient_id]
