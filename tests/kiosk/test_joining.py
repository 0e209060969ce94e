"""A worker who is new at a kiosk: the code, the PIN that they choose, and whom they find with it."""

from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from kiosk.ui import joining, live
from kiosk.ui.joining import CHOOSE_WITHIN_S, Joining, JoiningState
from kiosk.ui.workers import Place, Worker, Workers
from kiosk.uplink.clinic import Listed, Listing
from server.contract.fleet import PlaceAnswer, PlaceState, worker_proof
from server.contract.registration import KnownPatient
from tests.kiosk.desks import StillClinic, StillDesk
from tests.kiosk.test_sign_in import PIN, Clock
from tests.kiosk.visits import make_registration

TAKEN = PlaceAnswer(state=PlaceState.TAKEN, person_id=uuid4(), name="Fatu Sesay")
OVER = PlaceAnswer(state=PlaceState.OVER)
ANA = KnownPatient(patient_id=uuid4(), given_name="Ana", family_name="Koroma")
NEW_PIN = "975310"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.01)


def show_pin_page(browser: httpx.Client) -> str:
    """What follows the code's page, which goes on telling until another state has come."""
    browser.post("/worker/code", follow_redirects=False)
    pages = [browser.get("/worker").text for _ in JoiningState]
    return pages[-1]


def sign_in(browser: httpx.Client, desk: StillDesk, worker: Worker, pin: str) -> str:
    """The page on which patients are found, once the clinic has answered."""
    browser.post("/sign-in", data={"worker": str(worker.worker_id), "pin": pin})
    assert desk.session is not None
    desk.ask_whom_to_find(desk.session)
    return browser.get("/patient?name=ana").text


def test_a_new_worker_takes_a_place_chooses_a_pin_and_finds_the_clinic_s_patients(
    browser: httpx.Client, desk: StillDesk
) -> None:
    desk.clinic.answer = TAKEN
    desk.clinic.listed = Listed(Listing.LISTED, [ANA])
    assert "New worker here" in browser.get("/").text
    assert "Are you Fatu Sesay?" in show_pin_page(browser)
    key = desk.joining.key if desk.joining else b""
    assert browser.post("/worker/pin", data={"pin": NEW_PIN, "again": PIN}).status_code == 422
    assert browser.post("/worker/pin", data={"pin": "1234", "again": "1234"}).status_code == 422
    assert [each.name for each in desk.workers.all()] == ["Hawa Turay"]
    page = browser.post("/worker/pin", data={"pin": NEW_PIN, "again": NEW_PIN})
    assert "Fatu Sesay" in page.text
    worker = next(each for each in Workers(desk.folder).all() if each.name == "Fatu Sesay")
    assert worker.person_id == TAKEN.person_id
    assert key not in (desk.folder / "workers.json").read_bytes()
    assert "Ana" in sign_in(browser, desk, worker, NEW_PIN)
    assert worker.place is not None
    assert set(desk.clinic.proofs) == {worker_proof(worker.place.place_id, key)}
    assert desk.taken_by == TAKEN.person_id
    desk.sign_out()
    assert desk.known.find("ana") == []


def test_whoever_is_not_that_person_says_so_and_nobody_was_added(browser: httpx.Client, desk: StillDesk) -> None:
    desk.clinic.answer = TAKEN
    show_pin_page(browser)
    browser.post("/worker/stop")
    assert browser.post("/worker/pin", data={"pin": NEW_PIN, "again": NEW_PIN}).status_code == 200
    assert [each.name for each in desk.workers.all()] == ["Hawa Turay"]


def test_a_page_for_a_pin_does_not_wait_for_a_passer_by(browser: httpx.Client, desk: StillDesk, clock: Clock) -> None:
    desk.clinic.answer = TAKEN
    desk.joining = Joining(desk.clinic, clock)
    desk.joining.run()
    assert desk.joining.state is JoiningState.TAKEN
    clock.now_s += CHOOSE_WITHIN_S
    assert "The time of this code is over" in browser.post("/worker/pin", data={"pin": PIN, "again": PIN}).text
    assert [each.name for each in desk.workers.all()] == ["Hawa Turay"]


def test_a_code_that_nobody_used_and_no_link_are_told(browser: httpx.Client, desk: StillDesk) -> None:
    desk.clinic.answer = OVER
    desk.joining = Joining(desk.clinic)
    desk.joining.run()
    assert "The time of this code is over" in browser.get("/worker").text
    desk.clinic.has_link = False
    desk.joining = Joining(desk.clinic)
    desk.joining.run()
    assert "cannot be reached now" in browser.get("/worker").text


def test_why_only_some_are_found_is_said(browser: httpx.Client, desk: StillDesk) -> None:
    (without,) = desk.workers.all()
    told: dict[Listing, str] = {}
    for how in (Listing.NO_PLACE, Listing.REFUSED):
        desk.clinic.listed = Listed(how)
        told[how] = sign_in(browser, desk, without, PIN)
        desk.sign_out()
    assert "this kiosk does not know your account" in told[Listing.NO_PLACE]
    assert "The server does not let you find" in told[Listing.REFUSED]


def test_without_a_link_it_is_asked_again_while_the_worker_is_there(browser: httpx.Client, desk: StillDesk) -> None:
    (worker,) = desk.workers.all()
    desk.clinic.listed = Listed(Listing.NO_LINK)
    assert "Without a link the clinic’s list does not come" in sign_in(browser, desk, worker, PIN)
    session = desk.session
    assert session is not None
    assert not desk.ask_whom_to_find(session)
    desk.clinic.listed = Listed(Listing.LISTED, [ANA])
    assert desk.ask_whom_to_find(session)
    assert "Ana" in browser.get("/patient?name=ana").text
    desk.sign_out()
    desk.clinic.listed = Listed(Listing.NO_LINK)
    assert desk.ask_whom_to_find(session), "nobody waits any more"


def test_who_is_refused_keeps_those_registered_here_and_no_other(browser: httpx.Client, desk: StillDesk) -> None:
    person_id, key = uuid4(), bytes(32)
    worker = desk.workers.add("Fatu Sesay", NEW_PIN, person_id, Place(uuid4(), key))
    desk.clinic.listed = Listed(Listing.LISTED, [ANA])
    sign_in(browser, desk, worker, NEW_PIN)
    desk.known.add(make_registration("Zainab"))
    desk.sign_out()
    desk.clinic.listed = Listed(Listing.REFUSED)
    sign_in(browser, desk, worker, NEW_PIN)
    assert desk.known.find("ana") == []
    assert len(desk.known.find("zainab")) == 1


def test_a_list_that_comes_when_its_worker_has_gone_is_nobody_s(desk: StillDesk) -> None:
    (worker,) = desk.workers.all()

    class Late(StillClinic):
        def list_patients(self, proof: str) -> Listed:
            desk.sign_out()
            desk.known.unlock(UUID(int=8), PIN)
            return Listed(Listing.LISTED, [ANA])

    first = desk.sign_in(worker, PIN)
    desk.clinic = Late()
    desk.ask_whom_to_find(first)
    assert len(desk.known) == 0


def test_a_worker_from_before_there_were_places_is_read_from_the_disk(desk: StillDesk) -> None:
    path = desk.folder / "workers.json"
    old = [
        {name: value for name, value in each.items() if name != "place"}
        for each in msgspec.json.decode(path.read_bytes())
    ]
    path.write_bytes(msgspec.json.encode(old))
    assert [each.place for each in Workers(desk.folder).all()] == [None]
