"""A time is held, booked, moved and cancelled by one patient alone, whatever comes at once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from server.core.access import Role
from server.core.db import working_for
from server.core.faults import BadInput, Fault, KeyReused, NotFound
from server.identity import service as identity
from server.identity.tables import Licence
from server.patients.tables import Patient
from server.scheduling import service as scheduling
from server.scheduling.faults import (
    HoldRanOut,
    NotLicensedThere,
    TimeIsOver,
    TimeNotOffered,
    TimeTaken,
    TooLateToChange,
    TooManyAppointments,
)
from server.scheduling.lifecycle import EventNotAllowed
from server.scheduling.schemas import HoursRules, PracticeRules
from server.scheduling.service.diaries import Diary
from server.scheduling.service.licensing import require_licence
from server.scheduling.slots import Kind
from server.scheduling.tables import Appointment, ReservedTime, TimeClaim, WaitingEntry
from tests.scheduling.diary import NINE, Practising, after, begin_practice
from tests.support.casework import audited
from tests.support.clinics import make_clinic, make_patient, system_of
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def test_a_time_is_held_then_booked(practising: Practising) -> None:
    assert await practising.free() == [after(NINE, minutes=30 * n) for n in range(6)]
    with working_for(practising.patient):
        appointment_id = await practising.hold()
    row = await practising.row(appointment_id)
    assert (row.status, row.starts_at, row.ends_at) == ("held", NINE, after(NINE, minutes=30))
    assert (row.zone, row.provider_zone, row.region) == ("Africa/Freetown", "Europe/Madrid", "SL-W")
    # The ten minutes afterwards are the provider's.
    assert await practising.free() == [after(NINE, minutes=30 * n) for n in range(2, 6)]
    for _ in range(2):
        with working_for(practising.patient):
            await scheduling.confirm(practising.patient, appointment_id)
    assert (await practising.row(appointment_id)).status == "booked"
    assert len(await audited("appointment:held")) == len(await audited("appointment:booked")) == 1


async def test_the_same_form_is_one_appointment(practising: Practising) -> None:
    key = str(uuid4())
    first = await scheduling.hold_time(practising.patient, practising.wanted(), form_key=key)
    assert await scheduling.hold_time(practising.patient, practising.wanted(), form_key=key) == first
    with pytest.raises(KeyReused):
        await scheduling.hold_time(practising.patient, practising.wanted(after(NINE, hours=1)), form_key=key)
    assert await Appointment.count() == 1


async def test_of_many_at_once_one_has_the_time(practising: Practising) -> None:
    """Two hundred forms for one time, and for the one that its buffer touches."""
    others = [await make_patient(practising.clinic.worker, name=f"Patient {n}") for n in range(8)]

    async def attempt(number: int) -> UUID | Fault:
        patient_id, actor = others[number % len(others)]
        wanted = practising.wanted(after(NINE, minutes=30 * (number % 2)), patient_id=patient_id)
        try:
            return await scheduling.hold_time(actor, wanted, form_key=str(uuid4()))
        except Fault as fault:
            return fault

    outcomes = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, TimeTaken)] == [UUID]
    assert (await Appointment.count(), await ReservedTime.count(), await TimeClaim.count()) == (1, 1, 8)


async def test_the_database_itself_lets_nobody_into_taken_time(
    practising: Practising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the rules are asked of a diary that shows nothing as taken."""
    await practising.hold()

    def ask_nothing(diary: Diary, kind: Kind, starts_at: datetime, place_id: UUID | None) -> None:
        pass

    monkeypatch.setattr("server.scheduling.service.booking.require_free", ask_nothing)
    with pytest.raises(TimeTaken):
        await practising.hold(after(NINE, minutes=25))
    assert await Appointment.count() == await ReservedTime.count() == 1
    await practising.hold(after(NINE, minutes=40))


