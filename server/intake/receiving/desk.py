"""What all bodies received on one event loop share: the room, the turns at sealing, the running digests."""

import asyncio
from weakref import WeakKeyDictionary

from server.intake.receiving.digests import RunningDigests
from server.intake.receiving.room import Room

SEALED_AT_ONCE = 3
"""Sealing doubles a piece in memory until it is stored, so only so many are sealed at a time."""


class Desk:
    def __init__(self) -> None:
        self.room = Room()
        self.sealing = asyncio.Semaphore(SEALED_AT_ONCE)
        self.digests = RunningDigests()


_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, Desk] = WeakKeyDictionary()


def desk() -> Desk:
    """The running loop's desk; nothing in it is needed to go on with an upload in another process."""
    loop = asyncio.get_running_loop()
    if loop not in _desks:
        _desks[loop] = Desk()
    return _desks[loop]
