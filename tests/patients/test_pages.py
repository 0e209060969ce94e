"""The pages of acting for others, of likeness and of erasing, as people use them without script."""

from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.core.access import Actor
from server.core.platform import Platform
from server.patients import service as patients
from server.patients.service import Capacity, Named, Relation
from tests.identity.browser import Browser, open_browser
from tests.support.applications import application
from tests.support.clinics import Clinic, answers, make_patient, submission
from tests.support.people import sign_in

NAMED = {"name": "Binta Sow", "contact": "+23276000055", "capacity": "helper", "relation": "carer"}


@pytest.fixture
async def browser(sqlite_platform: Platform, clinic: Clinic) -> AsyncIterator[Browser]:
    app: Litestar = application(sqlite_platform)
    async with open_browser(app) as opened:
        yield opened


async def helper_of_two(clinic: Clinic) -> Actor:
    """Someone who is no patient and acts for two."""
    other_id, _ = await make_patient(clinic.worker, name="Fatu Sesay")
    for patient_id in (clinic.patient_id, other_id):
        named = Named(name="Binta Sow", contact="+23276000055", capacity=Capacity.HELPER, relation=Relation.CARER)
        await patients.name_person(clinic.worker, patient_id, named)
    (row,) = await patients.acting_for(clinic.worker, clinic.patient_id)
    return msgspec.structs.replace(clinic.patient, actor_id=row.person_id)


async def test_whoever_acts_for_several_chooses_first_and_sees_for_whom(clinic: Clinic, browser: Browser) -> None:
    helping = await helper_of_two(clinic)
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    await sign_in(browser.client, helping)
    for path in ("/cases", "/record", "/record/access"):
        assert (await browser.open(path)).location == "/acting-for"
    await browser.send(f"/acting-for/{clinic.patient_id}", of="/acting-for")
    await browser.follow()
    assert f"/cases/{case_id}" in browser.text
    assert "Cases of Aminata Kamara" in browser.text
    for path in ("/record", "/record/access", f"/cases/{case_id}"):
        assert "You see this for" in (await browser.open(path)).text, path
    await browser.send(f"/acting-for/{(await patients.patients_of(helping))[1].patient_id}", of="/acting-for")
    assert f"/cases/{case_id}" not in (await browser.open("/cases")).text
    assert "Aminata Kamara" in (await browser.open(f"/cases/{case_id}")).text, "a case is told for its own patient"


async def test_nobody_chooses_a_patient_who_is_not_theirs(clinic: Clinic, browser: Browser) -> None:
    other_id, _ = await make_patient(clinic.worker, name="Fatu Sesay")
    await sign_in(browser.client, clinic.patient)
    assert (await browser.send(f"/acting-for/{other_id}", of="/acting-for")).status == 404
    browser.client.cookies.set("acting-for", str(other_id))
    assert "Aminata Kamara" in (await browser.open("/record")).text
    assert "Fatu" not in browser.text


async def test_patients_who_act_for_themselves_alone_are_told_nothing(clinic: Clinic, browser: Browser) -> None:
    await sign_in(browser.client, clinic.patient)
    assert "You see this for" not in (await browser.open("/cases")).text


async def test_the_worker_names_a_guardian_and_is_told_what_does_not_fit(clinic: Clinic, browser: Browser) -> None:
    page = f"/patients/{clinic.patient_id}/acting"
    await sign_in(browser.client, clinic.worker)
    await browser.send(page, **NAMED | {"capacity": "guardian"})
    assert browser.status == 422
    assert "on which day the patient comes of age" in browser.text
    await browser.send(page, **NAMED | {"contact": "nothing"})
    assert browser.status == 422
    await browser.send(page, **NAMED)
    assert "Binta Sow" in (await browser.follow()).text


async def test_a_form_sent_twice_names_once(clinic: Clinic, browser: Browser) -> None:
    page, key = f"/patients/{clinic.patient_id}/acting", str(uuid4())
    await sign_in(browser.client, clinic.patient)
    for _again in range(2):
        await browser.send(page, key=key, **NAMED)
        assert browser.status == 303
    assert len(await patients.acting_for(clinic.patient, clinic.patient_id)) == 1


async def test_records_alike_are_linked_with_a_reason_and_unlinked(clinic: Clinic, browser: Browser) -> None:
    other_id, _ = await make_patient(clinic.worker, name="Aminata Camara")
    page = f"/patients/{clinic.patient_id}/alike"
    await sign_in(browser.client, clinic.coordinator)
    assert "Aminata Camara" in (await browser.open(page)).text
    assert "sound of the name" in browser.text
    await browser.send(f"{page}/{other_id}", of=page, state="linked")
    assert not await patients.links_of(clinic.coordinator, clinic.patient_id)
    for state, reason in (("linked", "looked-at-both"), ("unlinked", "mistake")):
        await browser.send(f"{page}/{other_id}", of=page, state=state, reason=reason)
    history = await patients.links_of(clinic.coordinator, clinic.patient_id)
    assert [row.state for row in history] == ["unlinked", "linked"]
    assert "The earlier statement was a mistake" in (await browser.open(page)).text


async def test_the_patient_asks_the_coordinator_erases_and_the_page_says_so(clinic: Clinic, browser: Browser) -> None:
    page = f"/patients/{clinic.patient_id}/erasure"
    await sign_in(browser.client, clinic.patient)
    await browser.send(page, reason="patient-asks")
    assert "Waits for a decision" in (await browser.follow()).text
    browser.client.cookies.clear()
    await sign_in(browser.client, clinic.coordinator)
    assert page in (await browser.open("/erasures")).text
    await browser.send(f"{page}/confirm", of=page)
    assert "This record was erased" in (await browser.follow()).text
    await browser.open(f"/patients/{clinic.patient_id}")
    assert (browser.status, "This record was erased" in browser.text) == (410, True)


async def test_a_hold_is_told_to_whoever_would_erase(clinic: Clinic, browser: Browser) -> None:
    page = f"/patients/{clinic.patient_id}/erasure"
    await patients.ask_erasure(clinic.patient, clinic.patient_id, patients.ErasureReason.PATIENT_ASKS)
    await sign_in(browser.client, clinic.coordinator)
    await browser.send(f"/patients/{clinic.patient_id}/hold", of=page, reason="complaint")
    assert "A legal hold stands" in (await browser.follow()).text
    assert "Erase for ever" not in browser.text
    assert (await browser.send(f"{page}/confirm", of=page)).status == 409


async def test_that_a_patient_died_or_is_a_test_stands_on_every_page(clinic: Clinic, browser: Browser) -> None:
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    record = f"/patients/{clinic.patient_id}"
    await sign_in(browser.client, clinic.worker)
    await browser.send(f"{record}/flags", of=record, is_deceased="true", is_test="true")
    for path in (record, "/patients?name=Kamara"):
        assert "Deceased" in (await browser.open(path)).text
        assert "Test record" in browser.text
    assert not await patients.notify(clinic.worker, clinic.patient_id, "message", case_id)
    browser.client.cookies.clear()
    await sign_in(browser.client, clinic.reader)
    assert "Deceased" in (await browser.open(f"/queue/cases/{case_id}")).text
