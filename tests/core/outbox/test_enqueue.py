"""Enqueueing: with its transaction or not at all, once per key, and workers hear of it at the commit."""

import asyncio
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest

from server.core.db import after_commit, transaction
from server.core.outbox import Job, enqueue
from server.core.outbox.leases import Delivery, Leases
from server.core.outbox.wake import listen
from server.core.platform import Platform
from tests.core.outbox.errands import Errand, only_row, rows
from tests.support.platforms import FakeClock


async def _enqueue_and_fail() -> None:
    async with transaction():
        await enqueue(Errand(organisation_id=uuid4()))
        raise LookupError


async def test_a_committed_job_waits(platform: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    await enqueue(Errand(organisation_id=organisation_id, number=7))
    row = await only_row()
    assert (row["name"], row["organisation_id"], row["state"]) == ("tests.errand", organisation_id, "waiting")
    assert (row["due_at"], row["recorded_at"]) == (clock.at, clock.at)
    assert b'"number":7' in row["payload"]


async def test_a_rollback_leaves_no_job(platform: Platform) -> None:
    with pytest.raises(LookupError):
        await _enqueue_and_fail()
    assert await rows() == []


async def test_a_job_may_be_due_later(sqlite_platform: Platform, clock: FakeClock) -> None:
    later = clock.at + timedelta(hours=3)
    await enqueue(Errand(organisation_id=uuid4()), due_at=later)
    assert (await only_row())["due_at"] == later


async def test_a_key_is_kept_once_while_its_job_waits(platform: Platform) -> None:
    for number in (1, 2):
        await enqueue(Errand(organisation_id=uuid4(), number=number), once_key="k")
    assert b'"number":1' in (await only_row())["payload"]


async def test_a_job_that_has_begun_leaves_its_key_free(platform: Platform) -> None:
    await enqueue(Errand(organisation_id=uuid4()), once_key="k")
    await Leases(30).claim(1)
    await enqueue(Errand(organisation_id=uuid4()), once_key="k")
    assert [row["state"] for row in await rows()] == ["leased", "waiting"]


async def test_a_dead_job_leaves_its_key_free(platform: Platform) -> None:
    await enqueue(Errand(organisation_id=uuid4()), once_key="k")
    leases = Leases(30)
    [delivery] = await leases.claim(1)
    await leases.bury(delivery, "test")
    await enqueue(Errand(organisation_id=uuid4()), once_key="k")
    assert [row["state"] for row in await rows()] == ["dead", "waiting"]


async def test_a_job_that_was_kept_for_a_key_does_not_begin_before_the_second_commit(platform: Platform) -> None:
    """Or it would run without seeing what the second transaction wrote, and nothing would run after it."""
    await enqueue(Errand(organisation_id=uuid4()), once_key="k")
    second_is_written = asyncio.Event()
    claiming = asyncio.create_task(_claim_after(second_is_written))
    async with transaction():
        await enqueue(Errand(organisation_id=uuid4()), once_key="k")
        second_is_written.set()
        ended, _ = await asyncio.wait([claiming], timeout=0.3)
        assert not ended
    assert len(await claiming) == 1


async def _claim_after(event: asyncio.Event) -> list[Delivery]:
    """As a task it is begun outside the transaction, which it would join otherwise."""
    await event.wait()
    return await Leases(30).claim(1)


async def test_listeners_hear_of_a_commit_and_not_of_a_rollback(sqlite_platform: Platform) -> None:
    heard: list[int] = []
    end = listen(lambda: heard.append(1))
    try:
        async with transaction():
            await enqueue(Errand(organisation_id=uuid4()))
            await enqueue(Errand(organisation_id=uuid4()))
            assert heard == []
        assert heard == [1]
        with pytest.raises(LookupError):
            await _enqueue_and_fail()
        assert heard == [1]
    finally:
        end()
    await enqueue(Errand(organisation_id=uuid4()))
    assert heard == [1]


def test_nothing_can_be_put_off_to_the_commit_of_no_transaction() -> None:
    with pytest.raises(RuntimeError, match="no transaction"):
        after_commit(lambda: None)


def test_a_priority_that_no_worker_looks_for_is_refused() -> None:
    with pytest.raises(TypeError, match="priority 3"):
        type("Odd", (Job,), {"name": "tests.odd", "priority": 3, "__annotations__": {"priority": ClassVar[int]}})
