"""Who may ask for a call, what the patient agrees to, and that one case has one call."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from server.calls import service as calls
from server.calls.faults import CaseNotReady, CaseOver, ConsentNeeded, NotTheTime, NotYourCall
from server.cases import service as cases
from server.contract.call import CALL_CONSENT
from server.core.access import Actor, ActorKind, Role
from server.core.faults import BadInput, KeyReused, NotFound
from server.identity.tables import Licence
from server.patients import service as patients
from server.scheduling import service as scheduling
from server.scheduling.faults import NotLicensedThere
from server.scheduling.lifecycle import EventNotAllowed
from tests.calls.calling import AGREED, ask, asked_by_patient, asked_by_reader, row_of, wanted
from tests.scheduling.diary import NINE, after, begin_practice
from tests.support.casework import audited, case_of, claimed, jobs, send, shot, told, waiting
from tests.support.clinics import Clinic, make_clinic
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def test_a_patients_call_rings_the_pool_and_stands_in_the_case(clinic: Clinic) -> None:
    call = await asked_by_patient(clinic)
    assert call.status == "ringing"
    assert [each.id for each in await calls.ringing(clinic.reader)] == [call.id]
    assert await calls.ringing(clinic.patient) == []
    assert (await jobs("calls.end_ringing"))[0]["call_id"] == str(call.id)
    assert [row["patient_id"] for row in await audited("call:asked")] == [clinic.patient_id]
    assert await told() == ["call-ringing"]
    assert call.care_case_id is not None
    assert (await case_of(clinic, call.care_case_id)).status == "waiting"


async def test_a_readers_call_rings_the_patient(clinic: Clinic) -> None:
    call = await asked_by_reader(clinic)
    assert call.status == "ringing"
    assert [each.id for each in await calls.ringing(clinic.patient)] == [call.id]
    assert await calls.ringing(clinic.reader) == []
    assert (await told())[-1] == "call-ringing"


async def test_the_patient_is_asked_for_a_yes_first(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(ConsentNeeded):
        await calls.ask(clinic.patient, wanted(case_id, consent=None))
    assert await calls.open_call_of(clinic.patient, case_id) is None
    await calls.ask(clinic.patient, wanted(case_id))
    assert await patients.has_consent(clinic.patient, clinic.patient_id, CALL_CONSENT)
    other = msgspec.structs.replace(AGREED, consent="store-and-forward")
    with pytest.raises(BadInput):
        await calls.ask(clinic.patient, wanted(case_id, consent=other))


async def test_a_case_has_one_call_however_often_it_is_asked_for(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    found = await asyncio.gather(*(ask(clinic.patient, case_id) for _ in range(5)), ask(clinic.worker, case_id))
    assert len({call.id for call in found}) == 1
    asked = wanted(case_id)
    again = await calls.ask(clinic.patient, asked)
    assert again.id == found[0].id


async def test_the_same_id_for_another_case_is_refused(clinic: Clinic) -> None:
    first, second = (await waiting(clinic))[0], (await waiting(clinic))[0]
    asked = wanted(first)
    await calls.ask(clinic.patient, asked)
    assert (await calls.ask(clinic.patient, asked)).id == asked.call_id
    with pytest.raises(KeyReused):
        await calls.ask(clinic.patient, msgspec.structs.replace(asked, case_id=second))


async def test_only_the_cases_reader_calls_its_patient(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(NotYourCall):
        await calls.ask(clinic.reader, wanted(case_id))
    stranger = (await make_clinic()).patient
    with pytest.raises(NotFound):
        await calls.ask(stranger, wanted(case_id))


async def test_a_kiosk_calls_about_what_it_brought_in(clinic: Clinic) -> None:
    kiosk = Actor(actor_id=uuid4(), kind=ActorKind.DEVICE, organisation_id=clinic.organisation_id)
    case_id, _ = await waiting(clinic)
    with pytest.raises(NotFound):
        await calls.ask(kiosk, wanted(case_id))


async def test_a_case_that_nobody_can_read_yet_is_not_called_about(clinic: Clinic) -> None:
    """Its call would stand in nobody's waiting room."""
    case_id = await send(clinic, shot().part)
    with pytest.raises(CaseNotReady):
        await ask(clinic.patient, case_id)


async def test_nobody_is_called_about_a_case_that_is_over(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    with pytest.raises(CaseOver):
        await ask(clinic.patient, case_id)


async def test_a_visits_call_begins_when_its_time_has_come(clinic: Clinic, clock: FakeClock) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    for minutes in (-31, 30 + 121):
        clock.at = after(NINE, minutes=minutes)
        with pytest.raises(NotTheTime):
            await calls.ask_for_visit(clinic.patient, appointment_id, AGREED)
    clock.at = after(NINE, minutes=-10)
    call = await calls.ask_for_visit(clinic.patient, appointment_id, AGREED)
    assert (call.status, call.specialist_id) == ("ringing", clinic.reader.actor_id)
    assert (await calls.ask_for_visit(clinic.reader, appointment_id)).id == call.id
    answered = await calls.answer(clinic.reader, call.id)
    assert answered.status == "joining"


async def test_a_visits_licence_is_asked_for_again_at_joining(clinic: Clinic, clock: FakeClock) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    clock.at = NINE
    await Licence.update({Licence.ends_on: (NINE - timedelta(days=1)).date()}).where(
        Licence.person_id == clinic.reader.actor_id
    )
    with pytest.raises(NotLicensedThere):
        await calls.ask_for_visit(clinic.patient, appointment_id, AGREED)


async def test_a_cancelled_visit_has_no_call(clinic: Clinic, clock: FakeClock) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    await scheduling.cancel(clinic.patient, appointment_id)
    clock.at = NINE
    with pytest.raises(EventNotAllowed):
        await calls.ask_for_visit(clinic.patient, appointment_id, AGREED)


async def test_somebody_elses_visit_is_not_theirs_to_begin(clinic: Clinic, clock: FakeClock) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    clock.at = NINE
    colleague = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=("SL-W",))
    with pytest.raises(NotYourCall):
        await calls.ask_for_visit(colleague, appointment_id)


async def test_a_requeued_call_keeps_its_first_place(clinic: Clinic, clock: FakeClock) -> None:
    call = await asked_by_patient(clinic)
    asked_at = call.asked_at
    await calls.decline(clinic.reader, call.id)
    assert (await row_of(clinic, call.id)).status == "declined"
    clock.advance(minutes=20)
    again = await calls.requeue(clinic.patient, call.id)
    assert (again.status, again.asked_at, again.ended_at) == ("asked", asked_at, None)
