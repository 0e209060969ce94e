"""The slots are those of a walk through every minute, and a weekly rule keeps its hour in every zone."""

import os
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.scheduling.local_time import DAY_MIN, bound_at, local_day, start_at, to_instant, to_minute
from server.scheduling.slots import Hours, Kind, Session, Slot, Window, free_runs, is_free, slots
from tests.scheduling.oracle import free_slots

SOAK = "CAREFERRY_SOAK" in os.environ
PLACES = (None, UUID(int=7))
THIS, OTHER = UUID(int=1), UUID(int=2)
CHANGES = {
    "Europe/Madrid": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Santiago": (date(2026, 4, 4), date(2026, 9, 6)),
    "UTC": (date(2026, 3, 2),),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 24)),
}
"""Days of the zone's clock changes; Beirut and Santiago change at midnight, Lord Howe by half an hour."""


@st.composite
def windows(draw: st.DrawFn) -> Window:
    opens = draw(st.integers(0, 287)) * 5
    closes = min(opens + draw(st.integers(1, 200)) * 5, DAY_MIN)
    return Window(opens, closes, draw(st.sampled_from(PLACES)), draw(st.sampled_from((None, None, THIS, OTHER))))


def _ended(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Begins and lengths as begins and ends."""
    return tuple((begins, begins + length) for begins, length in spans)


@st.composite
def sessions(draw: st.DrawFn, noon: int) -> Session:
    """Groups of this kind and of another; some are full, some at a time that no rule offers."""
    return Session(
        kind_id=draw(st.sampled_from((THIS, THIS, OTHER))),
        starts=noon + draw(st.integers(-100, 200)) * 5,
        place_id=draw(st.sampled_from(PLACES)),
        taken=draw(st.integers(1, 3)),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Hours, Kind, tuple[date, date], int]:
    name = draw(st.sampled_from(sorted(CHANGES)))
    zone, day = ZoneInfo(name), draw(st.sampled_from(CHANGES[name])) - timedelta(days=draw(st.integers(0, 1)))
    last = day + timedelta(days=draw(st.integers(0, 1)))
    noon = to_minute(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    spans = st.tuples(st.integers(noon - 900, noon + 1800), st.integers(1, 300))
    some = st.lists(windows(), min_size=1, max_size=2).map(tuple)
    hours = Hours(
        zone=zone,
        weekly={weekday: draw(some) for weekday in (day.weekday(), last.weekday())},
        exceptions=draw(st.dictionaries(st.sampled_from((day, last)), some | st.just(()), max_size=1)),
        blackouts=_ended(draw(st.lists(spans, max_size=2))),
        reserved=_ended(draw(st.lists(spans, max_size=5))),
        sessions=tuple(draw(st.lists(sessions(noon), max_size=2))),
        booked=draw(st.dictionaries(st.sampled_from((day, last)), st.integers(0, 3), max_size=2)),
        daily_limit=draw(st.sampled_from((None, None, None, 3))),
    )
    kind = Kind(
        kind_id=THIS,
        duration_min=draw(st.integers(1, 15)) * 5,
        every_min=draw(st.integers(1, 6)) * 5,
        before_min=draw(st.integers(0, 6)) * 5,
        after_min=draw(st.integers(0, 6)) * 5,
        notice_min=draw(st.integers(0, 600)),
        capacity=draw(st.sampled_from((1, 1, 3))),
    )
    return hours, kind, (day, last), noon + draw(st.integers(-3000, 100))


@pytest.mark.timeout(3600 if SOAK else 120)
@settings(max_examples=10_000 if SOAK else 150)
@given(situations())
def test_the_slots_are_those_of_a_walk_through_every_minute(
    situation: tuple[Hours, Kind, tuple[date, date], int],
) -> None:
    hours, kind, days, now_min = situation
    found = slots(free_runs(hours, kind, days, now_min))
    wanted = free_slots(hours, kind, days, now_min)
    assert {(slot.starts, slot.place_id) for slot in found} == wanted
    assert len(found) == len(wanted)
    for slot in found[:3]:
        assert is_free(hours, kind, slot, now_min)
        assert not is_free(hours, kind, Slot(slot.starts, uuid4()), now_min)


@cache
def changes_of(name: str) -> list[int]:
    """The minutes at which the zone's offset changes in 2026 and 2027, found by looking at every quarter of an hour."""
    zone, at, found = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC), list[int]()
    offset = at.astimezone(zone).utcoffset()
    while at.year < 2028:
        nearer = at + timedelta(days=1)
        if nearer.astimezone(zone).utcoffset() != offset:
            while at.astimezone(zone).utcoffset() == offset:
                at += timedelta(minutes=15)
            found.append(to_minute(at))
            offset = at.astimezone(zone).utcoffset()
        at = max(at, nearer)
    return found


