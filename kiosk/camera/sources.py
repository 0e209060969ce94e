"""Where frames come from: a V4L2 camera, a recorded file, or a drawn scene; each gives frames or says why not."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from imaging.colour import Pixels
from imaging.drawn import Condition, Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone

STILL_PX = (1920, 1080)
DRAWN_PX = (1280, 960)
DRAWN_VIEWS = (View.FAR, View.MEDIUM, View.CLOSE, View.OBLIQUE)


class CameraUnplugged(Exception):
    """There is no camera, or it went away."""


class CameraBusy(Exception):
    """There is a camera, and another program has it."""


class Source(Protocol):
    def read(self) -> Pixels:
        """The next frame (blue green red); CameraUnplugged or CameraBusy."""
        ...

    def close(self) -> None: ...


class V4l2Source:
    """A camera by its index: `/dev/video<index>`."""

    def __init__(self, index: int, device_folder: Path = Path("/dev"), size_px: tuple[int, int] = STILL_PX) -> None:
        device = device_folder / f"video{index}"
        if not device.exists():
            raise CameraUnplugged(str(device))
        self._capture = cv2.VideoCapture(index, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraBusy(str(device))
        width_px, height_px = size_px
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width_px)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height_px)

    def read(self) -> Pixels:
        is_read, frame = self._capture.read()
        if not is_read:
            raise CameraUnplugged("no frame came")
        return np.asarray(frame, dtype=np.uint8)

    def close(self) -> None:
        self._capture.release()


class RecordedSource:
    """A film, from its beginning again at its end; a picture is a film of one frame that is never the same twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise CameraUnplugged(str(path))

    def read(self) -> Pixels:
        is_read, frame = self._capture.read()
        if not is_read:
            self._capture.open(str(self._path))
            is_read, frame = self._capture.read()
        if not is_read:
            raise CameraUnplugged(f"{self._path} has no frame")
        return np.asarray(frame, dtype=np.uint8)

    def close(self) -> None:
        self._capture.release()


class DrawnSource:
    """Drawn skin, with the noise of a sensor: for a machine without a camera. Each still is of the next view."""

    def __init__(self, condition: Condition = Condition.GOOD) -> None:
        width_px, height_px = DRAWN_PX
        self._scenes: Iterator[Scene] = cycle(
            Scene(
                subject=Subject.RASH,
                tone=SkinTone.BROWN,
                view=view,
                condition=condition,
                width_px=width_px,
                height_px=height_px,
            )
            for view in DRAWN_VIEWS
        )
        self._random = np.random.default_rng(7)
        self.turn()

    def turn(self) -> None:
        """Show the next view."""
        self._pixels = draw(next(self._scenes))

    def read(self) -> Pixels:
        frame = self._pixels.copy()
        band = frame[:8]
        band[:] = np.clip(band.astype(np.int16) + self._random.integers(-3, 4, band.shape), 0, 255).astype(np.uint8)
        return frame

    def close(self) -> None:
        pass


def open_source(named: str) -> Source:
    """`v4l2:0`, `file:/path`, `drawn`, `drawn:too_dark`; CameraUnplugged or CameraBusy."""
    kind, _, which = named.partition(":")
    match kind:
        case "v4l2":
            return V4l2Source(int(which or 0))
        case "file":
            return RecordedSource(Path(which))
        case "drawn":
            return DrawnSource(Condition(which) if which else Condition.GOOD)
        case _:
            raise CameraUnplugged(f"{named} names no kind of camera")
