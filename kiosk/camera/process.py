"""The camera's own process: it owns the device and answers over a local socket, so that its death is not the screen's.

Pictures go through memory alone: what is not yet sealed never touches the disk.
"""

import threading
import time
from enum import StrEnum
from pathlib import Path

import msgspec

from imaging.colour import Pixels
from kiosk.asking import Answering, NoAnswer, NobodyThere, ask
from kiosk.camera.sources import DrawnSource, open_source
from kiosk.camera.stills import Still, make_preview, make_still
from kiosk.camera.watching import CameraState, Watch

SOCKET = "camera.socket"
FRAME_EVERY_S = 0.1
ANSWER_WITHIN_S = 10.0


class Wanted(StrEnum):
    PREVIEW = "preview"
    STILL = "still"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How the camera is, with a preview or a still where there is a picture."""

    state: CameraState
    preview: bytes = b""
    still: Still | None = None


class CameraProcess:
    def __init__(self, named: str, folder: Path) -> None:
        self._watch = Watch(lambda: open_source(named))
        self._path = folder / SOCKET
        self._lock = threading.Lock()
        self._state = CameraState.UNPLUGGED
        self._frame: Pixels | None = None

    def run(self) -> None:
        """Until killed."""
        with Answering(self._path, Wanted, self._answer) as answering:
            threading.Thread(target=self._watch_for_ever, daemon=True).start()
            answering.serve_forever()

    def _watch_for_ever(self) -> None:
        while True:
            with self._lock:
                self._state, self._frame = self._watch.look()
            time.sleep(FRAME_EVERY_S)

    def _answer(self, wanted: Wanted) -> Shown:
        with self._lock:
            state, frame = self._state, self._frame
            if frame is None:
                return Shown(state=state)
            if wanted is Wanted.STILL:
                still = make_still(frame)
                source = self._watch.source
                if isinstance(source, DrawnSource):
                    source.turn()
                return Shown(state=state, still=still)
        return Shown(state=state, preview=make_preview(frame))


class Camera:
    """The screen's side; a camera process that is not there counts as a camera that is not."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET

    def preview(self) -> Shown:
        return self._ask(Wanted.PREVIEW)

    def take(self) -> Shown:
        return self._ask(Wanted.STILL)

    def _ask(self, wanted: Wanted) -> Shown:
        try:
            return ask(self._path, wanted, Shown, ANSWER_WITHIN_S)
        except NobodyThere:
            return Shown(state=CameraState.UNPLUGGED)
        except NoAnswer:
            return Shown(state=CameraState.FROZEN)
