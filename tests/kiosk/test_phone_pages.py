"""The hand-off at the screen: a code for this visit alone, the worker's yes, and nothing of it afterwards."""

import asyncio
import gc
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from msgspec import structs

from kiosk.phone.handoff import Why
from kiosk.phone.opened import FAREWELL_S
from kiosk.ui import pages_phone
from kiosk.ui.draft import MOST_PHOTOGRAPHS, Draft, visit_of
from server.contract.case import PhotographPart
from server.contract.handoff import ArrivalState, HandoffState
from tests.journeys.waiting import until
from tests.kiosk.desks import StillDesk, begin_visit, read_first, sign_in
from tests.kiosk.phone.phones import BLURRED, GOOD, LinkedPhone, StillChecker
from tests.kiosk.test_sign_in import Clock

LINKED: list[LinkedPhone] = []
"""To be closed with the desk."""


@pytest.fixture
def desk(desk: StillDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[StillDesk]:
    desk.settings = structs.replace(desk.settings, phone_network="127.0.0.0/8")
    monkeypatch.setattr(pages_phone, "Checker", StillChecker)
    yield desk
    desk.wipe()
    while LINKED:
        LINKED.pop().close()


@pytest.fixture
def proof(browser: httpx.Client, desk: StillDesk) -> str:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    return proof


def open_code(browser: httpx.Client, desk: StillDesk, proof: str) -> LinkedPhone:
    """The page goes on telling, so that only the answer's beginning is read."""
    browser.post("/visit/phone/open", data={"proof": proof}, follow_redirects=False)
    assert desk.phone is not None
    LINKED.append(LinkedPhone(desk.phone.link))
    return LINKED[-1]


def join(browser: httpx.Client, desk: StillDesk, proof: str) -> LinkedPhone:
    phone = open_code(browser, desk, proof)
    phone.join()
    assert phone.line.code in read_first(browser, "/visit/phone")
    form = {"proof": proof, "code": phone.line.code}
    browser.post("/visit/phone/confirm", data=form, follow_redirects=False)
    return phone


def test_a_second_press_shows_the_same_code(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    first, second = open_code(browser, desk, proof), open_code(browser, desk, proof)
    assert first.link == second.link
    page = read_first(browser, "/visit/phone")
    assert "<svg" in page
    assert re.search(r"Time left: (4:5\d|5:00)", page)
    assert "The patient’s phone" in browser.get("/visit/photos").text


@pytest.mark.parametrize("named, words", [("off", "no phones may join"), ("203.0.113.0/24", "in no network")])
def test_without_a_network_it_is_said_and_nothing_listens(
    browser: httpx.Client, desk: StillDesk, proof: str, named: str, words: str
) -> None:
    desk.settings = structs.replace(desk.settings, phone_network=named)
    page = browser.post("/visit/phone/open", data={"proof": proof})
    assert page.status_code == 503
    assert words in page.text
    assert desk.phone is None


def test_without_a_sandbox_nothing_listens(
    browser: httpx.Client, desk: StillDesk, proof: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StillChecker, "is_there", False)
    page = browser.post("/visit/phone/open", data={"proof": proof})
    assert "cannot check photographs of phones" in page.text
    assert desk.phone is None


def test_only_the_number_that_was_seen_is_let_in(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    phone = open_code(browser, desk, proof)
    for code in ("", "000 000"):
        browser.post("/visit/phone/confirm", data={"proof": proof, "code": code}, follow_redirects=False)
    phone.join()
    browser.post("/visit/phone/confirm", data={"proof": proof, "code": ""}, follow_redirects=False)
    assert phone.ask().state is HandoffState.ASKING
    browser.post("/visit/phone/refuse", data={"proof": proof}, follow_redirects=False)
    assert phone.ask().words == Why.DIFFERENT
    assert "so the phone was not let in" in browser.get("/visit/phone").text
    assert open_code(browser, desk, proof).link != phone.link


def test_what_the_phone_sends_is_in_the_case_with_its_verdict_until_it_is_confirmed(
    browser: httpx.Client, desk: StillDesk, proof: str, public_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(desk.trust), "sealing_key", public_key)
    phone = join(browser, desk, proof)
    phone.send(GOOD)
    phone.send(BLURRED)
    page = read_first(browser, "/visit/phone")
    assert "Good enough to read" in page
    assert "Blurred" in page
    assert desk.draft is not None
    visit = visit_of(desk.draft, is_urgent=False)
    parts = [part for part in visit.submission.parts if isinstance(part, PhotographPart)]
    assert [visit.photographs[part.media.sha256] for part in parts] == [GOOD, BLURRED]
    assert [part.verdict.flaw_names for part in parts] == [(), ("defocus",)]
    browser.post("/visit/confirm", data={"proof": proof})
    assert phone.ask().words == Why.FINISHED
    assert desk.phone is None


def test_the_review_says_that_one_is_still_on_its_way(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    phone = join(browser, desk, proof)
    assert "still on its way" not in browser.get("/visit/review").text
    phone.begin(GOOD)
    assert "still on its way" in browser.get("/visit/review").text


def test_a_photograph_that_is_taken_out_is_gone_and_the_phone_told(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    phone = join(browser, desk, proof)
    phone.send(GOOD)
    assert desk.draft is not None
    (photo,) = desk.draft.photos
    form = {"proof": proof, "photo": str(photo.part_id), "back": "phone"}
    answer = browser.post("/visit/photos/discard", data=form, follow_redirects=False)
    assert answer.headers["Location"] == "/visit/phone"
    assert desk.draft.photos == []
    assert phone.ask().photos[0].state is ArrivalState.REMOVED


def test_the_worker_says_why_a_photograph_with_a_flaw_stays(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    phone = join(browser, desk, proof)
    phone.send(GOOD)
    phone.send(BLURRED)
    assert desk.draft is not None
    good, blurred = desk.draft.photos
    page = read_first(browser, "/visit/phone")
    assert f"/visit/photos/check?photo={blurred.part_id}" in page
    assert f"/visit/photos/check?photo={good.part_id}" not in page
    page = browser.get(f"/visit/photos/check?photo={blurred.part_id}").text
    assert "Take it out" in page
    reason = "I cannot take another one"
    assert reason in page
    form = {"proof": proof, "photo": str(blurred.part_id), "reason": reason}
    answer = browser.post("/visit/photos/keep", data=form, follow_redirects=False)
    assert answer.headers["Location"] == "/visit/phone"
    assert f"Kept: {reason}" in read_first(browser, "/visit/phone")
    assert [photo.kept_because for photo in desk.draft.photos] == ["", reason]
    assert phone.ask().photos[1].state is ArrivalState.KEPT


def test_a_visit_with_all_photographs_takes_no_more(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    phone = join(browser, desk, proof)
    states = [phone.send(GOOD).state for _ in range(MOST_PHOTOGRAPHS + 1)]
    assert states == [*[ArrivalState.KEPT] * MOST_PHOTOGRAPHS, ArrivalState.REFUSED]


@pytest.mark.parametrize("way", ["/next", "/abandon", "/sign-out", "/visit/phone/stop"])
def test_every_way_out_ends_it(browser: httpx.Client, desk: StillDesk, proof: str, way: str) -> None:
    phone = join(browser, desk, proof)
    browser.post(way, data={"proof": proof})
    assert desk.phone is None
    assert phone.ask().state is HandoffState.ENDED


def test_a_phone_of_the_last_patient_adds_nothing_to_the_next_visit(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    last = join(browser, desk, proof)
    browser.post("/next", data={"proof": proof})
    begin_visit(browser, proof)
    join(browser, desk, proof).send(GOOD)
    assert last.ask().state is HandoffState.ENDED
    assert desk.draft is not None
    assert len(desk.draft.photos) == 1


def test_nothing_of_it_remains(browser: httpx.Client, desk: StillDesk, proof: str, tmp_path: Path) -> None:
    phone = join(browser, desk, proof)
    phone.send(b"MARKED-PHOTOGRAPH")
    phone.begin(b"MARKED-AND-UNFINISHED")
    assert desk.draft is not None
    case_id = desk.draft.case_id
    browser.post("/next", data={"proof": proof})
    assert b"MARKED" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    async def is_forgotten() -> bool:
        gc.collect()
        return not any(isinstance(each, Draft) and each.case_id == case_id for each in gc.get_objects())

    async def is_deaf() -> bool:
        try:
            phone.ask()
        except httpx.TransportError:
            return True
        return False

    # The page that told of it ends when it next looks.
    asyncio.run(until(is_forgotten, within_s=10, what="the visit to be let go of"))
    assert phone.ask().state is HandoffState.ENDED, "before the phone's connection is"
    asyncio.run(until(is_deaf, within_s=3 * FAREWELL_S, what="the listener to go, and the connection with it"))


def test_a_page_that_loads_itself_does_not_keep_a_visit_that_nobody_touches(
    browser: httpx.Client, desk: StillDesk, proof: str, clock: Clock
) -> None:
    phone = join(browser, desk, proof)
    with browser.stream("GET", "/visit/phone") as page:
        pieces = page.iter_text()
        next(pieces)
        phone.send(GOOD)
        assert "url=?by-itself=1" in "".join(pieces)
    clock.now_s += desk.settings.idle_wipe_s - 1
    read_first(browser, "/visit/phone?by-itself=1")
    clock.now_s += 2
    desk.wipe_if_idle()
    assert desk.draft is None
    assert desk.phone is None


def test_a_photograph_that_comes_keeps_the_visit(
    browser: httpx.Client, desk: StillDesk, proof: str, clock: Clock
) -> None:
    phone = join(browser, desk, proof)
    clock.now_s += desk.settings.idle_wipe_s - 1
    phone.send(GOOD)
    clock.now_s += 2
    desk.wipe_if_idle()
    assert desk.draft is not None
