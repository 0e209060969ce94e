"""Worker processes that are killed, stopped, and run side by side: every job has its one effect."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from server.core.clock import SystemClock
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import Platform, bind_platform
from server.settings import PREFIX, Jobs
from tests.workers.chores import ChoreBegun, begun, effects, enqueue_chores, is_all_done, unfinished
from tests.workers.waiting import until

CHORES = 120
REPOSITORY = Path(__file__).parents[2]
SpawnWorker = Callable[[Jobs], Awaitable[Process]]


@pytest.fixture
async def spawn(house: Platform) -> AsyncIterator[SpawnWorker]:
    """Starts worker processes on the test's database; what still runs at the end is killed."""
    bind_platform(msgspec.structs.replace(house, clock=SystemClock()))
    spawned: list[Process] = []

    async def spawn_worker(jobs: Jobs) -> Process:
        settings = msgspec.structs.replace(house.settings, jobs=jobs)
        command = (sys.executable, "-m", "tests.workers.process")
        environ = {**os.environ, **dict(_variables(PREFIX, msgspec.to_builtins(settings, enc_hook=str)))}
        spawned.append(await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=environ))
        return spawned[-1]

    yield spawn_worker
    for process in spawned:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _variables(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The settings as the environment says them."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _variables(f"{prefix}{name.upper()}__", cast("dict[str, Any]", value))
        elif value not in (None, "", ()):
            yield prefix + name.upper(), str(value)


def _has_begun(count: int) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await begun() >= count

    return holds


async def test_kill_9_in_the_middle_loses_nothing(jobs: Jobs, spawn: SpawnWorker) -> None:
    jobs = msgspec.structs.replace(jobs, lease_s=2.0)
    await enqueue_chores(CHORES)
    for share in (0.2, 0.5):
        worker = await spawn(jobs)
        await until(_has_begun(int(CHORES * share)))
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()
    assert await unfinished() > 0
    await spawn(jobs)
    await until(is_all_done)
    assert await effects() == CHORES


async def test_sigterm_ends_what_has_begun_and_leaves_the_rest(embedded: Jobs, spawn: SpawnWorker) -> None:
    await enqueue_chores(CHORES)
    worker = await spawn(embedded)
    await until(_has_begun(CHORES // 5))
    worker.terminate()
    assert await worker.wait() == 0
    assert await begun() == await effects() == CHORES - await unfinished()
    assert not await OutboxJob.exists().where(OutboxJob.state == JobState.LEASED)
    assert await unfinished() > 0


async def test_two_processes_never_do_the_same_job(embedded: Jobs, spawn: SpawnWorker) -> None:
    for _ in range(2):
        await spawn(embedded)
    numbers = count()
    await until(_both_work(numbers))
    first = next(numbers)
    await enqueue_chores(CHORES, first)
    await until(is_all_done)
    assert (await begun(), await effects()) == (first + CHORES, first + CHORES)


def _both_work(numbers: Iterator[int]) -> Callable[[], Awaitable[bool]]:
    """Gives them something to do until each has begun something."""

    async def holds() -> bool:
        await enqueue_chores(1, next(numbers))
        return len(await ChoreBegun.select(ChoreBegun.process).distinct()) == 2

    return holds
