"""Appointments as iCalendar (RFC 5545): one in a file, or a person's in a feed; never whose, nor what about.

Calendars lie open on phones and with their makers: an event says that there is an appointment, when and where.
"""

from collections.abc import Sequence
from datetime import UTC, timedelta

from icalendar import Alarm, Calendar, Event
from msgspec import Struct

from server.scheduling.lifecycle import Status
from server.scheduling.tables import Appointment

PRODUCT = "-//Careferry//Appointments//EN"
REFRESH = timedelta(hours=1)


class Words(Struct, frozen=True):
    """The event's texts in the reader's language."""

    summary: str
    by_video: str


def calendar_of(rows: Sequence[Appointment], words: Words, public_url: str) -> bytes:
    """The calendar's bytes; times are in UTC, which needs no table of zones and is right over clock changes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words.summary)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for row in rows:
        calendar.add_component(_event(row, words, public_url))
    return calendar.to_ical()


def _event(row: Appointment, words: Words, public_url: str) -> Event:
    event = Event()
    event.add("uid", f"{row.id}@careferry")
    event.add("sequence", row.version)
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("last-modified", row.changed_at.astimezone(UTC))
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    event.add("summary", words.summary)
    event.add("location", row.place_name or words.by_video)
    event.add("status", "CANCELLED" if row.status in {Status.CANCELLED, Status.NO_SHOW} else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", f"{public_url}/appointments/{row.id}")
    if row.status == Status.BOOKED:
        event.add_component(_alarm(words))
    return event


def _alarm(words: Words) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.summary)
    alarm.add("trigger", timedelta(hours=-1))
    return alarm
