"""Booking, moving and cancelling without script; the provider's editor and day sheet; addresses without a sign-in."""

import html
import re
from datetime import UTC, date, datetime
from typing import Any, cast

import httpx
import icalendar
from litestar import Litestar

from server.core.platform import Platform
from server.core.platform import platform as bound
from server.scheduling import service as scheduling
from server.scheduling.links import link_to
from server.scheduling.local_time import to_minute
from server.scheduling.schemas import HoursRules
from tests.desks.browsing import Desk, sit_down
from tests.scheduling.diary import NINE, after, begin_practice
from tests.support.casework import send
from tests.support.clinics import Clinic
from tests.support.people import PUBLIC_URL
from tests.support.platforms import FakeClock

START = re.compile(r'<button class="button" name="start" value="([^"]*)">')
HIDDEN = re.compile(r'<input type="hidden" name="(patient|provider|kind)" value="([^"]*)">')


def clock() -> FakeClock:
    return cast("FakeClock", bound().clock)


async def open_times(desk: Desk) -> tuple[list[str], dict[str, str]]:
    """The free times of the week of NINE, and the form's other fields."""
    text = (await desk.get(f"/appointments/book?first={NINE.date()}")).text
    return [html.unescape(value) for value in START.findall(text)], dict(HIDDEN.findall(text))


async def test_a_patient_books_moves_cancels_and_takes_it_back(app: Litestar, clinic: Clinic) -> None:
    await begin_practice(clinic)
    desk = await sit_down(app, clinic.patient)
    starts, fields = await open_times(desk)
    assert [start[:16] for start in starts] == [f"2026-03-09T{time}" for time in TIMES]
    held = await desk.post("/appointments/hold", {**fields, "start": starts[0]})
    path = held.headers["location"]
    assert "Not booked yet." in (await desk.get(path)).text
    assert (await desk.post(f"{path}/confirm")).status_code == 303
    page = (await desk.get(path)).text
    assert "Monday, March 9, 2026, 8:00 AM (UTC, UTC+00:00)" in page
    taken = await desk.post("/appointments/hold", {**fields, "start": starts[0]})
    assert taken.headers["location"].startswith("/appointments/book?")
    assert "Somebody has just taken this time. Choose another time." in (await desk.get("/appointments")).text
    assert (await desk.post(f"{path}/move", {"start": starts[3]})).headers["location"] == path
    assert "9:30 AM" in (await desk.get(path)).text
    await desk.post(f"{path}/cancel")
    assert "Take it back" in (await desk.get(path)).text
    await desk.post(f"{path}/restore")
    assert "Cancel it" in (await desk.get(path)).text
    clock().at = after(NINE, hours=-22)
    late = await desk.post(f"{path}/cancel")
    assert late.status_code == 409
    assert "Call the clinic." in late.text


TIMES = ("08:00", "08:30", "09:00", "09:30", "10:00", "10:30")


async def test_times_that_are_none_are_refused(app: Litestar, clinic: Clinic) -> None:
    await begin_practice(clinic)
    desk = await sit_down(app, clinic.patient)
    _, fields = await open_times(desk)
    for wrong in ("", "tomorrow", "2026-03-09T08:00:00", "2026-03-09T08:00:00+00:00|room"):
        answer = await desk.post("/appointments/hold", {**fields, "start": wrong})
        assert answer.status_code == 400
    gone = await desk.post("/appointments/hold", {**fields, "start": "2026-03-02T08:00:00+00:00|"})
    assert gone.status_code == 303
    assert "This time has passed, or is too near" in (await desk.get("/appointments")).text


async def test_a_case_leads_to_a_visit_and_tells_of_it(app: Litestar, clinic: Clinic) -> None:
    await begin_practice(clinic)
    case_id = await send(clinic)
    desk = await sit_down(app, clinic.patient)
    assert f"/appointments/book?case={case_id}" in (await desk.get(f"/cases/{case_id}")).text
    page = (await desk.get(f"/appointments/book?case={case_id}&first={NINE.date()}")).text
    fields = {**dict(HIDDEN.findall(page)), "case": str(case_id)}
    held = await desk.post("/appointments/hold", {**fields, "start": html.unescape(START.findall(page)[0])})
    await desk.post(f"{held.headers['location']}/confirm")
    told = (await desk.get(f"/cases/{case_id}")).text
    assert "A visit was booked" in told
    assert held.headers["location"] in told


