"""The camera's own process: it owns the device and answers over a local socket, so that its death is not the screen's.

Pictures go through memory alone: what is not yet sealed never touches the disk.
"""

import threading
import time
from pathlib import Path

import cv2
import msgspec
import numpy as np

from imaging.colour import Pixels
from kiosk.asking import Answering, NoAnswer, NobodyThere, ask
from kiosk.camera.sources import DrawnSource, open_source
from kiosk.camera.standing import SOCKET, CameraState, Wanted
from kiosk.camera.stills import Still, make_preview, make_still
from kiosk.camera.watching import Watch

FRAME_EVERY_S = 0.1
CALL_FRAME_EVERY_S = 1 / 30
CALL_ENDS_AFTER_S = 2.0
"""Once nobody has asked for raw frames for this long, the camera is read as slowly as before."""
ANSWER_WITHIN_S = 10.0


class RawWanted(msgspec.Struct, frozen=True):
    """A frame as the camera gave it, scaled down to at most this height: what a call encodes and measures."""

    tallest_px: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How the camera is, with a preview or a still where there is a picture."""

    state: CameraState
    preview: bytes = b""
    still: Still | None = None


class RawFrame(msgspec.Struct, frozen=True, kw_only=True):
    """Blue green red, row by row; without a picture both sides are 0."""

    state: CameraState
    width_px: int = 0
    height_px: int = 0
    content: memoryview = memoryview(b"")


class CameraProcess:
    def __init__(self, named: str, folder: Path) -> None:
        self._watch = Watch(lambda: open_source(named))
        self._path = folder / SOCKET
        self._lock = threading.Lock()
        self._state = CameraState.UNPLUGGED
        self._frame: Pixels | None = None
        self._raw_asked_s = -CALL_ENDS_AFTER_S

    def run(self) -> None:
        """Until killed."""
        with Answering(self._path, Wanted | RawWanted, self._answer) as answering:
            threading.Thread(target=self._watch_for_ever, daemon=True).start()
            answering.serve_forever()

    def _watch_for_ever(self) -> None:
        while True:
            with self._lock:
                self._state, self._frame = self._watch.look()
            is_called = time.monotonic() - self._raw_asked_s < CALL_ENDS_AFTER_S
            time.sleep(CALL_FRAME_EVERY_S if is_called else FRAME_EVERY_S)

    def _answer(self, wanted: Wanted | RawWanted) -> Shown | RawFrame:
        if isinstance(wanted, RawWanted):
            return self._raw(wanted.tallest_px)
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

    def _raw(self, tallest_px: int) -> RawFrame:
        self._raw_asked_s = time.monotonic()
        with self._lock:
            state, frame = self._state, self._frame
        if frame is None:
            return RawFrame(state=state)
        fitted = scale_to_height(frame, tallest_px)
        height_px, width_px = fitted.shape[:2]
        return RawFrame(state=state, width_px=width_px, height_px=height_px, content=fitted.data.cast("B"))


class Camera:
    """The side of who asks; a camera process that is not there counts as a camera that is not."""

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

    def read(self, tallest_px: int) -> tuple[CameraState, Pixels | None]:
        """A raw frame for a call; writable by nobody."""
        try:
            told = ask(self._path, RawWanted(tallest_px), RawFrame, ANSWER_WITHIN_S)
        except NobodyThere:
            return CameraState.UNPLUGGED, None
        except NoAnswer:
            return CameraState.FROZEN, None
        if not told.width_px:
            return told.state, None
        return told.state, np.frombuffer(told.content, np.uint8).reshape(told.height_px, told.width_px, 3)


def scale_to_height(frame: Pixels, tallest_px: int) -> Pixels:
    """For a call, where a still's twelve megapixels would cross a socket fifteen times a second."""
    height_px, width_px = frame.shape[:2]
    if height_px <= tallest_px:
        return np.ascontiguousarray(frame)
    size = (round(width_px * tallest_px / height_px), tallest_px)
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
