"""Histories of holds, bookings, moves and ends beside a reckoning of the diary that knows minutes alone."""

import os
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.access import Actor
from server.core.faults import Fault
from server.scheduling import service as scheduling
from server.scheduling.local_time import to_minute
from server.scheduling.schemas import HoursRules, PracticeRules
from server.scheduling.tables import Appointment, ReservedTime, TimeClaim
from tests.scheduling.diary import NINE, ZONE, Practising, after
from tests.support.platforms import FakeClock

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMIT, LENGTH, AFTER, NOTICE = 5, 30, 10, 120
SOAK = "CAREFERRY_SOAK" in os.environ
HISTORIES = 10_000 if SOAK else 12
STARTS = [after(NINE, minutes=15 * n) for n in range(-2, 15)]
"""Around the six half hours that the rule offers: some are none of them."""
Deed = tuple[int, str, datetime, int]
"""How many minutes later, what is done, for which start, and to which of those there are."""
DEEDS = st.tuples(
    st.sampled_from((0, 0, 1, 6)),
    st.sampled_from(("hold", "hold", "confirm", "move", "cancel", "edit")),
    st.sampled_from(STARTS),
    st.integers(0, LIMIT),
)


class Reckoning:
    """Which minutes are whose, in the plainest way: a dictionary of minutes."""

    def __init__(self) -> None:
        self.minutes: dict[int, UUID] = {}
        self.starts: dict[UUID, datetime] = {}
        self.held_until: dict[UUID, datetime] = {}

    def may(self, starts_at: datetime, at: datetime, *, but: UUID | None = None) -> bool:
        others = {each for each in self.starts if each != but}
        is_offered = starts_at >= at + timedelta(minutes=NOTICE) and (starts_at - NINE).total_seconds() % 1800 == 0
        is_within = NINE <= starts_at <= after(NINE, minutes=150)
        needed = range(to_minute(starts_at), to_minute(starts_at) + LENGTH + AFTER)
        is_free = all(self.minutes.get(minute, but) == but for minute in needed)
        return is_offered and is_within and is_free and len(others) < LIMIT

    def take(self, who: UUID, starts_at: datetime) -> None:
        self.drop(who)
        self.starts[who] = starts_at
        first = to_minute(starts_at)
        self.minutes |= dict.fromkeys(range(first, first + LENGTH + AFTER), who)

    def drop(self, who: UUID) -> None:
        self.starts.pop(who, None)
        self.held_until.pop(who, None)
        self.minutes = {minute: owner for minute, owner in self.minutes.items() if owner != who}

    def run_out(self, at: datetime) -> None:
        for who in [who for who, until in self.held_until.items() if until <= at]:
            self.drop(who)


# Every history begins with an empty diary, whichever came before on the same platform.
@pytest.mark.timeout(8 * 3600 if SOAK else 120)
@settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(DEEDS, min_size=3, max_size=25))
async def test_the_diary_is_what_minutes_say(practising: Practising, clock: FakeClock, history: list[Deed]) -> None:
    reckoning = Reckoning()
    for table in (Appointment, ReservedTime, TimeClaim):
        await table.delete(force=True)
    clock.at = BEGINS
    await scheduling.set_practice(practising.reader, PracticeRules(zone=ZONE, daily_limit=LIMIT))
    clerk = practising.clinic.coordinator
    for later_min, *deed in history:
        clock.advance(minutes=later_min)
        reckoning.run_out(clock.at)
        await _step(practising, clerk, clock, deed, reckoning)
        free = [start for start in STARTS if reckoning.may(start, clock.at)]
        assert await practising.free() == free
    await _compare(reckoning, clock)


async def _step(practising: Practising, clerk: Actor, clock: FakeClock, done: list[Any], reckoning: Reckoning) -> None:
    deed, start, number = done
    who = dict(enumerate(reckoning.starts)).get(number)
    if deed == "hold":
        wanted, may = practising.wanted(start), reckoning.may(start, clock.at)
        made = await _try(scheduling.hold_time(clerk, wanted, form_key=str(uuid4())))
        assert isinstance(made, UUID) is may, (start, made)
        if isinstance(made, UUID):
            reckoning.take(made, start)
            reckoning.held_until[made] = clock.at + scheduling.HOLD
    elif deed == "edit":
        # Hours that nobody booked come and go; the rest stays as it is.
        hours_id = await scheduling.add_hours(practising.reader, HoursRules(weekday=3, opens_min=60, closes_min=120))
        await scheduling.end_hours(practising.reader, hours_id)
    elif who is not None and deed == "confirm":
        await scheduling.confirm(clerk, who)
        reckoning.held_until.pop(who, None)
    elif who is not None and deed == "cancel":
        await scheduling.cancel(clerk, who)
        reckoning.drop(who)
    elif who is not None and who not in reckoning.held_until:
        may = reckoning.may(start, clock.at, but=who)
        moved = await _try(
            scheduling.move(clerk, scheduling.Move(appointment_id=who, starts_at=start), form_key=str(uuid4()))
        )
        assert (moved is None) is may, (start, moved)
        if may:
            reckoning.take(who, start)


async def _try(attempt: Awaitable[UUID | None]) -> UUID | Fault | None:
    try:
        return await attempt
    except Fault as fault:
        return fault


async def _compare(reckoning: Reckoning, clock: FakeClock) -> None:
    """What the tables say takes time is what the reckoning has, slice by slice; holds that ran out may linger."""
    rows = [row for row in await ReservedTime.objects() if row.held_until is None or row.held_until > clock.at]
    assert {row.appointment_id: row.from_min for row in rows} == {
        who: to_minute(start) for who, start in reckoning.starts.items()
    }
    mine = TimeClaim.appointment_id.is_in([row.appointment_id for row in rows] or [uuid4()])
    claims = await TimeClaim.objects().where(mine)
    assert len(claims) == len(rows) * 8
