"""Whom a call rings, in which order, who wins, and what becomes of it when nobody does."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from server.calls import service as calls
from server.calls.faults import AnsweredElsewhere, ConsentNeeded, NotYourCall
from server.calls.tables import CallRing
from server.cases.tables import Case
from server.core.access import Actor, ActorKind, Role
from server.core.faults import NotFound
from server.core.platform import now
from tests.calls.calling import AGREED, ask, asked_by_patient, asked_by_reader, colleague, row_of, status_of
from tests.support.casework import case_of, request_of, waiting
from tests.support.clinics import Clinic, make_clinic
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def coordinator_of_readers(clinic: Clinic) -> Actor:
    return await make_person(clinic.reading_id, Role.COORDINATOR)


async def rung(*people: Actor) -> list[bool]:
    return [bool(await calls.ringing(person)) for person in people]


async def test_all_are_rung_who_may_practise_there(clinic: Clinic) -> None:
    second, elsewhere = await colleague(clinic), await colleague(clinic, licensed_in="ES-MD")
    await asked_by_patient(clinic)
    assert await rung(clinic.reader, second, elsewhere) == [True, True, False]


async def test_one_wins_and_reads_the_case(clinic: Clinic) -> None:
    others = [await colleague(clinic) for _ in range(4)]
    call = await asked_by_patient(clinic)
    everyone = [clinic.reader, *others]
    results = await asyncio.gather(*(calls.answer(each, call.id) for each in everyone), return_exceptions=True)
    won = [person for person, result in zip(everyone, results, strict=True) if isinstance(result, calls.Call)]
    assert len(won) == 1
    assert {type(result) for result in results} == {calls.Call, AnsweredElsewhere}
    row = await row_of(clinic, call.id)
    assert (row.status, row.specialist_id) == ("joining", won[0].actor_id)
    assert await rung(*everyone) == [False] * 5
    assert row.care_case_id is not None
    assert (await request_of(clinic, row.care_case_id)).claimed_by == won[0].actor_id
    assert (await calls.answer(won[0], call.id)).id == call.id


async def test_a_call_stops_no_clock(clinic: Clinic) -> None:
    call = await asked_by_patient(clinic)
    assert call.care_case_id is not None
    due_at = (await request_of(clinic, call.care_case_id)).due_at
    await calls.answer(clinic.reader, call.id)
    await calls.end(clinic.patient, call.id)
    request = await request_of(clinic, call.care_case_id)
    assert (request.due_at, request.paused_at) == (due_at, None)


async def test_in_order_one_after_the_other(clinic: Clinic, clock: FakeClock) -> None:
    second = await colleague(clinic)
    await calls.set_plan(await coordinator_of_readers(clinic), clinic.pool_id, calls.RingMode.IN_ORDER, 30)
    call = await asked_by_patient(clinic)
    assert await rung(clinic.reader, second) == [True, False]
    clock.advance(seconds=29)
    await calls.end_ringing(clinic.organisation_id, call.id)
    assert await rung(clinic.reader, second) == [True, False]
    clock.advance(seconds=1)
    await calls.end_ringing(clinic.organisation_id, call.id)
    assert await rung(clinic.reader, second) == [False, True]
    clock.advance(seconds=30)
    await calls.end_ringing(clinic.organisation_id, call.id)
    await calls.end_ringing(clinic.organisation_id, call.id)
    assert await status_of(clinic, call.id) == "missed"


async def test_declining_rings_the_next_at_once(clinic: Clinic) -> None:
    second = await colleague(clinic)
    await calls.set_plan(await coordinator_of_readers(clinic), clinic.pool_id, calls.RingMode.IN_ORDER, 30)
    call = await asked_by_patient(clinic)
    await calls.decline(clinic.reader, call.id)
    assert await rung(clinic.reader, second) == [False, True]
    await calls.decline(second, call.id)
    assert await status_of(clinic, call.id) == "declined"


async def test_on_call_by_the_roster(clinic: Clinic, clock: FakeClock) -> None:
    second, coordinator = await colleague(clinic), await coordinator_of_readers(clinic)
    await calls.set_plan(coordinator, clinic.pool_id, calls.RingMode.ON_CALL, 45)
    case_id, _ = await waiting(clinic)
    call = await ask(clinic.patient, case_id)
    assert call.status == "asked"
    await calls.cancel(clinic.patient, call.id)
    begins = now() + timedelta(hours=1)
    shift = await calls.add_shift(coordinator, clinic.pool_id, second.actor_id, begins, begins + timedelta(hours=8))
    clock.advance(hours=2)
    await ask(clinic.patient, case_id)
    assert await rung(clinic.reader, second) == [False, True]
    await calls.end_shift(coordinator, shift)
    assert await calls.shifts_of(coordinator, clinic.pool_id) == []
    with pytest.raises(NotFound):
        await calls.set_plan(clinic.coordinator, clinic.pool_id, calls.RingMode.PARALLEL, 45)


async def test_a_patient_answers_with_a_yes(clinic: Clinic) -> None:
    call = await asked_by_reader(clinic)
    with pytest.raises(ConsentNeeded):
        await calls.answer(clinic.patient, call.id)
    assert await status_of(clinic, call.id) == "ringing"
    answered = await calls.answer(clinic.patient, call.id, AGREED)
    assert (answered.status, answered.specialist_id) == ("joining", clinic.reader.actor_id)


async def test_a_patient_who_does_not_hear_it_has_missed_it(clinic: Clinic, clock: FakeClock) -> None:
    call = await asked_by_reader(clinic)
    clock.advance(minutes=3)
    await calls.end_ringing(clinic.organisation_id, call.id)
    assert await status_of(clinic, call.id) == "missed"
    assert call.care_case_id is not None
    assert (await case_of(clinic, call.care_case_id)).status == "in-review"


async def test_whoever_is_not_rung_does_not_answer(clinic: Clinic) -> None:
    call = await asked_by_reader(clinic)
    other = await colleague(clinic)
    with pytest.raises(NotYourCall):
        await calls.answer(other, call.id)
    stranger = await make_clinic()
    with pytest.raises(NotFound):
        await calls.answer(stranger.reader, call.id)


@pytest.mark.parametrize("minutes, expected", [(3 * 60 + 59, "asked"), (4 * 60, "missed")])
async def test_a_wait_ends_after_hours(clinic: Clinic, clock: FakeClock, minutes: int, expected: str) -> None:
    call = await asked_by_patient(clinic)
    await calls.decline(clinic.reader, call.id)
    await calls.requeue(clinic.patient, call.id)
    clock.advance(minutes=minutes)
    await calls.sweep(clinic.organisation_id)
    await calls.sweep(clinic.organisation_id)
    assert await status_of(clinic, call.id) == expected


async def test_ringing_that_no_job_ended_is_swept(clinic: Clinic, clock: FakeClock) -> None:
    call = await asked_by_patient(clinic)
    clock.advance(minutes=2)
    await calls.sweep(clinic.organisation_id)
    assert await status_of(clinic, call.id) == "missed"


async def test_what_never_connects_has_failed(clinic: Clinic, clock: FakeClock) -> None:
    call = await asked_by_patient(clinic)
    await calls.answer(clinic.reader, call.id)
    clock.advance(minutes=10)
    await calls.sweep(clinic.organisation_id)
    assert await status_of(clinic, call.id) == "failed"


async def test_an_erased_patient_is_in_no_call(clinic: Clinic) -> None:
    call = await asked_by_patient(clinic)
    await calls.end_erased(clinic.organisation_id, clinic.patient_id)
    await calls.end_erased(clinic.organisation_id, clinic.patient_id)
    row = await row_of(clinic, call.id)
    assert (row.status, row.ended_because) == ("cancelled", "record-erased")


async def test_who_was_rung_is_forgotten_after_a_month(clinic: Clinic, clock: FakeClock) -> None:
    call = await asked_by_patient(clinic)
    await calls.cancel(clinic.patient, call.id)
    await calls.sweep(clinic.organisation_id)
    assert await CallRing.count() == 1
    clock.advance(days=31)
    await calls.sweep(clinic.organisation_id)
    assert await CallRing.count() == 0


async def test_a_kiosk_hears_calls_about_what_it_brought_in_and_no_other(clinic: Clinic) -> None:
    kiosk, other = (device_of(clinic) for _ in range(2))
    call = await asked_by_reader(clinic)
    assert await calls.ringing_cards(kiosk) == []
    await Case.update({Case.submitted_by: kiosk.actor_id}).where(Case.id == call.care_case_id)
    (card,) = await calls.ringing_cards(kiosk)
    assert (card.call_id, card.case_id, card.specialist) == (call.id, call.care_case_id, "Alex Vega")
    assert 0 < card.rings_for_s <= 180
    assert await calls.ringing_cards(other) == []
    for step in (calls.answer, calls.decline, calls.card_of):
        with pytest.raises(NotFound):
            await step(other, call.id)
    answered = await calls.answer(kiosk, call.id, AGREED)
    assert answered.status == "joining"
    assert await calls.ringing_cards(kiosk) == []


async def test_a_worker_is_rung_for_the_patients_whose_cases_they_sent(clinic: Clinic) -> None:
    call = await asked_by_reader(clinic)
    assert await rung(clinic.patient, clinic.worker) == [True, False]
    await Case.update({Case.submitted_by: clinic.worker.actor_id}).where(Case.id == call.care_case_id)
    assert await rung(clinic.patient, clinic.worker) == [True, True]


async def test_a_kiosk_says_not_now(clinic: Clinic) -> None:
    kiosk = device_of(clinic)
    call = await asked_by_reader(clinic)
    await Case.update({Case.submitted_by: kiosk.actor_id}).where(Case.id == call.care_case_id)
    await calls.decline(kiosk, call.id)
    assert await status_of(clinic, call.id) == "declined"


async def test_a_kiosks_card_says_how_many_are_rung_and_how_long(clinic: Clinic, clock: FakeClock) -> None:
    kiosk = device_of(clinic)
    case_id, _ = await waiting(clinic)
    await Case.update({Case.submitted_by: kiosk.actor_id}).where(Case.id == case_id)
    call = await ask(kiosk, case_id)
    clock.advance(seconds=20)
    card = await calls.card_of(kiosk, call.id)
    assert (card.rung, card.rings_for_s, card.specialist) == (1, 25, "")
    clock.advance(seconds=26)
    await calls.end_ringing(clinic.organisation_id, call.id)
    assert (await calls.card_of(kiosk, call.id)).status == "missed"
    assert (await calls.requeue(kiosk, call.id)).status == "asked"


def device_of(clinic: Clinic) -> Actor:
    return Actor(actor_id=uuid4(), kind=ActorKind.DEVICE, organisation_id=clinic.organisation_id)
