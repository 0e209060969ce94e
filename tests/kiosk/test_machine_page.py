"""About this kiosk, and the rest in which it changes its program: nobody at the screen is interrupted."""

from datetime import UTC, datetime

import httpx
import pytest

from kiosk.fleet.health import program_version
from kiosk.ui.desk import REST_S, Desk
from kiosk.update.slots import Program
from kiosk.update.state import Release, begun, believed, gone_back, ready, tried, troubled
from tests.kiosk.desks import begin_visit, proof_of, sign_in
from tests.kiosk.test_sign_in import PIN

AT = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)


def test_the_version_the_slot_and_no_update_yet(browser: httpx.Client, desk: Desk) -> None:
    sign_in(browser, desk)
    page = browser.get("/machine").text
    assert f"{program_version()}, in slot A" in page
    assert "None since this kiosk was set up." in page
    assert "/machine" in browser.get("/home").text


def test_what_was_put_in_and_what_was_taken_back_with_the_reason(browser: httpx.Client, desk: Desk) -> None:
    sign_in(browser, desk)
    program, wanted = Program(desk.folder), Release("2.0", 2)
    state = program.save(believed(tried(ready(begun(program.load(), wanted), wanted)), AT))
    assert "✓ 2.0 was put in on" in browser.get("/machine").text
    newer = Release("2.1", 3)
    program.save(troubled(gone_back(tried(ready(begun(state, newer), newer)), "camera", AT), "held-back"))
    page = browser.get("/machine").text
    assert "▲ 2.1 was taken back on" in page
    assert "its camera’s program did not answer" in page
    assert "quiet hours or a metered link" in page


def test_what_is_under_way_is_said(browser: httpx.Client, desk: Desk) -> None:
    sign_in(browser, desk)
    program, wanted = Program(desk.folder), Release("2.0", 2)
    state = program.save(begun(program.load(), wanted))
    assert "2.0 is being prepared" in browser.get("/machine").text
    state = program.save(ready(state, wanted))
    assert "2.0 is ready. It starts when nobody is signed in." in browser.get("/machine").text
    program.save(tried(state))
    assert "2.0 runs on trial" in browser.get("/machine").text


def test_an_update_asked_for_while_a_visit_is_open_waits(browser: httpx.Client, desk: Desk) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    assert browser.post("/rest").status_code == 409
    assert desk.draft is not None
    browser.post("/abandon", data={"proof": proof})
    assert browser.post("/rest").status_code == 409, "who is signed in is at work"
    browser.post("/sign-out", data={"proof": proof})
    assert browser.post("/rest").status_code == 204


def test_nobody_begins_while_the_program_changes_and_everybody_may_afterwards(
    browser: httpx.Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(desk, "_clock", lambda: now)
    assert browser.post("/rest").status_code == 204
    for page in (browser.get("/"), browser.get("/pin"), browser.post("/sign-in", data={"worker": "x", "pin": "1"})):
        assert "this kiosk changes its program" in page.text
        assert page.status_code == 200
    assert desk.session is None
    assert browser.post("/rest").status_code == 204
    now += REST_S + 1
    assert "Who is working?" in browser.get("/").text
    assert proof_of(browser.post("/sign-in", data=_worker(desk)))


def _worker(desk: Desk) -> dict[str, str]:
    return {"worker": str(desk.workers.all()[0].worker_id), "pin": PIN}


def test_a_page_from_elsewhere_cannot_bring_the_kiosk_to_rest(browser: httpx.Client, desk: Desk) -> None:
    assert browser.post("/rest", headers={"Origin": "https://evil.example"}).status_code == 403
    assert not desk.is_resting
