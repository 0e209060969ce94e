"""Waiting for what other threads and processes do; pytest's own timeout ends what never comes."""

import asyncio
from collections.abc import Awaitable, Callable

LOOK_AGAIN_S = 0.02


async def until(holds: Callable[[], Awaitable[bool] | bool]) -> None:
    while True:
        outcome = holds()
        if outcome is True or (not isinstance(outcome, bool) and await outcome):
            return
        await asyncio.sleep(LOOK_AGAIN_S)
