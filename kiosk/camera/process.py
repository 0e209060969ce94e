"""The camera's own process: it owns the device and answers over a local socket, so that its death is not the screen's.

Pictures go through memory alone: what is not yet sealed never touches the disk.
"""

import threading
import time
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import cv2
import msgspec
import numpy as np

from imaging.colour import Pixels
from kiosk.camera.sources import DrawnSource, open_source
from kiosk.camera.stills import Still, make_preview, make_still
from kiosk.camera.watching import CameraState, Watch

SOCKET = "camera.socket"
FRAME_EVERY_S = 0.1
CALL_FRAME_EVERY_S = 1 / 30
CALL_ENDS_AFTER_S = 2.0
"""Once nobody has asked for raw frames for this long, the camera is read as slowly as before."""
ANSWER_WITHIN_S = 10.0
ENDED = (EOFError, ConnectionError, FileNotFoundError, TimeoutError)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How the camera is, with a preview or a still where there is a picture."""

    state: CameraState
    preview: bytes = b""
    still: Still | None = None


class FrameHead(msgspec.Struct, frozen=True, kw_only=True):
    """Before a raw frame (blue green red, row by row); without a picture both sides are 0."""

    state: CameraState
    width_px: int = 0
    height_px: int = 0


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
        self._path.unlink(missing_ok=True)
        with Listener(str(self._path), "AF_UNIX") as listener:
            threading.Thread(target=self._watch_for_ever, daemon=True).start()
            while True:
                connection = listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _watch_for_ever(self) -> None:
        while True:
            with self._lock:
                self._state, self._frame = self._watch.look()
            is_called = time.monotonic() - self._raw_asked_s < CALL_ENDS_AFTER_S
            time.sleep(CALL_FRAME_EVERY_S if is_called else FRAME_EVERY_S)

    def _serve(self, connection: Connection) -> None:
        with connection, suppress(*ENDED):
            while True:
                asked = connection.recv_bytes(16)
                if asked.startswith(b"raw "):
                    self._send_raw(connection, int(asked[4:]))
                else:
                    connection.send_bytes(msgspec.msgpack.encode(self._answer(asked)))

    def _send_raw(self, connection: Connection, tallest_px: int) -> None:
        self._raw_asked_s = time.monotonic()
        with self._lock:
            state, frame = self._state, self._frame
        if frame is None:
            connection.send_bytes(msgspec.msgpack.encode(FrameHead(state=state)))
            return
        fitted = scale_to_height(frame, tallest_px)
        height_px, width_px = fitted.shape[:2]
        head = FrameHead(state=state, width_px=width_px, height_px=height_px)
        connection.send_bytes(msgspec.msgpack.encode(head))
        connection.send_bytes(fitted.tobytes())

    def _answer(self, asked: bytes) -> Shown:
        with self._lock:
            state, frame = self._state, self._frame
            if frame is None:
                return Shown(state=state)
            if asked == b"still":
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
        return self._ask(b"preview")

    def take(self) -> Shown:
        return self._ask(b"still")

    def _ask(self, what: bytes) -> Shown:
        try:
            with Client(str(self._path), "AF_UNIX") as connection:
                connection.send_bytes(what)
                if not connection.poll(ANSWER_WITHIN_S):
                    return Shown(state=CameraState.FROZEN)
                return msgspec.msgpack.decode(connection.recv_bytes(), type=Shown)
        except ENDED:
            return Shown(state=CameraState.UNPLUGGED)


class FrameReader:
    """A call's side: one connection kept open, a raw frame whenever it is asked for."""

    def __init__(self, folder: Path, tallest_px: int) -> None:
        self._path = folder / SOCKET
        self._asked = b"raw %d" % tallest_px
        self._connection: Connection | None = None

    def read(self) -> tuple[CameraState, Pixels | None]:
        try:
            return self._read()
        except ENDED:
            self.close()
            return CameraState.UNPLUGGED, None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self) -> tuple[CameraState, Pixels | None]:
        if self._connection is None:
            self._connection = Client(str(self._path), "AF_UNIX")
        self._connection.send_bytes(self._asked)
        if not self._connection.poll(ANSWER_WITHIN_S):
            raise TimeoutError
        head = msgspec.msgpack.decode(self._connection.recv_bytes(), type=FrameHead)
        if not head.width_px:
            return head.state, None
        content = self._connection.recv_bytes()
        return head.state, np.frombuffer(content, np.uint8).reshape(head.height_px, head.width_px, 3)


def scale_to_height(frame: Pixels, tallest_px: int) -> Pixels:
    """For a call, where a still's twelve megapixels would cross a socket fifteen times a second."""
    height_px, width_px = frame.shape[:2]
    if height_px <= tallest_px:
        return np.ascontiguousarray(frame)
    size = (round(width_px * tallest_px / height_px), tallest_px)
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
