"""The camera's own process: it owns the device and answers over a local socket, so that its death is not the screen's.

Pictures go through memory alone: what is not yet sealed never touches the disk.
"""

import threading
import time
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import msgspec

from imaging.colour import Pixels
from kiosk.camera.sources import DrawnSource, open_source
from kiosk.camera.stills import Still, make_preview, make_still
from kiosk.camera.watching import CameraState, Watch

SOCKET = "camera.socket"
FRAME_EVERY_S = 0.1
ANSWER_WITHIN_S = 10.0
ENDED = (EOFError, ConnectionError, FileNotFoundError, TimeoutError)


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
            time.sleep(FRAME_EVERY_S)

    def _serve(self, connection: Connection) -> None:
        with connection, suppress(*ENDED):
            while True:
                connection.send_bytes(msgspec.msgpack.encode(self._answer(connection.recv_bytes(16))))

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
