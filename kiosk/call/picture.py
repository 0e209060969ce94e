"""The camera for a call: raw frames of the camera's process for everybody who looks, before any encoding."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from aiortc.mediastreams import MediaStreamTrack

from imaging.colour import Pixels
from kiosk.camera.process import Camera
from kiosk.camera.standing import CameraState
from server.contract.call_ladder import Video

CLOCK_HZ = 90_000
TIME_BASE = Fraction(1, CLOCK_HZ)
FRAMES_PER_S = 15
TALLEST_PX = 720
RETRY_EVERY_S = 1.0

Look = Callable[[float, Pixels], None]


class Pictures:
    """Reads the camera's process in a thread; each looker is called there, and legs in the loop."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop, frames_per_s: float = FRAMES_PER_S) -> None:
        self._camera = Camera(folder)
        self._loop = loop
        self._every_s = 1 / frames_per_s
        self._is_over = threading.Event()
        self._lookers: set[Look] = set()
        self._tracks: set[PictureTrack] = set()
        self.state = CameraState.UNPLUGGED
        self.latest: Pixels | None = None
        self.is_hidden = False
        """Then there is no picture, for nobody."""
        self._thread = threading.Thread(target=self._read_for_ever, name="pictures", daemon=True)
        self._thread.start()

    def look(self, looker: Look) -> Callable[[], None]:
        """`looker` gets each raw frame with its instant, in the reading thread. Call what is returned to stop."""
        self._lookers.add(looker)
        return lambda: self._lookers.discard(looker)

    def join(self, track: "PictureTrack") -> Callable[[], None]:
        self._tracks.add(track)
        return lambda: self._tracks.discard(track)

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _read_for_ever(self) -> None:
        due_s = time.monotonic()
        while not self._is_over.is_set():
            self.state, frame = self._camera.read(TALLEST_PX)
            at_s = time.monotonic()
            frame = None if self.is_hidden else frame
            self.latest = frame
            if frame is None:
                self._is_over.wait(RETRY_EVERY_S)
                continue
            for looker in tuple(self._lookers):
                looker(at_s, frame)
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._give, at_s, frame)
            due_s = max(due_s + self._every_s, at_s)
            self._is_over.wait(max(0.0, due_s - time.monotonic()))

    def _give(self, at_s: float, frame: Pixels) -> None:
        for track in tuple(self._tracks):
            track.give(at_s, frame)


class PictureTrack(MediaStreamTrack):
    """One leg's picture, as large and as often as its rung says; without video it waits and gives nothing."""

    kind = "video"

    def __init__(self, pictures: Pictures, video: Video | None) -> None:
        super().__init__()
        self.video = video
        self._newest: tuple[float, Pixels] | None = None
        self._has_some = asyncio.Event()
        self._began_s = time.monotonic()
        self._next_s = 0.0
        self._leave = pictures.join(self)

    def give(self, at_s: float, frame: Pixels) -> None:
        if self.video is None or at_s < self._next_s:
            return
        # A frame a little early is that frame, not one too many.
        self._next_s = at_s + 0.9 / self.video.frames_per_s
        self._newest = (at_s, frame)
        self._has_some.set()

    async def recv(self) -> av.VideoFrame:
        while self._newest is None or self.video is None:
            self._has_some.clear()
            await self._has_some.wait()
        (at_s, pixels), self._newest = self._newest, None
        frame = av.VideoFrame.from_ndarray(fit(pixels, self.video.height_px), format="bgr24")
        frame.pts, frame.time_base = round((at_s - self._began_s) * CLOCK_HZ), TIME_BASE
        return frame

    def stop(self) -> None:
        self._leave()
        super().stop()


def fit(pixels: Pixels, height_px: int) -> Pixels:
    """No taller than `height_px`, with even sides as the encoder wants them."""
    height, width = pixels.shape[:2]
    scale = min(1.0, height_px / height)
    size = (round(width * scale) // 2 * 2, round(height * scale) // 2 * 2)
    if size == (width, height):
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
