"""Computes when a provider can be visited, from rules and what is booked: values in, values out, nothing stored.

Instants are whole minutes since the epoch, times of a day minutes since its 00:00 on the provider's clocks.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from server.scheduling.local_time import bound_at, even_midnight, local_day, start_at

_DAY = timedelta(days=1)


class Window(Struct, frozen=True):
    """Open hours of one day: visits start every `Kind.every_min` from `opens_min` and end by `closes_min`."""

    opens_min: int
    closes_min: int
    """Up to 1440, the day's end."""
    place_id: UUID | None = None
    kind_id: UUID | None = None
    """None: every kind of visit."""


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of visit; buffers are the provider's own time around it, which no other visit or buffer may touch."""

    kind_id: UUID
    duration_min: int
    every_min: int
    before_min: int = 0
    after_min: int = 0
    notice_min: int = 0
    capacity: int = 1
    """How many patients come to one visit; one for several happens at a place, never by video."""


class Session(Struct, frozen=True, kw_only=True):
    """A group's visit that somebody has a place in; its time is among what is reserved."""

    kind_id: UUID
    starts: int
    place_id: UUID | None
    taken: int


class Hours(Struct, frozen=True, kw_only=True):
    """One provider's rules, and what is booked."""

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Window, ...]]
    """By weekday, Monday 0."""
    exceptions: Mapping[date, tuple[Window, ...]] = {}
    """In place of the weekly windows of that day; none at all closes it."""
    blackouts: tuple[tuple[int, int], ...] = ()
    """From and until: no visit in them, buffers may be."""
    reserved: tuple[tuple[int, int], ...] = ()
    """What is booked, with its buffers."""
    sessions: tuple[Session, ...] = ()
    booked: Mapping[date, int] = {}
    """How many visits each day has, by the provider's calendar; a session is one."""
    daily_limit: int | None = None


class Run(Struct, frozen=True):
    """Free starts at even steps."""

    starts: range
    place_id: UUID | None


class Slot(Struct, frozen=True, order=True):
    starts: int
    place_id: UUID | None = None


def free_runs(hours: Hours, kind: Kind, days: tuple[date, date], now_min: int) -> list[Run]:
    """The free starts on the provider's days from the first to the last, both included; later windows may repeat some.

    `now_min` is rounded up: a start that is nearer than the notice is not offered.
    """
    first, last = days
    earliest = now_min + kind.notice_min
    closed = _Closed(_merged(sorted(_forbidden(hours, kind))))
    runs: list[Run] = []
    day = first
    while day <= last:
        if hours.daily_limit is None or hours.booked.get(day, 0) < hours.daily_limit:
            midnight = even_midnight(hours.zone, day)
            for window in windows_of(hours, kind, day):
                for every in _starts_in(hours.zone, day, midnight, window, kind):
                    if starts := _from(every, earliest):
                        runs += [Run(free, window.place_id) for free in closed.without(starts)]
        day += _DAY
    return runs + _with_room(hours, kind, days, now_min)


def _with_room(hours: Hours, kind: Kind, days: tuple[date, date], now_min: int) -> list[Run]:
    """Sessions of the kind that have a place left, where the rules still offer them: they take no further time."""
    open_now = [each for each in hours.sessions if each.kind_id == kind.kind_id and each.taken < kind.capacity]
    near = [each for each in open_now if days[0] <= local_day(hours.zone, each.starts) <= days[1]]
    if not near:
        return []
    rules = structs.replace(hours, reserved=(), sessions=(), booked={}, daily_limit=None)
    offered = [each for each in near if is_free(rules, kind, Slot(each.starts, each.place_id), now_min)]
    return [Run(range(each.starts, each.starts + 1), each.place_id) for each in offered]


def slots(runs: Iterable[Run]) -> list[Slot]:
    """Each start of the runs once, in order of time."""
    found = {Slot(start, run.place_id) for run in runs for start in run.starts}
    return sorted(found, key=lambda slot: (slot.starts, str(slot.place_id)))


def is_free(hours: Hours, kind: Kind, slot: Slot, now_min: int) -> bool:
    """Whether the slot is one that `free_runs` offers now."""
    day = local_day(hours.zone, slot.starts)
    runs = free_runs(hours, kind, (day, day), now_min)
    return any(slot.place_id == run.place_id and slot.starts in run.starts for run in runs)


def windows_of(hours: Hours, kind: Kind, day: date) -> list[Window]:
    """The day's windows in which that kind of visit is offered."""
    windows = hours.exceptions.get(day)
    if windows is None:
        windows = hours.weekly.get(day.weekday(), ())
    meant = [window for window in windows if window.kind_id is None or window.kind_id == kind.kind_id]
    return meant if kind.capacity == 1 else [window for window in meant if window.place_id is not None]


def _starts_in(zone: ZoneInfo, day: date, midnight: int | None, window: Window, kind: Kind) -> Iterable[range]:
    if midnight is not None:
        last = window.closes_min - kind.duration_min
        return (range(midnight + window.opens_min, midnight + last + 1, kind.every_min),)
    closes = bound_at(zone, day, window.closes_min)
    shown = (start_at(zone, day, wall) for wall in range(window.opens_min, window.closes_min, kind.every_min))
    return [range(start, start + 1) for start in shown if start is not None and start + kind.duration_min <= closes]


def _forbidden(hours: Hours, kind: Kind) -> Iterator[tuple[int, int]]:
    """Open intervals in which no visit may start."""
    length = kind.duration_min
    for begins, ends in hours.reserved:
        yield begins - length - kind.after_min, ends + kind.before_min
    for begins, ends in hours.blackouts:
        yield begins - length, ends


def _from(starts: range, earliest: int) -> range:
    """Without those before `earliest`, on the same grid."""
    if starts.start >= earliest:
        return starts
    skipped = -(-(earliest - starts.start) // starts.step)
    return range(starts.start + skipped * starts.step, starts.stop, starts.step)


def _merged(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Open intervals made disjoint; of two that only touch, the point between stays free."""
    merged: list[tuple[int, int]] = []
    for after, before in intervals:
        if merged and after < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], before))
        else:
            merged.append((after, before))
    return merged


class _Closed:
    """Open intervals, disjoint and in order, that are looked up by where a run begins."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self._intervals = intervals
        self._ends = [before for _, before in intervals]

    def without(self, starts: range) -> Iterable[range]:
        """What is left of the run outside of them; most runs touch none."""
        nearest = bisect_right(self._ends, starts.start)
        if nearest == len(self._ends) or self._intervals[nearest][0] >= starts[-1]:
            return (starts,)
        return _without(starts, self._intervals[nearest:])


def _without(starts: range, closed: Iterable[tuple[int, int]]) -> Iterator[range]:
    """What is left of the run outside of the open intervals, which are disjoint, in order and end after its begin."""
    for after, before in closed:
        if after >= starts[-1]:
            break
        if after >= starts.start:
            yield range(starts.start, after + 1, starts.step)
        starts = _from(starts, before)
        if not starts:
            return
    yield starts
