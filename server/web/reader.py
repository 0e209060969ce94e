"""The reader of a page: language, direction and zone, and how moments are told to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.support import Translations
from babel.units import format_unit
from markupsafe import Markup

from server.web.catalogue import N_
from server.web.connection import Connection, actor_of

ZONE_COOKIE = "zone"
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+){0,2}")
LATE, LEFT = N_("%(span)s late"), N_("%(span)s left")
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Reader:
    """`now` is the instant of the request, so that every relative time on one page agrees."""

    language: str
    zone: ZoneInfo
    translations: Translations
    now: datetime

    @property
    def direction(self) -> str:
        return Locale.parse(self.language, sep="-").text_direction

    def text(self, message: str) -> str:
        return self.translations.ugettext(message)

    def at_text(self, instant: datetime) -> str:
        """Date, time and zone: `Nov 23, 2026, 1:07 PM CET`."""
        local = instant.astimezone(self.zone)
        time = format_time(local, "short", tzinfo=self.zone, locale=self._locale)
        return f"{format_date(local, 'medium', locale=self._locale)}, {time} {_zone_label(local)}"

    def at(self, instant: datetime) -> Markup:
        return self._time(instant, self.at_text(instant))

    def day(self, value: date | datetime) -> Markup:
        """A calendar day as it is; an instant as the reader's day."""
        if isinstance(value, datetime):
            return self._time(
                value,
                format_date(value.astimezone(self.zone), "medium", locale=self._locale),
            )
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), self.day_text(value))

    def day_text(self, value: date) -> str:
        """A calendar day: `Nov 23, 2026`."""
        return format_date(value, "medium", locale=self._locale)

    def ago(self, instant: datetime) -> Markup:
        """`3 hours ago`, with the exact time as its title."""
        told = format_timedelta(instant - self.now, "minute", add_direction=True, locale=self._locale)
        return self._time(instant, told, self.at_text(instant))

    def until(self, deadline: datetime) -> Markup:
        """`1 hr 50 min left` or `40 min late`, rounded down, so that no more time is promised than there is."""
        remaining = deadline - self.now
        pattern = self.text(LATE if remaining < timedelta(0) else LEFT)
        return self._time(
            deadline,
            pattern % {"span": self.span(abs(remaining))},
            self.at_text(deadline),
        )

    def span(self, length: timedelta) -> str:
        days, hours, minutes = (
            length // _DAY,
            length % _DAY // _HOUR,
            length % _HOUR // _MINUTE,
        )
        return self._told((days, "day"), (hours, "hour")) if days else self._told((hours, "hour"), (minutes, "minute"))

    def short_span(self, length: timedelta) -> str:
        """`4 min 10 sec`, of what lasts seconds or minutes."""
        minutes, seconds = divmod(round(length.total_seconds()), 60)
        return self._told((minutes, "minute"), (seconds, "second"))

    def _told(self, *counts: tuple[int, str]) -> str:
        """Without those that are 0, unless all are."""
        shown = [each for each in counts if each[0]] or counts[-1:]
        return " ".join(self._unit(count, unit) for count, unit in shown)

    def language_name(self, code: str) -> str:
        """`Spanish` for `es`; a code without a name stays a code."""
        names = cast("Mapping[str, str]", self._locale.languages)
        return names.get(code.partition("-")[0], code)

    def place(self, region: str) -> str:
        """`SL-W, Sierra Leone`: Babel names countries and no regions within them."""
        country, _, within = region.partition("-")
        names = cast("Mapping[str, str]", self._locale.territories)
        name = names.get(country)
        if name is None:
            return region
        return f"{region}, {name}" if within else name

    def _unit(self, count: int, unit: str) -> str:
        return format_unit(count, f"duration-{unit}", "short", locale=self._locale)

    def _time(self, instant: datetime, told: str, title: str | None = None) -> Markup:
        machine = instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if title is None:
            return Markup('<time datetime="{}">{}</time>').format(machine, told)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, title, told)

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.language, sep="-")


def zone_of(connection: Connection) -> ZoneInfo:
    """Where the browser says it is, else where the person's record says, else UTC."""
    actor = actor_of(connection)
    wanted = (connection.cookies.get(ZONE_COOKIE, ""), actor.zone if actor else "")
    return next((zone for zone in map(_find_zone, wanted) if zone), ZoneInfo("UTC"))


def _find_zone(name: str) -> ZoneInfo | None:
    """The cookie is the browser's word: only the shape of a zone's name ever reaches the file system."""
    if not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return None


def _zone_label(local: datetime) -> str:
    """`CET`, or `UTC+03` where the zone has no abbreviation."""
    name = local.tzname() or "UTC"
    return name if name.isalpha() else f"UTC{name}"
