"""Wall-clock times of a zone as instants, with the gaps and overlaps of its clock changes settled one way.

Instants are whole minutes since the epoch. A start in a gap does not exist; one in an overlap is its first
occurrence; a closing time in a gap is the moment of the change (docs/decisions/appointment-times.md).
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MINUTE = timedelta(minutes=1)


def to_minute(at: datetime) -> int:
    """The minute that the instant lies in."""
    return int(at.timestamp()) // 60


def to_instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def local_day(zone: ZoneInfo, minute: int) -> date:
    """The calendar day of an instant in the zone."""
    return to_instant(minute).astimezone(zone).date()


def start_at(zone: ZoneInfo, day: date, wall_min: int) -> int | None:
    """The first instant at which the zone's clocks show that time of the day; None in a gap."""
    midnight = even_midnight(zone, day)
    if midnight is not None:
        return midnight + wall_min
    shown = _shown(day, wall_min)
    minute = to_minute(shown.replace(tzinfo=zone))
    return minute if to_instant(minute).astimezone(zone).replace(tzinfo=None) == shown else None


def bound_at(zone: ZoneInfo, day: date, wall_min: int) -> int:
    """The first instant at which the zone's clocks have come to that time or are past it; 24:00 is the day's end."""
    found = start_at(zone, day, wall_min) if wall_min < DAY_MIN else start_at(zone, day + timedelta(days=1), 0)
    return _end_of_gap(zone, _shown(day, wall_min)) if found is None else found


@lru_cache(maxsize=100_000)
def even_midnight(zone: ZoneInfo, day: date) -> int | None:
    """The instant of the day's 00:00 where no clock change touches the day, else None."""
    ends = (_shown(day, 0), _shown(day, DAY_MIN))
    offsets = {end.replace(tzinfo=zone, fold=fold).utcoffset() for end in ends for fold in (0, 1)}
    if len(offsets) != 1:
        return None
    (offset,) = offsets
    return (day.toordinal() - _EPOCH_DAY) * DAY_MIN - (offset or timedelta()) // _MINUTE


def _shown(day: date, wall_min: int) -> datetime:
    """What the clocks show, without a zone."""
    return datetime(day.year, day.month, day.day) + timedelta(minutes=wall_min)  # noqa: DTZ001  a wall clock has none


def _end_of_gap(zone: ZoneInfo, shown: datetime) -> int:
    """The moment of the change that leaves `shown` out: read with the later offset it lies before it (PEP 495)."""
    before, after = (to_minute(shown.replace(tzinfo=zone, fold=fold)) for fold in (1, 0))
    later = to_instant(after).astimezone(zone).utcoffset()
    while before + 1 < after:
        middle = (before + after) // 2
        if to_instant(middle).astimezone(zone).utcoffset() == later:
            after = middle
        else:
            before = middle
    return after
