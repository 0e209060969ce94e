"""Free slots once more, minute by minute over the calendar and without any of the slice's arithmetic."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from msgspec import structs

from server.scheduling.slots import Hours, Kind, Session, Window

MINUTE = timedelta(minutes=1)


def free_slots(hours: Hours, kind: Kind, days: tuple[date, date], now_min: int) -> set[tuple[int, UUID | None]]:
    """Walks through every minute and asks of each whether a visit may start in it."""
    walked = _walk(hours, days)
    seen: set[datetime] = set()
    joined = [(each.starts, each.place_id) for each in hours.sessions if _has_room(each, kind)]
    alone = structs.replace(hours, reserved=(), sessions=(), booked={}, daily_limit=None) if joined else hours
    found: set[tuple[int, UUID | None]] = set()
    for at, shown in walked:
        is_first, minute = shown not in seen, int(at.timestamp() // 60)
        seen.add(shown)
        if is_first and days[0] <= shown.date() <= days[1] and minute >= now_min + kind.notice_min:
            found |= {(minute, w.place_id) for w in _windows(hours, shown.date()) if _may(hours, kind, at, shown, w)}
            offered = {(minute, w.place_id) for w in _windows(hours, shown.date()) if _may(alone, kind, at, shown, w)}
            found |= offered.intersection(joined)
    return found


def _has_room(session: Session, kind: Kind) -> bool:
    return session.kind_id == kind.kind_id and session.taken < kind.capacity


def _walk(hours: Hours, days: tuple[date, date]) -> list[tuple[datetime, datetime]]:
    at = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC) - timedelta(hours=30)
    end = datetime(days[1].year, days[1].month, days[1].day, tzinfo=UTC) + timedelta(hours=54)
    walked: list[tuple[datetime, datetime]] = []
    while at < end:
        walked.append((at, at.astimezone(hours.zone).replace(tzinfo=None)))
        at += MINUTE
    return walked


def _windows(hours: Hours, day: date) -> tuple[Window, ...]:
    return hours.exceptions[day] if day in hours.exceptions else hours.weekly.get(day.weekday(), ())


def _may(hours: Hours, kind: Kind, at: datetime, shown: datetime, window: Window) -> bool:
    if kind.capacity > 1 and window.place_id is None:
        return False
    of_day = shown.hour * 60 + shown.minute
    if window.kind_id not in (None, kind.kind_id) or of_day not in range(
        window.opens_min, window.closes_min, kind.every_min
    ):
        return False
    if hours.daily_limit is not None and hours.booked.get(shown.date(), 0) >= hours.daily_limit:
        return False
    start = int(at.timestamp() // 60)
    visit = range(start, start + kind.duration_min)
    blocked = range(start - kind.before_min, start + kind.duration_min + kind.after_min)
    if any(minute in range(*black) for black in hours.blackouts for minute in visit):
        return False
    if any(minute in range(*taken) for taken in hours.reserved for minute in blocked):
        return False
    return all(_is_open(hours, shown.date(), window, at + MINUTE * n) for n in range(kind.duration_min))


def _is_open(hours: Hours, day: date, window: Window, at: datetime) -> bool:
    """Whether the clocks have not yet come to the window's closing time."""
    shown = at.astimezone(hours.zone).replace(tzinfo=None)
    return shown.date() == day and shown.hour * 60 + shown.minute < window.closes_min