async def test_a_daily_limit_holds_at_once_too(platform: object) -> None:
    practising = await begin_practice(await make_clinic(), daily_limit=2)
    others = [await make_patient(practising.clinic.worker, name=f"Patient {n}") for n in range(3)]

    async def attempt(number: int) -> bool:
        patient_id, actor = others[number]
        try:
            wanted = practising.wanted(after(NINE, hours=number), patient_id=patient_id)
            await scheduling.hold_time(actor, wanted, form_key=str(uuid4()))
        except TimeTaken:
            return False
        return True

    assert sorted(await asyncio.gather(*(attempt(number) for number in range(3)))) == [False, True, True]
    assert await practising.free() == []


async def test_a_hold_that_ran_out_gives_its_time_back(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.hold()
    clock.advance(minutes=10)
    assert NINE in await practising.free()
    with pytest.raises(HoldRanOut):
        await scheduling.confirm(practising.patient, appointment_id)
    other = await practising.hold()
    await scheduling.lapse(practising.clinic.organisation_id, appointment_id)
    await scheduling.lapse(practising.clinic.organisation_id, appointment_id)
    assert (await practising.row(appointment_id)).status == "cancelled"
    await scheduling.confirm(practising.patient, other)
    assert NINE not in await practising.free()


async def test_a_job_that_comes_early_or_late_leaves_a_booked_one_alone(
    practising: Practising, clock: FakeClock
) -> None:
    held, booked = await practising.hold(), await practising.book(after(NINE, hours=2))
    await scheduling.lapse(practising.clinic.organisation_id, held)
    clock.advance(hours=1)
    await scheduling.lapse(practising.clinic.organisation_id, booked)
    assert [(await practising.row(each)).status for each in (held, booked)] == ["held", "booked"]


@pytest.mark.parametrize(
    "starts_at, fault",
    [
        (datetime(2026, 3, 2, 8, 30, tzinfo=UTC), TimeIsOver),  # a form that was opened half an hour ago
        (datetime(2026, 3, 2, 10, 30, tzinfo=UTC), TimeIsOver),  # within the two hours' notice
        (after(NINE, minutes=10), TimeNotOffered),  # beside the grid, as of a clock that is off by ten minutes
        (after(NINE, seconds=30), TimeNotOffered),
        (after(NINE, hours=3), TimeNotOffered),
        (after(NINE, days=1), TimeNotOffered),
        (after(NINE, weeks=52), TimeNotOffered),
    ],
)
async def test_what_is_not_offered_is_refused(practising: Practising, starts_at: datetime, fault: type[Fault]) -> None:
    with pytest.raises(fault):
        await practising.hold(starts_at)
    assert await Appointment.count() == await TimeClaim.count() == 0


async def test_a_time_in_a_gap_of_the_clocks_is_not_offered(practising: Practising, clock: FakeClock) -> None:
    """On March 29, 2026 Madrid went from 02:00 to 03:00: of the rule from 01:30 to 04:00 two starts never were."""
    await scheduling.add_hours(practising.reader, HoursRules(day=date(2026, 3, 29), opens_min=90, closes_min=240))
    change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert await practising.free(change) == [after(change, minutes=-30), change, after(change, minutes=30)]
    # 02:30 as a browser that knows no changes reckons it: half past one in UTC is half past three there.
    with pytest.raises(TimeNotOffered):
        await practising.hold(after(change, hours=1))


async def test_a_weekly_rule_keeps_its_hour_over_the_change(practising: Practising) -> None:
    before, later = datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    assert ((await practising.free(before))[0].hour, (await practising.free(later))[0].hour) == (8, 7)


async def test_a_licence_ends_at_midnight_of_the_patients_place(practising: Practising) -> None:
    """Its last day is a Sunday. The visits are on Monday in Madrid and in UTC; Hawaii has Sunday until 10:00 UTC."""
    await Licence.update({Licence.ends_on: date(2026, 3, 8)}, force=True)
    assert await practising.free() == []
    with pytest.raises(NotLicensedThere):
        await practising.hold()
    await Patient.update({Patient.zone: "Pacific/Honolulu"}, force=True)
    assert await practising.free() == [after(NINE, minutes=30 * n) for n in range(4)]
    with pytest.raises(NotLicensedThere):
        await practising.hold(after(NINE, hours=2))
    appointment_id = await practising.book(after(NINE, minutes=90))
    with pytest.raises(NotLicensedThere):
        await practising.move(appointment_id, after(NINE, hours=2))
    row = await practising.row(appointment_id)
    assert (row.status, row.starts_at, row.zone) == ("booked", after(NINE, minutes=90), "Pacific/Honolulu")


async def test_a_visit_across_a_licences_last_midnight_is_refused(practising: Practising) -> None:
    """Freetown keeps UTC."""
    await Licence.update({Licence.ends_on: date(2026, 3, 8)}, force=True)
    there, starts_at = ("SL-W", "Africa/Freetown"), datetime(2026, 3, 8, 23, 45, tzinfo=UTC)
    await require_licence(practising.reader.actor_id, *there, starts_at, after(starts_at, minutes=15))
    with pytest.raises(NotLicensedThere):
        await require_licence(practising.reader.actor_id, *there, starts_at, after(starts_at, minutes=16))


async def test_the_licence_is_asked_again_when_joining(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    clock.at = NINE
    await scheduling.check_joining(practising.patient, appointment_id)
    with pytest.raises(NotLicensedThere):
        await scheduling.check_joining(practising.patient, appointment_id, region="GN", zone="Africa/Conakry")
    await Licence.update({Licence.ends_on: date(2026, 3, 8)}, force=True)
    with pytest.raises(NotLicensedThere):
        await scheduling.check_joining(practising.reader, appointment_id)


async def test_it_is_moved_within_the_policy(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    # Half an hour later touches its own time.
    with working_for(practising.patient):
        await practising.move(appointment_id, after(NINE, minutes=30))
    row = await practising.row(appointment_id)
    assert (row.starts_at, row.status) == (after(NINE, minutes=30), "booked")
    other = await practising.book(after(NINE, hours=2))
    with pytest.raises(TimeTaken):
        await practising.move(other, after(NINE, minutes=30))
    assert (await practising.row(other)).starts_at == after(NINE, hours=2)
    assert await TimeClaim.count() == 16
    clock.at = after(NINE, hours=-23)
    with pytest.raises(TooLateToChange):
        await practising.move(appointment_id, after(NINE, hours=1))


async def test_it_is_cancelled_within_the_policy_and_taken_back(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    with working_for(practising.patient):
        await scheduling.cancel(practising.patient, appointment_id)
        await scheduling.cancel(practising.patient, appointment_id)
        assert NINE in await practising.free()
        await scheduling.restore(practising.patient, appointment_id)
    assert (await practising.row(appointment_id)).status == "booked"
    assert NINE not in await practising.free()
    clock.at = after(NINE, hours=-23)
    with pytest.raises(TooLateToChange):
        await scheduling.cancel(practising.patient, appointment_id)
    with working_for(practising.reader):
        await scheduling.cancel(practising.reader, appointment_id)
    assert [(await practising.row(appointment_id)).status, len(await audited("appointment:cancelled"))] == [
        "cancelled",
        2,
    ]


async def test_an_erased_patient_has_no_visit_to_come(practising: Practising) -> None:
    clinic = practising.clinic
    appointment_id = await practising.book()
    await scheduling.join_waiting(practising.patient, practising.wanted(), after(NINE, days=30))
    with working_for(system_of(clinic)):
        await scheduling.cancel_erased(clinic.organisation_id, clinic.patient_id)
        await scheduling.cancel_erased(clinic.organisation_id, clinic.patient_id)
    assert (await practising.row(appointment_id)).status == "cancelled"
    assert (await practising.free(), await TimeClaim.count()) == ([after(NINE, minutes=30 * n) for n in range(6)], 0)
    assert await WaitingEntry.count().where(WaitingEntry.ended_at.is_null()) == 0


async def test_what_others_took_meanwhile_is_not_taken_back(practising: Practising) -> None:
    appointment_id = await practising.book()
    await scheduling.cancel(practising.patient, appointment_id)
    await practising.book()
    with pytest.raises(TimeTaken):
        await scheduling.restore(practising.patient, appointment_id)


async def test_edited_rules_leave_appointments_and_flag_them(practising: Practising) -> None:
    kept, dropped = await practising.book(), await practising.book(after(NINE, hours=2))
    with working_for(practising.reader):
        await scheduling.end_hours(practising.reader, practising.hours_id)
    hours_id = await scheduling.add_hours(practising.reader, HoursRules(weekday=0, opens_min=540, closes_min=600))
    rows = [await practising.row(each) for each in (kept, dropped)]
    assert [(row.status, row.is_outside_rules) for row in rows] == [("booked", False), ("booked", True)]
    assert [row.id for row in (await scheduling.availability(practising.reader)).flagged] == [dropped]
    assert [row.id for row in await scheduling.flagged(practising.clinic.coordinator)] == [dropped]
    blackout = await scheduling.add_blackout(
        practising.reader, datetime.fromisoformat("2026-03-09T09:10"), datetime.fromisoformat("2026-03-09T09:20")
    )
    assert (await practising.row(kept)).is_outside_rules
    await scheduling.end_blackout(practising.reader, blackout)
    assert not (await practising.row(kept)).is_outside_rules
    await scheduling.end_hours(practising.reader, hours_id)
    assert (await practising.row(kept)).is_outside_rules


async def test_others_neither_see_nor_touch_it(practising: Practising) -> None:
    appointment_id = await practising.book()
    _, stranger = await make_patient(practising.clinic.worker, name="Isatu Koroma")
    colleague = await make_person(practising.clinic.reading_id, Role.SPECIALIST)
    elsewhere = (await make_clinic()).reader
    for actor in (stranger, elsewhere):
        with pytest.raises(NotFound):
            await scheduling.cancel(actor, appointment_id)
    with pytest.raises(NotFound):
        await scheduling.arrive(colleague, appointment_id)
    with pytest.raises(NotFound):
        await scheduling.hold_time(stranger, practising.wanted(after(NINE, hours=1)), form_key=str(uuid4()))


async def test_a_patient_holds_only_so_many(practising: Practising) -> None:
    for week in range(6):
        await practising.hold(after(NINE, days=7 * week) - timedelta(hours=week >= 3))
    with pytest.raises(TooManyAppointments):
        await practising.hold(after(NINE, hours=2))


async def test_the_day_of_the_visit(practising: Practising, clock: FakeClock) -> None:
    late, absent = await practising.book(), await practising.book(after(NINE, hours=2))
    with pytest.raises(BadInput):
        await scheduling.arrive(practising.reader, late)
    clock.at = after(NINE, minutes=12, seconds=30)
    with working_for(practising.reader):
        sheet = await scheduling.day_sheet(practising.reader, None)
    assert [sheet.names[row.patient_id] for row in sheet.rows] == ["Aminata Kamara"] * 2
    with pytest.raises(BadInput):
        await scheduling.miss(practising.reader, absent)
    await scheduling.arrive(practising.reader, late)
    assert (await practising.row(late)).late_min == 12
    await scheduling.undo_arrival(practising.reader, late)
    await scheduling.arrive(practising.reader, late)
    await scheduling.finish(practising.reader, late)
    with pytest.raises(EventNotAllowed):
        await scheduling.finish(practising.reader, late)
    clock.at = after(NINE, hours=2, minutes=20)
    await scheduling.miss(practising.reader, absent)
    assert (await practising.row(absent)).status == "no-show"
    await scheduling.arrive(practising.reader, absent)
    assert ((await practising.row(absent)).status, (await practising.row(absent)).late_min) == ("arrived", 20)


async def test_who_is_in_no_pool_of_the_clinic_cannot_be_booked(practising: Practising) -> None:
    stranger = await make_person(practising.clinic.reading_id, Role.SPECIALIST)
    await scheduling.set_practice(stranger, PracticeRules(zone="UTC"))
    offers = await scheduling.offers_for(practising.patient, practising.clinic.patient_id)
    assert [offer.provider_id for offer in offers] == [practising.reader.actor_id]
    assert await identity.licensed_on([stranger.actor_id], "SL-W", date(2026, 3, 9)) == []
