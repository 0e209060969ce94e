"""Wakes the sockets of one call in this process as soon as something was committed; other processes look by the clock.

As with the outbox (`core.outbox.wake`) a ring may be lost and nothing is: whoever was not woken looks a little later.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from server.core.db import after_commit


class Listener:
    """One socket's ear: `heard` is set from whichever thread committed."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.heard.set)

    async def wait(self, at_most_s: float) -> None:
        """Until something was committed, or the time is over."""
        try:
            async with asyncio.timeout(at_most_s):
                await self.heard.wait()
        except TimeoutError:
            return
        finally:
            self.heard.clear()


_listeners: dict[UUID, set[Listener]] = defaultdict(set)
_lock = Lock()


@contextmanager
def listening(call_id: UUID) -> Generator[Listener]:
    listener = Listener()
    with _lock:
        _listeners[call_id].add(listener)
    try:
        yield listener
    finally:
        with _lock:
            _listeners[call_id].discard(listener)
            if not _listeners[call_id]:
                del _listeners[call_id]


def tell_after_commit(call_id: UUID) -> None:
    """Wake whoever listens here, once the open transaction has committed."""
    after_commit(lambda: _wake(call_id))


def _wake(call_id: UUID) -> None:
    with _lock:
        listeners = tuple(_listeners.get(call_id, ()))
    for listener in listeners:
        listener.wake()
