"""A desk with a screen over HTTP whose camera, devices and film are in the state they are told to be in."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import httpx
from msgspec import structs

from imaging.colour import Pixels
from kiosk.call.desk import Asked, CallShown, PictureShown
from kiosk.camera.process import Shown
from kiosk.camera.sources import DrawnSource
from kiosk.camera.standing import CameraState
from kiosk.camera.stills import make_preview, make_still
from kiosk.devices.kinds import Kind
from kiosk.devices.standing import RadioState, Standing
from kiosk.settings import Settings
from kiosk.spool.opening import open_spool
from kiosk.ui.app import create_app
from kiosk.ui.desk import Desk
from kiosk.ui.http import LoopbackServer
from kiosk.uplink.clinic import Clinic, Listed, Listing
from kiosk.uplink.server import NoLink
from kiosk.vitals.standing import Filmed, FilmState
from server.contract.fleet import PlaceAnswer, PlaceAsked, PlaceState
from tests.kiosk.test_sign_in import PIN, Clock

SETTINGS = Settings(
    server_url="http://127.0.0.1:9",
    region="SL-W",
    zone="Africa/Freetown",
    port=0,
    face_camera="drawn",
    is_pulse_offered=True,
)


@cache
def frame() -> Pixels:
    """Drawn once: it takes longer than most tests that show it."""
    return DrawnSource().read()


class StillCamera:
    """A camera that is in the state it is told to be in."""

    def __init__(self) -> None:
        self.state = CameraState.FINE

    def preview(self) -> Shown:
        is_fine = self.state is CameraState.FINE
        return Shown(state=self.state, preview=make_preview(frame()) if is_fine else b"")

    def take(self) -> Shown:
        is_fine = self.state is CameraState.FINE
        return Shown(state=self.state, still=make_still(frame()) if is_fine else None)


class StillDevices:
    """Devices that stand as they are told to; what the screen asked is kept."""

    def __init__(self) -> None:
        self.standing = Standing(radio=RadioState.READY)
        self.visits: list[UUID | None] = []
        self.errands: list[object] = []

    def look(self, visit: UUID | None) -> Standing:
        self.visits.append(visit)
        return self.standing

    def search(self, kind: Kind) -> Standing:
        self.errands.append(kind)
        return self.standing

    def pair(self, address: str) -> Standing:
        self.errands.append(address)
        return self.standing

    def forget(self, address: str) -> Standing:
        self.errands.append(address)
        kept = tuple(each for each in self.standing.bonded if each.address != address)
        self.standing = structs.replace(self.standing, bonded=kept)
        return self.standing


class StillPulse:
    """A film that is as far as it is told to be."""

    def __init__(self) -> None:
        self.filmed = Filmed()

    def look(self, visit: UUID) -> Filmed:
        return self.filmed

    def start(self, visit: UUID) -> Filmed:
        self.filmed = Filmed(state=FilmState.FILMING)
        return self.filmed

    def stop(self) -> Filmed:
        self.filmed = Filmed()
        return self.filmed


class StillCalls:
    """Calls that stand as they are told to; what the screen asked is kept."""

    def __init__(self) -> None:
        self.shown = CallShown(state="none")
        self.asked: list[Asked] = []

    def look(self) -> CallShown:
        return self.shown

    def ask(self, asked: Asked) -> CallShown:
        self.asked.append(asked)
        return self.shown

    def picture(self, seat_id: UUID | None) -> PictureShown:
        return PictureShown()


class StillClinic(Clinic):
    """A server that answers as it is told to; with which proofs it was asked is kept."""

    def __init__(self) -> None:
        self.listed: Listed = Listed(Listing.LISTED)
        self.answer = PlaceAnswer(state=PlaceState.WAITING)
        self.has_link = True
        self.proofs: list[str] = []

    def list_patients(self, proof: str) -> Listed:
        self.proofs.append(proof)
        return self.listed

    def ask_place(self, key: bytes) -> PlaceAsked:
        if not self.has_link:
            raise NoLink("there is none")
        link = "https://care.example/kiosk-worker?code=7Q2M-X90C"
        return PlaceAsked(place_id=uuid4(), code="7Q2M-X90C", link=link, lasts_s=300)

    def look_at_place(self, place_id: UUID) -> PlaceAnswer:
        return self.answer


class StillDesk(Desk):
    """What hardware does is set by the test, so each of these is of the faked kind."""

    calls: StillCalls  # pyright: ignore[reportIncompatibleVariableOverride]  (hardware is the one thing to fake)
    clinic: StillClinic  # pyright: ignore[reportIncompatibleVariableOverride]  (as is the server)
    camera: StillCamera  # pyright: ignore[reportIncompatibleVariableOverride]  (as above)
    devices: StillDevices  # pyright: ignore[reportIncompatibleVariableOverride]  (as above)
    pulse: StillPulse  # pyright: ignore[reportIncompatibleVariableOverride]  (as above)


@contextmanager
def open_desk(folder: Path, clock: Clock, settings: Settings = SETTINGS) -> Generator[StillDesk]:
    spool = open_spool(folder / "spool").spool
    desk = StillDesk(folder, settings, spool, StillClinic(), clock)
    desk.workers.add("Hawa Turay", PIN)
    desk.camera, desk.devices, desk.pulse, desk.calls = StillCamera(), StillDevices(), StillPulse(), StillCalls()
    yield desk
    spool.close()


@contextmanager
def open_browser(desk: Desk) -> Generator[httpx.Client]:
    server = LoopbackServer(0, create_app(desk))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=30, verify=False) as client:  # noqa: S501  (loopback, no TLS)
        yield client
    server.shutdown()
    server.server_close()
    thread.join()


def proof_of(page: httpx.Response) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


def sign_in(browser: httpx.Client, desk: Desk) -> str:
    worker = desk.workers.all()[0]
    page = browser.post("/sign-in", data={"worker": str(worker.worker_id), "pin": PIN})
    return proof_of(page)


def begin_visit(browser: httpx.Client, proof: str) -> None:
    browser.post("/patient/new", data={"proof": proof, "given_name": "Zainab", "family_name": "Koroma"})
    browser.post("/visit/about", data={"proof": proof, "topic": "rash", "consent": "care"})
    browser.post("/visit/where", data={"proof": proof, "site": "forearm", "side": "left"})


def read_first(browser: httpx.Client, path: str) -> str:
    """What a page that goes on telling has told at first."""
    text = ""
    with browser.stream("GET", path) as answer:
        for piece in answer.iter_text():
            text += piece
            if "</div>" in text.partition('class="live"')[2]:
                break
    return text
