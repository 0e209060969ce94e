"""Calls without script: asked from a case, rung on every page, answered, missed with what to do next, and the board."""

import re

from litestar import Litestar

from server.calls import service as calls
from server.core.access import Role
from tests.calls.calling import asked_by_reader, joining, status_of
from tests.desks.browsing import sit_down
from tests.support.casework import audited, claimed, waiting
from tests.support.clinics import Clinic
from tests.support.people import make_person

SEAT = re.compile(r'data-island="call" data-call-id="([^"]*)" data-seat-id="([^"]*)" data-case-id="([^"]*)"')


async def test_a_patient_asks_from_the_case_and_a_specialist_answers(app: Litestar, clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    patient, reader = await sit_down(app, clinic.patient), await sit_down(app, clinic.reader)
    assert "Talk to a specialist by video" in (await patient.get(f"/cases/{case_id}")).text
    unticked = await patient.post(f"/cases/{case_id}/call")
    assert unticked.headers["location"] == f"/cases/{case_id}"
    assert "Tick the box first" in (await patient.get(f"/cases/{case_id}")).text
    asked = await patient.post(f"/cases/{case_id}/call", {"agrees": "true"})
    page = asked.headers["location"]
    text = (await patient.get(page)).text
    assert "You are next." in text
    assert "too few calls have been made here" in text
    assert "Calling now:" in (await reader.get("/calls/ringing")).text
    assert "You are being called" in (await reader.get(page)).text
    assert (await reader.post(f"{page}/answer")).headers["location"] == page
    told = (await reader.get(page)).text
    assert "Your answer, as a draft" in told
    assert "It itches at night." in told
    found = SEAT.search((await patient.get(page)).text)
    assert found is not None
    assert found[1] == page.rpartition("/")[2]
    assert found[3] == str(case_id)
    assert "The call was answered" in (await reader.get(f"/queue/cases/{case_id}")).text


async def test_opening_a_page_takes_no_place(app: Litestar, clinic: Clinic) -> None:
    call = await joining(clinic)
    for actor in (clinic.worker, clinic.reader, clinic.patient):
        assert (await (await sit_down(app, actor)).get(f"/calls/{call.id}")).status_code == 200
    assert await calls.seats_shown(clinic.reader, call.id) == []


async def test_a_missed_call_says_what_to_do_next(app: Litestar, clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    patient, reader = await sit_down(app, clinic.patient), await sit_down(app, clinic.reader)
    page = (await patient.post(f"/cases/{case_id}/call", {"agrees": "true"})).headers["location"]
    await reader.post(f"{page}/decline")
    text = (await patient.get(page)).text
    for way in (f"/appointments/book?case={case_id}", f"{page}/again", f"/cases/{case_id}#messages"):
        assert way in text
    await patient.post(f"{page}/again")
    board = (await reader.get("/walk-ins")).text
    assert "Aminata Kamara" in board
    assert "at home: is rung" in board
    taken = await reader.post(f"/walk-ins/{page.rpartition('/')[2]}/take")
    assert taken.headers["location"] == page
    assert "You are being called" in (await patient.get(page)).text


async def test_the_board_and_the_list_name_what_they_show_so_that_a_change_reaches_them(
    app: Litestar, clinic: Clinic
) -> None:
    await asked_by_reader(clinic)
    coordinator, reader = await sit_down(app, clinic.coordinator), await sit_down(app, clinic.reader)
    board = f'data-live="/events/walk-ins?seen={await calls.walk_ins_marker(clinic.coordinator)}"'
    assert board in (await coordinator.get("/walk-ins")).text
    listed = f'data-live="/events/calls?seen={await calls.calls_marker(clinic.reader)}"'
    assert listed in (await reader.get("/calls")).text


async def test_a_specialist_calls_from_the_case(app: Litestar, clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    reader, patient = await sit_down(app, clinic.reader), await sit_down(app, clinic.patient)
    assert "Call the patient by video" in (await reader.get(f"/queue/cases/{case_id}")).text
    page = (await reader.post(f"/cases/{case_id}/call")).headers["location"]
    assert "Go to the call" in (await reader.get(f"/queue/cases/{case_id}")).text
    assert "I agree to a video call about this case" in (await patient.get(page)).text
    await patient.post(f"{page}/answer")
    assert "Tick the box first" in (await patient.get(page)).text
    await patient.post(f"{page}/answer", {"agrees": "true"})
    assert "End the call for everyone" in (await patient.get(page)).text
    await patient.post(f"{page}/end")
    assert "The call is over" in (await reader.get(page)).text


async def test_a_link_and_its_code_are_shown_once(app: Litestar, clinic: Clinic) -> None:
    call = await joining(clinic)
    reader = await sit_down(app, clinic.reader)
    made = (await reader.post(f"/calls/{call.id}/links", {"role": "interpreter", "language": "es"})).text
    (address,) = re.findall(r'value="http[^"]*(/call-link/[^"]*)"', made)
    assert re.search(r'<code class="call-code">\d{3} \d{3}</code>', made)
    again = (await reader.get(f"/calls/{call.id}")).text
    assert address not in again
    assert "Link not used yet" in again
    wrong = await reader.post(f"/calls/{call.id}/links", {"role": "specialist", "language": "es"})
    assert wrong.status_code == 422


async def test_a_coordinator_keeps_the_roster(app: Litestar, clinic: Clinic) -> None:
    coordinator = await sit_down(app, await make_person(clinic.reading_id, Role.COORDINATOR))
    page = f"/on-call/{clinic.pool_id}"
    assert page in (await coordinator.get("/on-call")).text
    assert (await coordinator.post(page, {"mode": "in-order", "ring_s": "5"})).status_code == 303
    assert "between 15 and 180 seconds" in (await coordinator.get(page)).text
    await coordinator.post(page, {"mode": "on-call", "ring_s": "30"})
    shift = {"from_day": "2026-03-02", "from_time": "08:00", "until_day": "2026-03-02", "until_time": "16:00"}
    wrong = await coordinator.post(f"{page}/shifts", {**shift, "person": "nobody"})
    assert wrong.status_code == 422
    over = {**shift, "person": str(clinic.reader.actor_id), "until_time": "08:30"}
    assert (await coordinator.post(f"{page}/shifts", over)).status_code == 400
    await coordinator.post(f"{page}/shifts", {**shift, "person": str(clinic.reader.actor_id)})
    text = (await coordinator.get(page)).text
    (end,) = re.findall(r'action="(/on-call/shifts/[^"]*/end)"', text)
    assert (await coordinator.post(end)).headers["location"] == page
    assert "Nobody is on the roster." in (await coordinator.get(page)).text


async def test_whoever_only_sees_the_call_has_no_place_in_it(app: Litestar, clinic: Clinic) -> None:
    call = await asked_by_reader(clinic)
    colleague = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=("SL-W",))
    text = (await (await sit_down(app, colleague)).get(f"/calls/{call.id}")).text
    assert "have no place in it" in text
    assert SEAT.search(text) is None
    assert await status_of(clinic, call.id) == "ringing"


async def test_notes_are_saved_as_typed_and_stand_in_the_case_for_those_who_care(app: Litestar, clinic: Clinic) -> None:
    call = await joining(clinic)
    note = f"/calls/{call.id}/note"
    reader, worker = await sit_down(app, clinic.reader), await sit_down(app, clinic.worker)
    patient = await sit_down(app, clinic.patient)
    assert f'data-url="{note}"' in (await reader.get(f"/calls/{call.id}")).text
    saved = await reader.post(note, {"note": "Itches <less> at night.", "version": "0"})
    assert saved.json() == {"version": 1}
    stale = await reader.post(note, {"note": "From another tab.", "version": "0"})
    assert stale.status_code == 409
    assert (await reader.post(note, {"note": "Itches <less> at night now.", "version": "1"})).json() == {"version": 2}
    assert (await worker.post(note, {"note": "Mother came along.", "version": "0"})).json() == {"version": 1}
    assert (await worker.post(note, {"note": "x" * 8001, "version": "1"})).status_code == 400
    assert "Itches &lt;less&gt; at night now." in (await reader.get(f"/calls/{call.id}")).text
    for page in (
        await reader.get(f"/queue/cases/{call.care_case_id}"),
        await worker.get(f"/cases/{call.care_case_id}"),
    ):
        assert "Itches &lt;less&gt; at night now." in page.text
        assert "Mother came along." in page.text
    assert (await patient.post(note, {"note": "Mine.", "version": "0"})).status_code == 403
    for path in (f"/calls/{call.id}", f"/cases/{call.care_case_id}"):
        told = (await patient.get(path)).text
        assert "Mother came along." not in told
        assert note not in told
    assert len(await audited("call:noted")) == 2


async def test_a_note_that_was_emptied_is_none(app: Litestar, clinic: Clinic) -> None:
    call = await joining(clinic)
    await calls.save_note(clinic.reader, call.id, "", 0)
    assert (
        "Notes from calls"
        not in (await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{call.care_case_id}")).text
    )
