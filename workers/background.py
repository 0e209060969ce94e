"""Repeats the worker's own steps (claiming, heartbeat, relay, timetable) on an event loop that no actor can block."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from dramatiq.asyncio import EventLoopThread

from server.core.db import engine
from server.core.log import get_logger

log = get_logger(__name__)

ResultT = TypeVar("ResultT")
Step = Callable[[], Awaitable[float]]
"""Does one round; returns how many seconds to pause before the next."""

PAUSE_AFTER_FAILURE_S = 1.0
START_TIMEOUT_S = 10.0


class Repetition:
    """One step, over and over until stopped; a round that raises is logged and tried again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, step: Step) -> None:
        self._loop = loop
        self._step = step
        self._woken = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """End the pause, from any thread; one that comes during a round is not lost."""
        self._loop.call_soon_threadsafe(self._woken.set)

    def stop(self) -> None:
        """The round that runs is the last; on the loop's own thread."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        while not self._is_stopping:
            self._woken.clear()
            pause_s = await self._round()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._woken.wait()

    async def _round(self) -> float:
        try:
            return await self._step()
        except Exception as error:  # noqa: BLE001  (the edge of the process: the database or the broker may be away)
            log.error("worker_step_failed", step=self._step.__qualname__, error=type(error).__qualname__)
            return PAUSE_AFTER_FAILURE_S


class Background:
    """The thread with the loop; `start` first, `stop` last."""

    def __init__(self) -> None:
        self._thread = EventLoopThread(logging.getLogger(__name__))
        self._running: list[tuple[Repetition, asyncio.Task[None]]] = []

    def start(self) -> None:
        self._thread.start(timeout=START_TIMEOUT_S)

    def repeat(self, step: Step) -> Repetition:
        async def begin() -> Repetition:
            repetition = Repetition(self._thread.loop, step)
            self._running.append((repetition, self._thread.loop.create_task(repetition.run())))
            return repetition

        return self.run(begin())

    def run(self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Its result, from another thread."""
        return self._thread.run_coroutine(coroutine)

    def end(self, repetition: Repetition) -> None:
        """Stop it and wait for its last round."""
        self.run(self._end([pair for pair in self._running if pair[0] is repetition]))

    def stop(self) -> None:
        self.run(self._end(self._running))
        self.run(engine().close_connection_pool())
        self._thread.stop()

    async def _end(self, pairs: list[tuple[Repetition, asyncio.Task[None]]]) -> None:
        for repetition, _ in pairs:
            repetition.stop()
        await asyncio.gather(*(task for _, task in pairs))
