"""The moment of a visit in words, for messages and calendar files."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time


def when_text(at: datetime, zone: str, language: str) -> str:
    """`Monday, March 30, 2026, 9:00 AM (Madrid, UTC+02:00)`: day, time and zone of where the visit happens."""
    local = at.astimezone(ZoneInfo(zone))
    day, time = format_date(local, "full", locale=language), format_time(local, "short", locale=language)
    return f"{day}, {time.replace(chr(0x202F), ' ')} ({zone_text(zone, at)})"


def zone_text(zone: str, at: datetime) -> str:
    """`Madrid, UTC+02:00`: the zone's city and what its clocks are ahead of UTC then."""
    city = zone.rpartition("/")[2].replace("_", " ")
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(offset) // timedelta(minutes=1)
    return f"{city}, UTC{sign}{minutes // 60:02}:{minutes % 60:02}"


def day_span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a calendar day of the zone begins and ends."""
    first, second = (datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), second.astimezone(UTC)
