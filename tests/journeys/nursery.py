"""Processes of Careferry that are killed and started again in a moment: each is a fork of one that has imported all.

Run with `python -m tests.journeys.nursery`, the settings in the environment. It obeys `start ROLE` and `kill ROLE`
(SIGKILL) on its standard input and says `done`; a child runs the very command `careferry ROLE`, its output in the log.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from server import app
from server.cli import main
from server.core import platform
from server.core.objects import open_objects
from server.core.platform import open_platform
from server.intake.service import ledger
from server.settings import Limits, Objects, load
from workers.discovery import load_actors

LOG = "NURSERY_LOG"
WRITES_BEHIND = "NURSERY_WRITES_BEHIND"
"""The control: objects are acknowledged before they are written."""
BEHIND_S = 60.0
UPLOAD_LEASE = timedelta(milliseconds=500)
"""How long an upload waits for a PATCH that was killed: with 15 s few bytes would meet many kills."""


class WritesBehind:
    """An object store without durability: it has what it was given, in memory, and means to write it later."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._given: dict[str, bytes] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def put(self, key: str, data: bytes) -> None:
        self._given[key] = bytes(data)
        self._writing.add(asyncio.create_task(self._write_later(key)))

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        if key not in self._given:
            return await self._store.get(key, start, length)
        return self._given[key][start : None if length is None else start + length]

    async def size(self, key: str) -> int | None:
        return len(self._given[key]) if key in self._given else await self._store.size(key)

    async def _write_later(self, key: str) -> None:
        await asyncio.sleep(BEHIND_S)
        await self._store.put(key, self._given[key])


def open_writing_behind(settings: Objects, limits: Limits) -> Any:
    return WritesBehind(open_objects(settings, limits))


def live(role: str) -> None:
    """Be the process of a role, until killed."""
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if os.environ.get(WRITES_BEHIND):
        platform.open_objects = open_writing_behind
    os._exit(main([role]))


def obey() -> None:
    living: dict[str, int] = {}
    for command in sys.stdin:
        verb, role = command.split()
        if verb == "start":
            living[role] = os.fork()
            if living[role] == 0:
                live(role)
        else:
            kill(living.pop(role))
        tell_done()
    for process_id in living.values():
        kill(process_id)


def tell_done() -> None:
    sys.stdout.write("done\n")
    sys.stdout.flush()


def kill(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)
    os.waitpid(process_id, 0)


def import_all() -> None:
    """What a first application and a first worker import; nothing is connected."""
    ledger.LEASE = UPLOAD_LEASE
    load_actors()
    app.create_app(open_platform(load(os.environ)).settings)


if __name__ == "__main__":
    import_all()
    tell_done()
    obey()
