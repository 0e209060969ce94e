"""A web process of the intake alone that can be killed and started again in milliseconds: each one is a fork.

Run with `python -m tests.intake.serving`, settings in the environment. It tells its port, then obeys `start` (and
tells the process id) and `kill` (SIGKILL) on its standard input. The parent holds the listening socket, so requests
wait while nobody serves.
"""

import asyncio
import os
import signal
import socket
import sys
from datetime import timedelta
from typing import Any

import msgspec
import uvicorn

from server.core.access import Actor
from server.core.platform import bind_platform, open_platform
from server.intake.receiving.gathering import SMALL_PIECE_BYTES
from server.intake.receiving.room import Room
from server.intake.service import ledger, reception
from server.settings import load
from tests.intake.application import create_intake_app

ACTORS = "INTAKE_TEST_ACTORS"
EAGER = "INTAKE_TEST_EAGER"
"""Many small pieces and short leases, so that few bytes and kills meet many transactions."""
WRITES_BEHIND = "INTAKE_TEST_WRITES_BEHIND"
"""The control: objects are acknowledged before they are written."""


class WritesBehind:
    """An object store without durability: it answers at once and means to write later."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._writing: set[asyncio.Task[None]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def put(self, key: str, data: bytes) -> None:
        self._writing.add(asyncio.create_task(self._write_later(key, data)))

    async def _write_later(self, key: str, data: bytes) -> None:
        await asyncio.sleep(60)
        await self._store.put(key, data)


def serve(listening: socket.socket) -> None:
    """Serve until killed."""
    platform = open_platform(load(os.environ))
    if os.environ.get(WRITES_BEHIND):
        bind_platform(msgspec.structs.replace(platform, objects=WritesBehind(platform.objects)))
    if os.environ.get(EAGER):
        reception.FLUSH_AFTER_S = 0.02
        ledger.LEASE = timedelta(milliseconds=300)
        Room.piece_bytes = lambda self: SMALL_PIECE_BYTES  # noqa: ARG005  (the method's own signature)
    app = create_intake_app(msgspec.json.decode(os.environ[ACTORS], type=dict[str, Actor]))
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


def obey(listening: socket.socket) -> None:
    serving = 0
    for command in sys.stdin:
        if command.strip() == "start":
            serving = os.fork()
            if serving == 0:
                serve(listening)
            tell(serving)
        elif serving:
            kill(serving)
            serving = 0
            tell("killed")
    if serving:
        kill(serving)


def tell(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def kill(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)
    os.waitpid(process_id, 0)


def warm_up() -> None:
    """Import in the parent what a first application imports lazily; nothing is connected."""
    open_platform(load(os.environ))
    create_intake_app({})


def main() -> None:
    warm_up()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    tell(listening.getsockname()[1])
    obey(listening)


if __name__ == "__main__":
    main()
