"""What the screen asks the vitals' process, and what it is told: how far the film is, what spoils it, what it says."""

from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec

from imaging.breathing import BreathingReading
from imaging.pulse import Declined, PulseReading
from kiosk.asking import NoAnswer, ask

SOCKET = "vitals.socket"
ANSWER_WITHIN_S = 2.0


class FilmState(StrEnum):
    IDLE = "idle"
    FILMING = "filming"
    DONE = "done"
    NO_CAMERA = "no-camera"
    BUSY = "busy"
    SILENT = "silent"
    """The process is not there, or hangs."""


class Look(msgspec.Struct, frozen=True, tag="look"):
    visit: UUID


class Start(msgspec.Struct, frozen=True, tag="start"):
    visit: UUID


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Of whatever visit: nothing of it is kept."""


Question = Look | Start | Stop


class Filmed(msgspec.Struct, frozen=True, kw_only=True):
    state: FilmState = FilmState.IDLE
    lasts_s: float = 0.0
    fault: Declined | None = None
    """What spoils the film now."""
    reading: PulseReading | None = None
    breathing: BreathingReading | None = None


class Pulse:
    """The screen's side; a process that is not there, or hangs, is silent."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET

    def look(self, visit: UUID) -> Filmed:
        return self._ask(Look(visit))

    def start(self, visit: UUID) -> Filmed:
        return self._ask(Start(visit))

    def stop(self) -> Filmed:
        return self._ask(Stop())

    def _ask(self, question: Question) -> Filmed:
        try:
            return ask(self._path, question, Filmed, ANSWER_WITHIN_S)
        except NoAnswer:
            return Filmed(state=FilmState.SILENT)
