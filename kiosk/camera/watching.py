"""Watches a source: frames that are all black or never change are no picture, though the camera gives them."""

import time
from collections.abc import Callable

import cv2
import numpy as np

from imaging.colour import Pixels
from kiosk.camera.sources import CameraBusy, CameraUnplugged, Source
from kiosk.camera.standing import CameraState
from kiosk.words import N_

BLACK_LUMA = 6
"""A covered lens gives its noise and no more; the darkest room with a lamp on gives several times this."""
FROZEN_AFTER_S = 2.0
REOPEN_EVERY_S = 2.0
SEEN_PX = (64, 48)


WORDS = {
    CameraState.FINE: "",
    CameraState.UNPLUGGED: N_("No camera is found. Plug it in again; the picture comes back by itself."),
    CameraState.BUSY: N_("Another program holds the camera. Restart the kiosk if this stays."),
    CameraState.BLACK: N_("The picture is black. Take the cover off the lens and look for light."),
    CameraState.FROZEN: N_("The picture stands still. Unplug the camera and plug it in again."),
}


class Watch:
    """Opens the source again and again; `look` never raises for what a camera may do."""

    def __init__(self, open_again: Callable[[], Source], clock: Callable[[], float] = time.monotonic) -> None:
        self._open = open_again
        self._clock = clock
        self._source: Source | None = None
        self._opened_at = -REOPEN_EVERY_S
        self._state = CameraState.UNPLUGGED
        self._seen: Pixels | None = None
        self._changed_at = 0.0

    @property
    def source(self) -> Source | None:
        return self._source

    def look(self) -> tuple[CameraState, Pixels | None]:
        """The next frame and how the camera is; no frame where there is no picture to be had."""
        frame = self._read()
        if frame is None:
            return self._state, None
        small = cv2.resize(frame, SEEN_PX, interpolation=cv2.INTER_NEAREST)
        self._note_change(np.asarray(small, dtype=np.uint8))
        if int(np.percentile(small, 99)) <= BLACK_LUMA:
            return CameraState.BLACK, None
        if self._clock() - self._changed_at > FROZEN_AFTER_S:
            return CameraState.FROZEN, None
        return CameraState.FINE, frame

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None

    def _read(self) -> Pixels | None:
        try:
            if self._source is None:
                self._reopen()
            return self._source.read() if self._source else None
        except CameraUnplugged:
            self._state = CameraState.UNPLUGGED
        except CameraBusy:
            self._state = CameraState.BUSY
        self.close()
        return None

    def _reopen(self) -> None:
        if self._clock() - self._opened_at < REOPEN_EVERY_S:
            return
        self._opened_at = self._clock()
        self._source = self._open()
        self._seen, self._changed_at = None, self._clock()

    def _note_change(self, small: Pixels) -> None:
        """A sensor has noise: not one of thousands of values the same twice, however still the scene."""
        if self._seen is None or not np.array_equal(small, self._seen):
            self._seen, self._changed_at = small, self._clock()
