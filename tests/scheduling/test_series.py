"""Several visits as one wish: each time is asked for on its own, and refusals are told before anything is booked."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from server.core.faults import NotFound
from server.core.notices.tables import NoticeIntent
from server.identity.tables import Licence
from server.scheduling import service as scheduling
from server.scheduling.faults import HoldRanOut, TimeTaken, TooLateToChange, TooManyAppointments
from server.scheduling.schemas import HoursRules, PracticeRules
from server.scheduling.service.booking import MOST_OPEN
from server.scheduling.service.series import times_of
from server.scheduling.tables import Appointment, TimeClaim, VisitSeries
from tests.scheduling.diary import NINE, ZONE, Practising, after
from tests.support.clinics import make_patient
from tests.support.platforms import FakeClock


async def test_a_wish_is_held_told_and_booked(practising: Practising) -> None:
    series_id = await practising.hold_series(every_weeks=2, times=4)
    series = await scheduling.get_series(practising.patient, series_id)
    # Madrid's clocks went forward on 29 March: nine o'clock is an hour earlier in UTC from then on.
    starts = [each.appointment.starts_at for each in series.occurrences if each.appointment]
    assert [at.astimezone(ZoneInfo(ZONE)).strftime("%d.%m. %H:%M") for at in starts] == [
        "09.03. 09:00",
        "23.03. 09:00",
        "06.04. 09:00",
        "20.04. 09:00",
    ]
    assert starts[2] == after(NINE, weeks=4, hours=-1)
    assert {row.status for row in series.appointments} == {"held"}
    assert await scheduling.confirm_series(practising.patient, series_id) == 4
    assert await scheduling.confirm_series(practising.patient, series_id) == 0
    assert {row.status for row in await Appointment.objects()} == {"booked"}


async def test_what_cannot_be_had_is_told_with_its_reason(practising: Practising) -> None:
    """Taken, a day that is closed, a licence that ends, and further ahead than may be booked."""
    patient_id, other = await make_patient(practising.clinic.worker, name="Ibrahim Bah")
    held = await scheduling.hold_time(
        other, practising.wanted(after(NINE, weeks=1), patient_id=patient_id), form_key=str(uuid4())
    )
    await scheduling.confirm(other, held)
    await scheduling.add_hours(practising.reader, HoursRules(day=date(2026, 3, 23), opens_min=0, closes_min=0))
    await Licence.update({Licence.ends_on: date(2026, 4, 6)}).where(Licence.person_id == practising.reader.actor_id)
    await scheduling.set_practice(practising.reader, PracticeRules(zone=ZONE, horizon_days=45))
    series_id = await practising.hold_series(times=8)
    series = await scheduling.get_series(practising.patient, series_id)
    assert [each.missed for each in series.occurrences] == [
        "",
        "time-taken",
        "time-not-offered",
        "",
        "",
        "not-licensed-there",
        "too-far-ahead",
        "too-far-ahead",
    ]
    assert await scheduling.confirm_series(practising.patient, series_id) == 3


async def test_where_nothing_can_be_had_nothing_is_kept(practising: Practising) -> None:
    await practising.book()
    await practising.book(after(NINE, weeks=1))
    with pytest.raises(TimeTaken):
        await practising.hold_series(times=2)
    assert await VisitSeries.count() == 0
    assert await Appointment.count() == 2


@pytest.mark.parametrize(
    "zone, first, day",
    [
        ("Europe/Madrid", datetime(2026, 3, 22, 1, 30, tzinfo=UTC), date(2026, 3, 29)),
        ("America/New_York", datetime(2026, 3, 1, 7, 30, tzinfo=UTC), date(2026, 3, 8)),
    ],
)
def test_a_time_that_the_clocks_leave_out_is_none(zone: str, first: datetime, day: date) -> None:
    row = VisitSeries(
        recorded_at=first,
        organisation_id=uuid4(),
        patient_id=uuid4(),
        provider_id=uuid4(),
        provider_zone=zone,
        starts_at=first,
        every_weeks=1,
        times=3,
    )
    found = times_of(row)
    assert found[1] == (day, None)
    walls = [at.astimezone(ZoneInfo(zone)).time() for _, at in found if at]
    assert walls == [first.astimezone(ZoneInfo(zone)).time()] * 2


async def test_one_or_all_that_follow_are_cancelled(practising: Practising) -> None:
    series_id = await practising.hold_series(times=4)
    await scheduling.confirm_series(practising.patient, series_id)
    rows = (await scheduling.get_series(practising.patient, series_id)).appointments
    await scheduling.cancel(practising.patient, rows[0].id)
    assert await scheduling.cancel_following(practising.patient, rows[2].id) == 2
    rows = (await scheduling.get_series(practising.patient, series_id)).appointments
    assert [row.status for row in rows] == ["cancelled", "booked", "cancelled", "cancelled"]
    assert await TimeClaim.count() == 8
    assert await scheduling.cancel_following(practising.patient, rows[2].id) == 0


async def test_the_provider_ends_what_follows_and_the_patient_is_told_once(practising: Practising) -> None:
    series_id = await practising.hold_series(times=3)
    await scheduling.confirm_series(practising.patient, series_id)
    rows = (await scheduling.get_series(practising.patient, series_id)).appointments
    assert await scheduling.cancel_following(practising.reader, rows[1].id) == 2
    assert await NoticeIntent.count().where(NoticeIntent.template == "visit-changed") == 1


async def test_a_first_one_that_is_too_near_ends_none(practising: Practising, clock: FakeClock) -> None:
    series_id = await practising.hold_series(times=3)
    await scheduling.confirm_series(practising.patient, series_id)
    rows = (await scheduling.get_series(practising.patient, series_id)).appointments
    clock.at = NINE - timedelta(hours=23)
    with pytest.raises(TooLateToChange):
        await scheduling.cancel_following(practising.patient, rows[0].id)
    assert {row.status for row in await Appointment.objects()} == {"booked"}


async def test_a_series_that_was_left_or_ran_out_books_nothing(practising: Practising, clock: FakeClock) -> None:
    left, ran_out = await practising.hold_series(times=2), await practising.hold_series(after(NINE, hours=1), times=2)
    await scheduling.leave_series(practising.patient, left)
    clock.advance(minutes=10)
    for series_id in (left, ran_out):
        with pytest.raises(HoldRanOut):
            await scheduling.confirm_series(practising.patient, series_id)
    assert NINE in await practising.free()


async def test_a_series_is_one_wish(practising: Practising) -> None:
    await practising.hold_series(times=8)
    for number in range(MOST_OPEN - 1):
        await practising.hold(after(NINE, weeks=number, hours=1))
    with pytest.raises(TooManyAppointments):
        await practising.hold(after(NINE, hours=2))


async def test_another_patient_sees_nothing_of_it(practising: Practising) -> None:
    series_id = await practising.hold_series()
    _, other = await make_patient(practising.clinic.worker, name="Ibrahim Bah")
    for verb in (scheduling.get_series, scheduling.confirm_series, scheduling.leave_series):
        with pytest.raises(NotFound):
            await verb(other, series_id)
