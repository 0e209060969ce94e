"""Waits for what other processes do, by looking again and again, never for a fixed time."""

import asyncio
import random
from collections.abc import Awaitable, Callable

LOOK_EVERY_S = 0.05


class NeverCame(AssertionError):
    """What was waited for did not come in the time that is more than enough for it."""


async def until(condition: Callable[[], Awaitable[object]], *, within_s: float, what: str) -> None:
    """Return once `condition` holds; NeverCame after `within_s` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not await condition():
        if loop.time() > deadline:
            raise NeverCame(f"waited {within_s:.0f} s for {what}")
        await pause()


async def pause() -> None:
    """A short while, never the same one, so that several who wait do not look in step."""
    await asyncio.sleep(LOOK_EVERY_S * random.uniform(0.5, 2.0))
