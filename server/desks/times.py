"""Free times as a page shows them: by day of the reader's calendar, in the reader's zone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_time
from msgspec import Struct

from server.core.faults import BadInput
from server.scheduling.schemas import OpenSlot
from server.scheduling.wording import zone_text
from server.web.reader import Reader

SHOWN_DAYS = 7
_DAY = timedelta(days=1)


class ShownSlot(Struct, frozen=True):
    value: str
    """What the form sends: the instant, and the place."""
    time: str
    place: str


class ShownDay(Struct, frozen=True):
    day: date
    slots: tuple[ShownSlot, ...]
    zone: str
    """The zone with its offset of that day; a clock change may lie between two."""


def days_of(first: date) -> tuple[date, date]:
    """The provider's days that hold every instant of the reader's from `first` on: clocks differ by a day at most."""
    return first - _DAY, first + SHOWN_DAYS * _DAY


def require_near(day: date) -> date:
    """The day; BadInput for one that no diary reaches, where calendars come to their end."""
    if not 2000 <= day.year < 2200:
        raise BadInput("This day is too far away.")
    return day


def by_day(slots: Sequence[OpenSlot], first: date, reader: Reader) -> list[ShownDay]:
    """The days from `first` on that have any."""
    found: dict[date, list[OpenSlot]] = {}
    for slot in slots:
        found.setdefault(slot.starts_at.astimezone(reader.zone).date(), []).append(slot)
    days = [first + number * _DAY for number in range(SHOWN_DAYS)]
    return [_shown(day, found[day], reader) for day in days if day in found]


def clock_text(at: datetime, zone: str, language: str) -> str:
    """`9:00 AM`, by the clocks of the zone."""
    return format_time(at.astimezone(ZoneInfo(zone)), "short", locale=language)


def read_start(value: str) -> tuple[datetime, UUID | None]:
    """What `ShownSlot.value` says; ValueError for anything else."""
    instant, _, place = value.partition("|")
    at = datetime.fromisoformat(instant)
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    return at, UUID(place) if place else None


def _shown(day: date, slots: Sequence[OpenSlot], reader: Reader) -> ShownDay:
    zone = reader.zone.key
    shown = [
        ShownSlot(
            f"{slot.starts_at.isoformat()}|{slot.place_id or ''}",
            clock_text(slot.starts_at, zone, reader.language),
            slot.place_name,
        )
        for slot in slots
    ]
    return ShownDay(day, tuple(shown), zone_text(zone, slots[0].starts_at))
