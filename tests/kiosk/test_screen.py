"""The screen over HTTP: loopback alone, nobody without a PIN, and nothing of a visit after it."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from kiosk.camera.standing import CameraState
from kiosk.camera.watching import WORDS
from kiosk.spool import room
from kiosk.spool.model import EntryState
from kiosk.spool.packing import confirm_visit
from kiosk.ui.draft import moment
from kiosk.ui.vitals import DIASTOLIC, SYSTOLIC, misread, observations_of
from server.contract.case import Quantity
from tests.kiosk.desks import SETTINGS, StillDesk, begin_visit, sign_in
from tests.kiosk.test_sign_in import Clock
from tests.kiosk.visits import make_visit


def test_without_a_pin_every_page_leads_to_the_names(browser: httpx.Client) -> None:
    for path in ("/home", "/patient", "/visit/review", "/waiting", "/nothing"):
        assert "Who is working?" in browser.get(path).text
    assert browser.get("/camera").status_code == 403
    assert "Hawa Turay" in browser.get("/").text


def test_a_page_from_elsewhere_reaches_nothing(browser: httpx.Client, desk: StillDesk) -> None:
    proof = sign_in(browser, desk)
    assert browser.get("/home", headers={"Host": "evil.example"}).status_code == 403
    form = {"proof": proof}
    assert browser.post("/sign-out", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.post("/sign-out", data=form, headers={"Origin": "null"}).status_code == 403
    browser.post("/sign-out", data={"proof": "guessed"})
    assert desk.session is not None
    browser.post("/sign-out", data=form)
    assert desk.session is None


def test_nothing_is_cached_and_no_script_may_run(browser: httpx.Client) -> None:
    headers = browser.get("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]


def test_an_idle_screen_wipes_the_visit_and_signs_out(browser: httpx.Client, desk: StillDesk, clock: Clock) -> None:
    begin_visit(browser, sign_in(browser, desk))
    assert desk.draft is not None
    clock.now_s += SETTINGS.idle_wipe_s + 1
    desk.wipe_if_idle()
    assert desk.draft is None
    assert desk.session is None
    assert desk.known.find("zainab") == []
    assert "Who is working?" in browser.get("/visit/review").text


def test_before_the_kiosk_has_met_its_server_a_visit_is_not_lost_and_the_worker_told(
    browser: httpx.Client, desk: StillDesk
) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    page = browser.post("/visit/confirm", data={"proof": proof})
    assert page.status_code == 507
    assert "has not met its server yet" in page.text
    assert desk.draft is not None
    assert desk.spool.standings() == []


def test_a_full_disk_leaves_the_visit_on_the_screen_until_there_is_room(
    browser: httpx.Client, desk: StillDesk, public_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(desk.trust), "sealing_key", public_key)
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    monkeypatch.setattr(room, "RESERVE_BYTES", 1 << 60)
    page = browser.post("/visit/confirm", data={"proof": proof})
    assert "no room left" in page.text
    assert "still on the screen" in page.text
    monkeypatch.setattr(room, "RESERVE_BYTES", 0)
    page = browser.post("/visit/confirm", data={"proof": proof, "urgent": "1"})
    (standing,) = desk.spool.standings()
    assert standing.is_urgent
    assert standing.reference in page.text
    assert desk.draft is None
    assert standing.reference not in browser.post("/next", data={"proof": proof}).text
    assert "Ready" in browser.get("/kept").text


def test_a_camera_in_trouble_is_said_and_takes_nothing(browser: httpx.Client, desk: StillDesk) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    for state in CameraState:
        desk.camera.state = state
        page = browser.get("/visit/photos").text
        assert (WORDS[state] in page) == (state is not CameraState.FINE) or not WORDS[state]
    browser.post("/visit/photos/take", data={"proof": proof, "view": "far"})
    assert desk.draft is not None
    assert desk.draft.pending is None


def test_a_photograph_is_seen_only_in_its_own_visit(browser: httpx.Client, desk: StillDesk) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    browser.post("/visit/photos/take", data={"proof": proof, "view": "far"})
    assert desk.draft is not None
    assert desk.draft.pending is not None
    path = f"/visit/picture?photo={desk.draft.pending.part_id}"
    assert browser.get(path).headers["Content-Type"] == "image/jpeg"
    browser.post("/visit/photos/keep", data={"proof": proof})
    assert browser.get(path).status_code == 200
    browser.post("/abandon", data={"proof": proof})
    assert "Ready" in browser.get(path).text


def test_a_photograph_that_was_kept_is_thrown_away_also_while_another_waits(
    browser: httpx.Client, desk: StillDesk
) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    browser.post("/visit/photos/take", data={"proof": proof, "view": "far"})
    browser.post("/visit/photos/keep", data={"proof": proof})
    browser.post("/visit/photos/take", data={"proof": proof, "view": "medium"})
    assert desk.draft is not None
    (kept,) = desk.draft.photos
    browser.post("/visit/photos/discard", data={"proof": proof, "photo": str(kept.part_id)})
    assert desk.draft.photos == []
    assert desk.draft.pending is not None


def test_what_came_back_is_shown_and_goes_again(browser: httpx.Client, desk: StillDesk, public_key: bytes) -> None:
    entry = confirm_visit(desk.spool, public_key, make_visit(uuid4()), datetime.now(UTC))
    desk.spool.mark_trouble(entry.case_id, EntryState.REFUSED, "There is no such patient.")
    proof = sign_in(browser, desk)
    assert "came back" in browser.get("/home").text
    page = browser.get("/waiting").text
    assert entry.reference in page
    assert "There is no such patient." in page
    browser.post("/waiting/again", data={"proof": proof, "case": str(entry.case_id)})
    assert desk.spool.next_task() is not None
    assert "No USB stick" in browser.post("/waiting/export", data={"proof": proof}).text


def test_vitals_keep_what_was_typed_and_leave_out_what_was_not() -> None:
    typed = {"8310-5": "38,20", SYSTOLIC: "120", DIASTOLIC: "80"}
    assert misread(typed) == set()
    temperature, pressure = observations_of(typed, moment("UTC"))
    assert temperature.value == Quantity(text="38.20", unit="Cel")
    assert temperature.method == "manual"
    assert [each.value for each in pressure.components] == [
        Quantity(text="120", unit="mm[Hg]"),
        Quantity(text="80", unit="mm[Hg]"),
    ]
    assert misread({"8310-5": "hot"}) == {"8310-5"}
    assert misread({SYSTOLIC: "120"}) == {DIASTOLIC}, "the one that is missing"
