"""The vitals' own process: it films a face when the worker asks, answers over a local socket, and keeps no picture."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import cv2

from imaging.pulse import Declined
from kiosk.asking import Answering
from kiosk.camera.sources import CameraBusy, CameraUnplugged, Source
from kiosk.vitals.film import film_pulse
from kiosk.vitals.standing import SOCKET, Filmed, FilmState, Look, Question, Start, Stop

UNWATCHED_S = 10.0
"""The page asks every half second: when nobody asks any more, filming ends."""


class VitalsProcess:
    """One film at a time; the answering threads only read how far it is, and say what is wanted."""

    def __init__(self, folder: Path, open_source: Callable[[], Source]) -> None:
        self._open = open_source
        self._path = folder / SOCKET
        self._wanted = threading.Event()
        self._visit: UUID | None = None
        self._filmed = Filmed()
        self._asked_at = 0.0

    def run(self) -> None:
        """Until killed, or until something is wrong that the supervisor has to start anew."""
        # Spreading frames of this size over several cores costs more than it gains.
        cv2.setNumThreads(1)
        with self.answering():
            while True:
                self.film_next()

    @contextmanager
    def answering(self) -> Generator[None]:
        with Answering(self._path, Question, self.answer) as answering:
            threading.Thread(target=answering.serve_forever, daemon=True).start()
            try:
                yield
            finally:
                answering.shutdown()

    def answer(self, question: Question) -> Filmed:
        """Another visit's film is none of this one's."""
        self._asked_at = time.monotonic()
        match question:
            case Start(visit):
                self._visit, self._filmed = visit, Filmed(state=FilmState.FILMING)
                self._wanted.set()
            case Stop():
                self._visit, self._filmed = None, Filmed()
                self._wanted.clear()
            case Look(visit):
                return self._filmed if visit == self._visit else Filmed()
        return self._filmed

    def film_next(self) -> None:
        """Wait until a film is wanted, and make it."""
        self._wanted.wait()
        visit = self._visit
        filmed = self._film(visit)
        if self._visit == visit:
            self._filmed = filmed
            self._wanted.clear()

    def _film(self, visit: UUID | None) -> Filmed:
        try:
            source = self._open()
        except CameraUnplugged:
            return Filmed(state=FilmState.NO_CAMERA)
        except CameraBusy:
            return Filmed(state=FilmState.BUSY)
        try:
            readings = film_pulse(source.read, self._tell(visit), lambda: self._is_wanted(visit))
        except CameraUnplugged:
            return Filmed(state=FilmState.NO_CAMERA)
        finally:
            source.close()
        if readings is None:
            return Filmed()
        return Filmed(state=FilmState.DONE, reading=readings.pulse, breathing=readings.breathing)

    def _is_wanted(self, visit: UUID | None) -> bool:
        is_watched = time.monotonic() - self._asked_at < UNWATCHED_S
        return self._wanted.is_set() and self._visit == visit and is_watched

    def _tell(self, visit: UUID | None) -> Callable[[float, Declined | None], None]:
        def tell(lasts_s: float, fault: Declined | None) -> None:
            if self._visit == visit:
                self._filmed = Filmed(state=FilmState.FILMING, lasts_s=lasts_s, fault=fault)

        return tell