@pytest.mark.parametrize("name", sorted(available_timezones()))
def test_a_weekly_rule_keeps_its_hour_over_every_change_of_two_years(name: str) -> None:
    """Of every quarter of an hour around a change: what the clocks show is what the rule says, or is left out."""
    zone = ZoneInfo(name)
    daily = {weekday: (Window(0, DAY_MIN),) for weekday in range(7)}
    nine = {weekday: (Window(540, 570),) for weekday in range(7)}
    quarter = Kind(kind_id=THIS, duration_min=15, every_min=15)
    half = Kind(kind_id=THIS, duration_min=30, every_min=30)
    for change in changes_of(name) or [to_minute(datetime(2026, 3, 29, tzinfo=UTC))]:
        day = local_day(zone, change)
        days = (day - timedelta(days=1), day + timedelta(days=1))
        found = [slot.starts for slot in slots(free_runs(Hours(zone=zone, weekly=daily), quarter, days, 0))]
        shown = [to_instant(start).astimezone(zone).replace(tzinfo=None) for start in found]
        assert shown == _quarters_shown(zone, days)
        mornings = slots(free_runs(Hours(zone=zone, weekly=nine), half, days, 0))
        assert [to_instant(slot.starts).astimezone(zone).strftime("%H:%M") for slot in mornings] == ["09:00"] * 3


def _quarters_shown(zone: ZoneInfo, days: tuple[date, date]) -> list[datetime]:
    """What the zone's clocks show at each quarter of an hour on those days, the second showing of a time left out."""
    at = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC) - timedelta(hours=30)
    seen: dict[datetime, None] = {}
    for _ in range((3 * 24 + 60) * 4):
        seen.setdefault(at.astimezone(zone).replace(tzinfo=None))
        at += timedelta(minutes=15)
    return [shown for shown in seen if days[0] <= shown.date() <= days[1]]


@pytest.mark.parametrize(
    "zone, day, wall, start, bound",
    [
        # Clocks went from 02:00 to 03:00: 02:30 never was, and whatever closes then closes at the change.
        ("Europe/Madrid", date(2026, 3, 29), 150, None, "2026-03-29T01:00"),
        ("Europe/Madrid", date(2026, 3, 29), 180, "2026-03-29T01:00", "2026-03-29T01:00"),
        # Clocks went from 03:00 back to 02:00: 02:30 was twice, and the first is meant.
        ("Europe/Madrid", date(2026, 10, 25), 150, "2026-10-25T00:30", "2026-10-25T00:30"),
        ("Europe/Madrid", date(2026, 10, 25), 180, "2026-10-25T02:00", "2026-10-25T02:00"),
        # Midnight itself is left out.
        ("Asia/Beirut", date(2026, 3, 29), 0, None, "2026-03-28T22:00"),
        ("Asia/Beirut", date(2026, 3, 28), DAY_MIN, None, "2026-03-28T22:00"),
    ],
)
def test_gaps_and_overlaps(zone: str, day: date, wall: int, start: str | None, bound: str) -> None:
    found = start_at(ZoneInfo(zone), day, wall) if wall < DAY_MIN else None
    assert found == (to_minute(datetime.fromisoformat(start).replace(tzinfo=UTC)) if start else None)
    assert to_instant(bound_at(ZoneInfo(zone), day, wall)) == datetime.fromisoformat(bound).replace(tzinfo=UTC)