async def test_a_provider_edits_when_they_can_be_visited(app: Litestar, clinic: Clinic) -> None:
    desk = await sit_down(app, clinic.reader)
    assert "You offer no visits yet." in (await desk.get("/availability")).text
    practice = {"zone": "Europe/Madrid", "horizon_days": "30", "cutoff_hours": "12", "reminder_hours": "48 2"}
    assert (await desk.post("/availability/practice", {**practice, "reminder_hours": "a day"})).status_code == 422
    assert (await desk.post("/availability/practice", {**practice, "zone": "Mars/Base"})).status_code == 400
    assert (await desk.post("/availability/practice", practice)).status_code == 303
    kind = {"kind_name": "Talk", "duration_min": "20", "every_min": "20"}
    assert (await desk.post("/availability/kinds", {**kind, "duration_min": "21"})).status_code == 422
    assert (await desk.post("/availability/kinds", kind)).status_code == 303
    hours = {"weekday": "0", "opens": "09:00", "closes": "10:00"}
    for wrong in ({"closes": "09:00"}, {"opens": "09:03"}, {"weekday": "7"}, {"closes": "25:00"}):
        assert (await desk.post("/availability/hours", hours | wrong)).status_code == 422
    assert (await desk.post("/availability/hours", hours)).status_code == 303
    assert (await desk.post("/availability/hours", hours | {"opens": "22:00", "closes": "00:00"})).status_code == 303
    assert (await desk.post("/availability/days", {"day": "2026-03-16"})).status_code == 303
    assert (await desk.post("/availability/days", {"day": "2026-03-17", "day_opens": "09:00"})).status_code == 422
    off = {"off_from_day": "2026-03-23", "off_from": "09:00", "off_until_day": "2026-03-23", "off_until": "09:20"}
    assert (await desk.post("/availability/time-off", off | {"off_until": "09:00"})).status_code == 422
    assert (await desk.post("/availability/time-off", off)).status_code == 303
    page = (await desk.get("/availability")).text
    for told in ("22:00–24:00", "no visits", "may begin every 20 minutes", 'value="48 2"'):
        assert told in page
    patient = await sit_down(app, clinic.patient)
    found = [len((await open_week(patient, day))[0]) for day in ("2026-03-09", "2026-03-16", "2026-03-23")]
    assert found == [9, 0, 8]


async def open_week(desk: Desk, day: str) -> tuple[list[str], str]:
    text = (await desk.get(f"/appointments/book?first={day}")).text
    return START.findall(text), text


async def test_a_day_sheet_is_worked_off(app: Litestar, clinic: Clinic) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    desk = await sit_down(app, clinic.reader)
    clock().at = after(NINE, minutes=7)
    desk = await sit_down(app, clinic.reader)
    page = (await desk.get("/day-sheet")).text
    assert "Aminata Kamara" in page
    assert "9:00" in page
    await desk.post(f"/day-sheet/{appointment_id}/arrive", {"day": "2026-03-09"})
    assert "7 min late" in (await desk.get("/day-sheet?day=2026-03-09")).text
    await desk.post(f"/day-sheet/{appointment_id}/finish")
    assert (await practising.row(appointment_id)).status == "done"
    coordinator = await sit_down(app, clinic.coordinator)
    assert "Aminata Kamara" in (await coordinator.get("/schedule")).text


async def test_a_worker_books_for_a_patient(app: Litestar, clinic: Clinic) -> None:
    await begin_practice(clinic)
    desk = await sit_down(app, clinic.worker)
    assert (await desk.get("/appointments/book")).headers["location"] == "/patients"
    page = (await desk.get(f"/appointments/book?patient={clinic.patient_id}&first={NINE.date()}")).text
    start = html.unescape(START.findall(page)[0])
    held = await desk.post("/appointments/hold", {**dict(HIDDEN.findall(page)), "start": start})
    assert "Aminata Kamara" in (await desk.get(held.headers["location"])).text


