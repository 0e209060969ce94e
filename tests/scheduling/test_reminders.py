"""Reminders go out once each, at the right hour where the visit is, over a clock change and a worker that dies."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from server.core.access import Actor, system_actor
from server.core.db import working_for
from server.core.faults import Expired, NotFound
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.patients import service as patients
from server.patients.schemas import ContactPreference
from server.patients.tables import Patient
from server.scheduling import service as scheduling
from server.scheduling.faults import TooLateToChange
from server.scheduling.jobs import OfferFreed, RemindPatient
from server.scheduling.lifecycle import EventNotAllowed
from server.scheduling.schemas import PracticeRules
from server.scheduling.service.reminding import reminder_at
from server.scheduling.tables import Appointment, WaitingEntry
from tests.scheduling.diary import NINE, ZONE, Practising, after
from tests.support.clinics import make_patient, system_of
from tests.support.notices import texts_to
from tests.support.platforms import FakeClock

PHONE = "+23276000001"
SUNDAY_CHANGE = datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
"""09:00 in Madrid on the Monday after its clocks went forward; 24 hours of the calendar before are 23 of time."""


async def due() -> list[tuple[datetime, RemindPatient]]:
    rows = await OutboxJob.objects().where(OutboxJob.name == RemindPatient.name).order_by(OutboxJob.due_at)
    return [(row.due_at, msgspec.json.decode(row.payload, type=RemindPatient)) for row in rows]


async def run_due(clock: FakeClock) -> None:
    """As a worker does: every reminder whose time has come, in its order, each at its time."""
    for due_at, job in await due():
        clock.at = max(clock.at, due_at)
        with working_for(system_actor(job.organisation_id)):
            await scheduling.remind(job)


async def offer(job: OfferFreed) -> None:
    """As a worker does: the database answers to the job's organisation."""
    with working_for(system_actor(job.organisation_id)):
        await scheduling.offer_freed(job)


async def offered() -> list[OfferFreed]:
    rows = await OutboxJob.objects().where(OutboxJob.name == OfferFreed.name).order_by(OutboxJob.id)
    return [msgspec.json.decode(row.payload, type=OfferFreed) for row in rows]


async def link_of(practising: Practising) -> str:
    """The token of the newest message's link."""
    return (await texts_to(PHONE))[-1].short.rpartition("/visit/")[2]


async def in_madrid(practising: Practising) -> None:
    await Patient.update({Patient.zone: ZONE}, force=True)


