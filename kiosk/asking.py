"""One process of the kiosk asks another over a local socket: one question, one answer, within a time."""

import socket
import socketserver
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

MAX_QUESTION_BYTES = 64 * 1024
QUESTION_WITHIN_S = 5.0
_CHUNK_BYTES = 1 << 18

Told = TypeVar("Told")


class NoAnswer(Exception):
    """The other process is there and says nothing in time: it hangs."""


class NobodyThere(NoAnswer):
    """The other process is not there, or went away while it was asked."""


def ask(path: Path, question: object, answer: type[Told], within_s: float) -> Told:
    """NobodyThere or NoAnswer, after `within_s` at the latest: whoever asks has a person waiting."""
    until = time.monotonic() + within_s
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(within_s)
            line.connect(str(path))
            line.sendall(msgspec.msgpack.encode(question))
            line.shutdown(socket.SHUT_WR)
            return msgspec.msgpack.decode(_read(line, until), type=answer)
    except (TimeoutError, BlockingIOError) as error:
        raise NoAnswer(path.name) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise NobodyThere(path.name) from error


def _read(line: socket.socket, until: float) -> bytearray:
    read = bytearray()
    while True:
        line.settimeout(max(0.001, until - time.monotonic()))
        chunk = line.recv(_CHUNK_BYTES)
        if not chunk:
            return read
        read += chunk


class Answering(socketserver.ThreadingUnixStreamServer):
    """Answers every question of type `asked` at `path`, each in a thread of its own."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, path: Path, asked: Any, answer: Callable[[Any], object]) -> None:
        path.unlink(missing_ok=True)
        super().__init__(str(path), _Question)
        self.asked = asked
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """A screen that went away, or that asks what this version does not know, is no error of this process."""
        if not isinstance(sys.exception(), OSError | msgspec.MsgspecError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]  (typeshed's is narrower)


class _Question(socketserver.StreamRequestHandler):
    server: Answering  # pyright: ignore[reportIncompatibleVariableOverride]  (no other makes it)
    timeout = QUESTION_WITHIN_S

    def handle(self) -> None:
        question = msgspec.msgpack.decode(self.rfile.read(MAX_QUESTION_BYTES), type=self.server.asked)
        self.wfile.write(msgspec.msgpack.encode(self.server.answer(question)))