async def test_a_link_shows_and_pressing_does(app: Litestar, clinic: Clinic) -> None:
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    path = link_to(clinic.organisation_id, appointment_id, to_minute(NINE))
    async with stranger(app) as client:
        page = await client.get(path)
        assert "Monday, March 9, 2026" in page.text
        for secret in ("Kamara", "Video visit", "Vega"):
            assert secret not in page.text
        assert (await practising.row(appointment_id)).confirmed_at is None
        assert (await client.post(f"{path}/confirm", data=form_of(page.text))).status_code == 303
        assert (await client.post(f"{path}/cancel", data=form_of(page.text))).status_code == 303
        assert (await client.get(path[:-4] + "AAAA")).status_code == 404
    assert (await practising.row(appointment_id)).status == "cancelled"


async def test_a_calendar_program_reads_the_feed_until_it_ends(app: Litestar, clinic: Clinic) -> None:
    practising = await begin_practice(clinic)
    await practising.book()
    desk = await sit_down(app, clinic.patient)
    page = (await desk.post("/calendar-feed")).text
    (address,) = re.findall(r'value="(http[^"]*/calendar/[^"]*)"', page)
    async with stranger(app) as client:
        answer = await client.get(address)
        assert answer.headers["content-type"].startswith("text/calendar")
        (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        assert event.decoded("dtstart") == NINE.astimezone(UTC) == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
        await desk.post("/calendar-feed/end")
        assert (await client.get(address)).status_code == 404


def stranger(app: Litestar) -> httpx.AsyncClient:
    """A browser without a sign-in."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url=PUBLIC_URL, headers={"Accept": "text/html"}
    )


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(_csrf|_key)" value="([^"]*)">', page))


async def test_nothing_is_offered_yet(app: Litestar, clinic: Clinic, sqlite_platform: Platform) -> None:
    desk = await sit_down(app, clinic.patient)
    assert "No visits can be booked here" in (await desk.get("/appointments/book")).text
    assert "No appointment is to come." in (await desk.get("/appointments")).text
    assert await scheduling.offers_for(clinic.patient, clinic.patient_id) == []


async def test_several_visits_are_shown_before_they_are_booked_and_ended_together(
    app: Litestar, clinic: Clinic
) -> None:
    await begin_practice(clinic)
    await scheduling.add_hours(clinic.reader, HoursRules(day=date(2026, 3, 23), opens_min=0, closes_min=0))
    desk = await sit_down(app, clinic.patient)
    starts, fields = await open_times(desk)
    wish = {**fields, "start": starts[0], "every_weeks": "1", "times": "4"}
    path = (await desk.post("/appointments/hold", wish)).headers["location"]
    assert path.startswith("/appointments/series/")
    page = (await desk.get(path)).text
    for told in (
        "3 times are kept until",
        "1 of the times",
        "The specialist is not there at this time.",
        "Book these 3",
    ):
        assert told in page
    assert (await desk.post(f"{path}/confirm")).headers["location"] == path
    booked = (await desk.get(path)).text
    assert "Book these" not in booked
    visits = re.findall(r'href="(/appointments/[0-9a-f-]{36})"', booked)
    assert len(visits) == 3
    assert path in (await desk.get(visits[1])).text
    await desk.post(f"{visits[1]}/cancel-following")
    status = [("Cancelled" in (await desk.get(visit)).text) for visit in visits]
    assert status == [False, True, True]
    over = await desk.post("/appointments/hold", wish | {"times": "13"})
    assert over.status_code == 400


async def test_a_specialist_offers_a_group_and_a_patient_reads_that_it_is_one(app: Litestar, clinic: Clinic) -> None:
    await begin_practice(clinic)
    editor, desk = await sit_down(app, clinic.reader), await sit_down(app, clinic.patient)
    kind = {"kind_name": "Group", "duration_min": "60", "every_min": "60", "capacity": "6"}
    assert (await editor.post("/availability/kinds", kind)).status_code == 303
    assert "for groups of up to 6" in (await editor.get("/availability")).text
    assert (await editor.post("/availability/kinds", kind | {"capacity": "51"})).status_code == 422
    assert "in a group of up to 6" in (await desk.get("/appointments/book")).text
