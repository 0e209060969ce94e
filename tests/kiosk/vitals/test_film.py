"""A face is filmed until one reading can be made of it, and says meanwhile what spoils it."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from imaging.breathing import NoBreathing
from imaging.colour import Pixels
from imaging.pulse import Declined
from kiosk.camera.sources import CameraBusy, CameraUnplugged
from kiosk.virtual.face import BEATS_PER_MINUTE, BREATHS_PER_MINUTE, DrawnFace
from kiosk.vitals.film import GIVEN_UP_AFTER_S, film_pulse
from kiosk.vitals.process import VitalsProcess
from kiosk.vitals.sources import RATE_HZ, open_face_source
from kiosk.vitals.standing import Filmed, FilmState, Look, Pulse, Start, Stop
from tests.journeys.waiting import until

WALL: Pixels = np.full((480, 640, 3), 120, np.uint8)


class Reel:
    """A camera whose clock goes on with its frames."""

    def __init__(self, frame_at: Callable[[float], Pixels]) -> None:
        self.now_s = 0.0
        self.told: list[tuple[float, Declined | None]] = []
        self._frame_at = frame_at

    def read(self) -> Pixels:
        self.now_s += 1 / RATE_HZ
        return self._frame_at(self.now_s)

    def clock(self) -> float:
        return self.now_s

    def tell(self, lasts_s: float, fault: Declined | None) -> None:
        self.told.append((lasts_s, fault))


def test_the_drawn_face_has_the_pulse_and_the_breaths_that_it_is_drawn_with() -> None:
    face = DrawnFace(RATE_HZ)
    reel = Reel(lambda _: face.read())
    reading = film_pulse(reel.read, reel.tell, lambda: True, reel.clock)
    assert reading is not None
    assert reading.pulse.bpm == pytest.approx(BEATS_PER_MINUTE, abs=1.0)
    assert reading.breathing.per_minute == pytest.approx(BREATHS_PER_MINUTE, abs=1.0)
    assert reel.now_s < 31, "read once, after half a minute"
    assert {fault for _, fault in reel.told} == {None}


def test_a_face_that_was_gone_begins_a_new_film() -> None:
    face = DrawnFace(RATE_HZ)
    reel = Reel(lambda now_s: WALL if 10 < now_s < 12 else face.read())
    reading = film_pulse(reel.read, reel.tell, lambda: True, reel.clock)
    assert reading is not None
    assert reading.pulse.bpm is not None
    assert reel.now_s > 42
    assert Declined.NO_FACE in {fault for _, fault in reel.told}


def test_what_has_no_face_gets_no_number_and_an_end() -> None:
    reel = Reel(lambda _: WALL)
    reading = film_pulse(reel.read, reel.tell, lambda: True, reel.clock)
    assert reading is not None
    assert (reading.pulse.bpm, reading.pulse.declined) == (None, Declined.NO_FACE)
    assert (reading.breathing.per_minute, reading.breathing.declined) == (None, NoBreathing.NO_FACE)
    assert reel.now_s == pytest.approx(GIVEN_UP_AFTER_S, abs=1.0)


def test_in_the_dark_and_in_motion_it_is_said_at_once() -> None:
    face = DrawnFace(RATE_HZ)
    dim = Reel(lambda _: np.asarray(face.read() * 0.2, np.uint8))
    film_pulse(dim.read, dim.tell, lambda: dim.now_s < 5, dim.clock)
    assert dim.told[-1][1] in {Declined.DARK, Declined.NO_FACE}
    shaken = Reel(lambda now_s: np.roll(face.read(), int(now_s * RATE_HZ) % 2 * 12, axis=1))
    film_pulse(shaken.read, shaken.tell, lambda: shaken.now_s < 5, shaken.clock)
    assert shaken.told[-1][1] is Declined.MOTION


def test_what_nobody_wants_any_more_is_no_reading() -> None:
    reel = Reel(lambda _: WALL)
    assert film_pulse(reel.read, reel.tell, lambda: reel.now_s < 2, reel.clock) is None


@pytest.mark.parametrize("fault, state", [(CameraUnplugged, FilmState.NO_CAMERA), (CameraBusy, FilmState.BUSY)])
async def test_a_camera_that_cannot_be_had_is_said(tmp_path: Path, fault: type[Exception], state: FilmState) -> None:
    def refuse() -> DrawnFace:
        raise fault("no")

    process = VitalsProcess(tmp_path, refuse)
    visit = uuid4()
    with filming(process):
        process.answer(Start(visit))
        await until(lambda: _is(process, Look(visit), state), within_s=20, what="the camera's trouble")


async def test_another_visit_sees_nothing_of_it_and_a_stop_forgets_it(tmp_path: Path) -> None:
    process = VitalsProcess(tmp_path, lambda: open_face_source("drawn"))
    visit = uuid4()
    assert Pulse(tmp_path).look(visit).state is FilmState.SILENT
    with filming(process):
        assert Pulse(tmp_path).start(visit).state is FilmState.FILMING
        assert process.answer(Look(uuid4())) == Filmed()
        assert process.answer(Look(visit)).state is FilmState.FILMING
        assert process.answer(Stop()) == Filmed()
        assert process.answer(Look(visit)) == Filmed()


async def test_filming_ends_when_nobody_looks_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.vitals.process.UNWATCHED_S", 0.3)
    closed: list[bool] = []

    class Seen(DrawnFace):
        def close(self) -> None:
            closed.append(True)

    process = VitalsProcess(tmp_path, lambda: Seen(RATE_HZ))
    with filming(process):
        process.answer(Start(uuid4()))

        async def is_closed() -> bool:
            return bool(closed)

        await until(is_closed, within_s=20, what="the camera to be let go")


@contextmanager
def filming(process: VitalsProcess) -> Generator[None]:
    with process.answering():
        threading.Thread(target=process.film_next, daemon=True).start()
        yield


async def _is(process: VitalsProcess, question: Look, state: FilmState) -> bool:
    return process.answer(question).state is state
