"""Runs one piece of work against the database that the environment's settings name, and lets go of it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.core.platform import open_platform
from server.settings import load

DoneT = TypeVar("DoneT")


def run_connected(work: Callable[[], Awaitable[DoneT]]) -> DoneT:
    """What `work` answers; SettingsRefused where the settings do not hold."""
    return asyncio.run(_run(work))


async def _run(work: Callable[[], Awaitable[DoneT]]) -> DoneT:
    platform = open_platform(load(os.environ))
    try:
        return await work()
    finally:
        await platform.engine.close_connection_pool()
