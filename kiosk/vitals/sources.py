"""The camera that looks at the patient's face: raw frames of 640 x 480, with exposure and white balance held."""

import time
from collections.abc import Callable
from pathlib import Path

import cv2

from imaging.colour import Pixels
from kiosk.camera.sources import CameraUnplugged, RecordedSource, Source, V4l2Source

SIZE_PX = (640, 480)
RATE_HZ = 30.0
SETTLES_S = 1.5
"""How long the camera's own exposure is given to find the light, before it is held."""
_EXPOSURE_BY_HAND, _EXPOSURE_BY_ITSELF = 1, 3
"""V4L2_EXPOSURE_MANUAL and V4L2_EXPOSURE_APERTURE_PRIORITY, which OpenCV hands on as they are."""


class HeldV4l2Source(V4l2Source):
    """Exposure and white balance that follow the picture would swallow the pulse: after a moment they are held."""

    def __init__(self, index: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(index, size_px=SIZE_PX)
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"YUYV"))
        self._capture.set(cv2.CAP_PROP_FPS, RATE_HZ)
        until = clock() + SETTLES_S
        while clock() < until:
            self.read()
        self._capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _EXPOSURE_BY_HAND)
        self._capture.set(cv2.CAP_PROP_AUTO_WB, 0)

    def close(self) -> None:
        """As it was found: another program may take photographs with it."""
        self._capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _EXPOSURE_BY_ITSELF)
        self._capture.set(cv2.CAP_PROP_AUTO_WB, 1)
        super().close()


class Paced:
    """A source that gives its frames at once, slowed to the rate of a camera."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._due_s = time.monotonic()

    def read(self) -> Pixels:
        self._due_s = max(self._due_s + 1 / RATE_HZ, time.monotonic() - 1.0)
        time.sleep(max(0.0, self._due_s - time.monotonic()))
        return self._source.read()

    def close(self) -> None:
        self._source.close()


def open_face_source(named: str) -> Source:
    """`v4l2:1`, `file:/path`, or `drawn` at a demonstration; CameraUnplugged or CameraBusy."""
    kind, _, which = named.partition(":")
    match kind:
        case "v4l2":
            return HeldV4l2Source(int(which or 0))
        case "file":
            return Paced(RecordedSource(Path(which)))
        case "drawn":
            from kiosk.virtual.face import DrawnFace  # noqa: PLC0415  (a kiosk in a clinic draws nothing)

            return Paced(DrawnFace(RATE_HZ))
        case _:
            raise CameraUnplugged(f"{named} names no kind of camera")