@pytest.mark.parametrize(
    "starts_at, zone, before_min, wanted",
    [
        (SUNDAY_CHANGE, ZONE, 1440, datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (after(SUNDAY_CHANGE, days=-1), ZONE, 1440, datetime(2026, 3, 28, 8, 0, tzinfo=UTC)),
        (SUNDAY_CHANGE, ZONE, 60, datetime(2026, 3, 30, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), ZONE, 2880, datetime(2026, 10, 24, 7, 0, tzinfo=UTC)),
        # 02:30 of the day before never was.
        (datetime(2026, 3, 30, 0, 30, tzinfo=UTC), ZONE, 1440, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (SUNDAY_CHANGE, "UTC", 1500, datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
    ],
)
def test_days_before_are_days_of_the_calendar(
    starts_at: datetime, zone: str, before_min: int, wanted: datetime
) -> None:
    assert reminder_at(starts_at, zone, before_min) == wanted


async def test_they_go_out_once_each_over_a_clock_change(practising: Practising, clock: FakeClock) -> None:
    await in_madrid(practising)
    await practising.book(SUNDAY_CHANGE)
    assert [at for at, _ in await due()] == [after(SUNDAY_CHANGE, hours=-24), after(SUNDAY_CHANGE, hours=-1)]
    await run_due(clock)
    await run_due(clock)
    told = [text.short for text in await texts_to(PHONE)]
    assert len(told) == 2
    assert all("Monday, March 30, 2026, 9:00 AM (Madrid, UTC+02:00)" in text for text in told)


async def test_a_worker_that_dies_between_leaves_one_reminder(
    practising: Practising, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the notice was written and before the commit, then after the commit and before the job's end."""
    await practising.book()
    (_, job), _ = await due()
    clock.at = after(NINE, hours=-24)
    send = patients.notify

    async def die(*given: Any, **named: Any) -> bool:
        await send(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(patients, "notify", die)
        with pytest.raises(KeyboardInterrupt):
            await scheduling.remind(job)
    assert await NoticeIntent.count() == 0
    await scheduling.remind(job)
    await scheduling.remind(job)
    assert await NoticeIntent.count() == 1


async def test_what_was_moved_or_cancelled_is_not_reminded_of(practising: Practising, clock: FakeClock) -> None:
    moved, cancelled = await practising.book(), await practising.book(after(NINE, hours=2))
    await practising.move(moved, after(NINE, hours=1))
    await scheduling.cancel(practising.patient, cancelled)
    await run_due(clock)
    told = [text.short for text in await texts_to(PHONE)]
    assert [("9:00 AM (Freetown" in text) for text in told] == [True, True]


async def test_reminders_are_the_providers_choice(practising: Practising) -> None:
    await scheduling.set_practice(practising.reader, PracticeRules(zone=ZONE, reminders_min=(2880, 120, 30)))
    await practising.book()
    assert [job.before_min for _, job in await due()] == [2880, 120, 30]


async def test_the_link_says_that_one_comes_or_cancels(practising: Practising, clock: FakeClock) -> None:
    nobody: Actor | None = None
    appointment_id = await practising.book()
    clock.at = after(NINE, hours=-25)
    await scheduling.remind((await due())[0][1])
    token = await link_of(practising)
    with working_for(nobody):
        assert (await scheduling.look_at_linked(token)).id == appointment_id
        await scheduling.confirm_linked(token)
        await scheduling.confirm_linked(token)
    assert (await practising.row(appointment_id)).confirmed_at == clock.at
    with working_for(nobody):
        await scheduling.cancel_linked(token)
        with pytest.raises(EventNotAllowed):
            await scheduling.confirm_linked(token)
    row = await practising.row(appointment_id)
    assert (row.status, row.reason) == ("cancelled", "by-patient")


async def test_a_link_is_of_one_visit_at_one_time(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    clock.at = after(NINE, hours=-25)
    await scheduling.remind((await due())[0][1])
    token = await link_of(practising)
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "", "é", token + "A", "A" * len(token)):
        with pytest.raises(NotFound):
            await scheduling.look_at_linked(wrong)
    clock.at = after(NINE, hours=-23)
    with pytest.raises(TooLateToChange):
        await scheduling.cancel_linked(token)
    clock.at = after(NINE, hours=-25)
    await practising.move(appointment_id, after(NINE, hours=1))
    with pytest.raises(Expired):
        await scheduling.look_at_linked(token)


async def test_freed_time_is_offered_to_who_waits_longest(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    waiting = [await make_patient(practising.clinic.worker, name=f"Patient {n}") for n in range(2)]
    for patient_id, actor in waiting:
        wanted = practising.wanted(after(NINE, hours=-2), patient_id=patient_id)
        entry_id = await scheduling.join_waiting(actor, wanted, after(NINE, days=1))
        assert await scheduling.join_waiting(actor, wanted, after(NINE, days=1)) == entry_id
    assert await WaitingEntry.count() == 2
    await scheduling.cancel(practising.patient, appointment_id)
    (job,) = await offered()
    await offer(job)
    await offer(job)
    (row,) = await Appointment.objects().where(Appointment.status == "held")
    assert (row.patient_id, row.starts_at) == (waiting[0][0], NINE)
    assert (await texts_to(PHONE))[-1].subject.startswith("A time has become free: Monday, March 9, 2026, 8:00 AM")
    # Not taken, it goes to the next.
    assert row.held_until is not None
    clock.at = row.held_until
    with working_for(system_of(practising.clinic)):
        await scheduling.lapse(practising.clinic.organisation_id, row.id)
    await offer((await offered())[-1])
    (row,) = await Appointment.objects().where(Appointment.status == "held")
    assert row.patient_id == waiting[1][0]
    with working_for(waiting[1][1]):
        await scheduling.confirm(waiting[1][1], row.id)
    assert [len(await scheduling.waiting_of_patient(actor, patient_id)) for patient_id, actor in waiting] == [0, 0]


async def test_nobody_is_offered_what_is_near(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    patient_id, actor = await make_patient(practising.clinic.worker, name="Isatu Koroma")
    wanted = practising.wanted(after(NINE, hours=-2), patient_id=patient_id)
    entry_id = await scheduling.join_waiting(actor, wanted, after(NINE, days=1))
    clock.at = after(NINE, hours=-5)
    await scheduling.cancel(practising.reader, appointment_id)
    await offer((await offered())[0])
    assert await Appointment.count().where(Appointment.status == "held") == 0
    with pytest.raises(NotFound):
        await scheduling.leave_waiting(practising.patient, entry_id)
    await scheduling.leave_waiting(actor, entry_id)
    assert await scheduling.waiting_of_patient(actor, patient_id) == []


async def test_the_patient_is_told_what_others_changed(practising: Practising) -> None:
    worker = practising.clinic.worker
    appointment_id = await scheduling.hold_time(worker, practising.wanted(), form_key=str(uuid4()))
    await scheduling.confirm(worker, appointment_id)
    await scheduling.cancel(practising.reader, appointment_id)
    subjects = [text.subject for text in await texts_to(PHONE)]
    assert subjects == ["An appointment of yours was booked or changed"] * 2


async def test_who_cannot_be_reached_is_booked_all_the_same(practising: Practising, clock: FakeClock) -> None:
    await patients.change_contact(practising.clinic.worker, practising.clinic.patient_id, ContactPreference())
    await practising.book()
    await run_due(clock)
    assert await NoticeIntent.count() == 0
    assert timedelta(0) < clock.at - NINE + timedelta(hours=2)
