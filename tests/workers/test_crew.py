"""A crew at work, over each broker: jobs arrive, come when they are due, survive what the broker forgets."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest
import redis

from server.core.outbox import PLATFORM_WIDE, enqueue
from server.core.outbox.leases import Leases
from server.core.outbox.sending import Envelope
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import Platform
from server.settings import Jobs
from tests.support.platforms import FakeClock
from tests.workers.brokers import forget, jobs_over
from tests.workers.chores import (
    Chore,
    ChoreEffect,
    begun,
    do_chore,
    effects,
    enqueue_chores,
    is_all_done,
    unfinished,
)
from tests.workers.conftest import Start
from tests.workers.waiting import until
from workers.actors import Registry
from workers.crew import Crew

LEASE_S = 30.0


@pytest.fixture
def chores() -> Registry:
    registry = Registry()

    @registry.actor(Chore)
    async def do(job: Chore) -> None:
        await do_chore(job.number, 0)

    return registry


async def _states() -> list[str]:
    return [row["state"] for row in await OutboxJob.select(OutboxJob.state).order_by(OutboxJob.id)]


async def test_every_job_runs_once(house: Platform, jobs: Jobs, chores: Registry, start: Start) -> None:
    await enqueue_chores(40)
    start(jobs, chores)
    await until(is_all_done)
    assert (await begun(), await effects()) == (40, 40)


async def test_a_job_enqueued_while_the_crew_works_runs(
    sqlite_house: Platform, jobs: Jobs, chores: Registry, start: Start
) -> None:
    start(jobs, chores)
    await enqueue_chores(1)
    await until(is_all_done)
    assert await effects() == 1


async def test_a_commit_in_this_process_wakes_the_crew(
    house: Platform, embedded: Jobs, chores: Registry, start: Start
) -> None:
    """It would not look again within this test's time limit."""
    start(msgspec.structs.replace(embedded, poll_s=3600), chores)
    for number in range(3):
        await enqueue(Chore(organisation_id=PLATFORM_WIDE, number=number))
        await until(is_all_done)
    assert await effects() == 3


async def test_a_job_does_not_run_before_it_is_due(
    sqlite_house: Platform, clock: FakeClock, jobs: Jobs, chores: Registry, start: Start
) -> None:
    later = Chore(organisation_id=PLATFORM_WIDE, number=1)
    await enqueue(later, due_at=clock.at + timedelta(hours=1))
    await enqueue_chores(1)
    start(jobs, chores)
    await until(_is_one_left)
    assert [effect.number for effect in await ChoreEffect.objects()] == [0]
    clock.advance(hours=1)
    await until(is_all_done)
    assert await effects() == 2


async def _is_one_left() -> bool:
    return await unfinished() == 1


async def test_a_failed_job_is_retried_when_it_is_due_again(
    house: Platform, clock: FakeClock, jobs: Jobs, start: Start
) -> None:
    registry = Registry()
    attempts: list[int] = []

    @registry.actor(Chore)
    async def fail_once(job: Chore) -> None:
        attempts.append(job.number)
        if len(attempts) == 1:
            raise LookupError

    await enqueue_chores(1)
    start(jobs, registry)
    await until(_has_failed)
    assert len(attempts) == 1
    clock.advance(days=1)
    await until(is_all_done)
    assert len(attempts) == 2


async def _has_failed() -> bool:
    return [row["failures"] for row in await OutboxJob.select(OutboxJob.failures)] == [1]


async def test_a_name_without_an_actor_ends_dead(sqlite_house: Platform, jobs: Jobs, start: Start) -> None:
    await enqueue_chores(1)
    start(jobs, Registry())
    await until(_is_dead)
    [row] = await OutboxJob.select(OutboxJob.last_error)
    assert row["last_error"] == "Undeliverable: no actor is declared for this name"


async def _is_dead() -> bool:
    return await _states() == [JobState.DEAD]


class Gate:
    """An actor that says when it has begun and ends when it is let."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def declare_async(self) -> Registry:
        @self.registry.actor(Chore)
        async def wait(job: Chore) -> None:
            self.has_begun.set()
            await asyncio.to_thread(self.may_end.wait)
            await do_chore(job.number, 0)

        return self.registry

    def declare_in_thread(self) -> Registry:
        @self.registry.actor(Chore)
        def wait(_: Chore) -> None:
            self.has_begun.set()
            self.may_end.wait()

        return self.registry

    def declare_hanging(self) -> Registry:
        @self.registry.actor(Chore)
        async def hang(_: Chore) -> None:
            self.has_begun.set()
            await asyncio.Event().wait()

        return self.registry


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.may_end.set()


async def test_the_heartbeat_keeps_a_long_job_from_others(
    sqlite_house: Platform, clock: FakeClock, embedded: Jobs, gate: Gate, start: Start
) -> None:
    lease_s = 0.6  # of real time between heartbeats; the lease itself is measured by the clock that stands still
    await enqueue_chores(1)
    start(msgspec.structs.replace(embedded, lease_s=lease_s), gate.declare_async())
    await until(gate.has_begun.is_set)
    for _ in range(3):
        clock.advance(seconds=lease_s * 0.9)
        assert await Leases(LEASE_S).claim(1) == []
        await until(_lease_ends_at(clock, lease_s))
    gate.may_end.set()
    await until(is_all_done)


def _lease_ends_at(clock: FakeClock, lease_s: float) -> Callable[[], Any]:
    async def holds() -> bool:
        [row] = await OutboxJob.select(OutboxJob.due_at)
        return row["due_at"] == clock.at + timedelta(seconds=lease_s)

    return holds


async def test_no_more_is_claimed_than_can_run(
    sqlite_house: Platform, embedded: Jobs, gate: Gate, start: Start
) -> None:
    await enqueue_chores(6)
    start(msgspec.structs.replace(embedded, threads=2), gate.declare_async())
    await until(_are_leased(2))
    assert (await _states()).count(JobState.WAITING) == 4
    gate.may_end.set()
    await until(is_all_done)


def _are_leased(count: int) -> Callable[[], Any]:
    async def holds() -> bool:
        return (await _states()).count(JobState.LEASED) == count

    return holds


async def test_a_graceful_stop_lets_a_job_end(house: Platform, jobs: Jobs, gate: Gate, start: Start) -> None:
    await enqueue_chores(1)
    crew = start(jobs, gate.declare_async())
    await until(gate.has_begun.is_set)
    stopping = asyncio.create_task(asyncio.to_thread(crew.stop, 60.0))
    gate.may_end.set()
    await stopping
    assert await is_all_done()
    assert await effects() == 1


async def test_a_graceful_stop_gives_back_what_does_not_end(
    house: Platform, jobs: Jobs, gate: Gate, start: Start
) -> None:
    await enqueue_chores(7)
    crew = start(jobs, gate.declare_hanging())
    await until(gate.has_begun.is_set)
    await asyncio.to_thread(crew.stop, 0)
    assert JobState.LEASED not in await _states()
    assert len(await _states()) == 7
    assert {row["deliveries"] for row in await OutboxJob.select(OutboxJob.deliveries)} == {0}


async def test_a_graceful_stop_waits_for_a_thread(
    sqlite_house: Platform, embedded: Jobs, gate: Gate, start: Start
) -> None:
    """Nothing can interrupt it, so giving its job back would let it run twice at once."""
    await enqueue_chores(1)
    crew = start(embedded, gate.declare_in_thread())
    await until(gate.has_begun.is_set)
    stopping = asyncio.create_task(asyncio.to_thread(crew.stop, 0))
    ended, _ = await asyncio.wait([stopping], timeout=0.3)
    assert not ended
    gate.may_end.set()
    await stopping
    assert await is_all_done()


async def test_what_a_stopped_crew_left_the_next_one_does(
    house: Platform, jobs: Jobs, gate: Gate, chores: Registry, start: Start
) -> None:
    await enqueue_chores(7)
    crew = start(jobs, gate.declare_hanging())
    await until(gate.has_begun.is_set)
    await asyncio.to_thread(crew.stop, 0)
    start(jobs, chores)
    await until(is_all_done)
    assert await effects() == 7


def test_a_process_has_one_crew(embedded: Jobs, start: Start, sqlite_platform: Platform) -> None:
    start(embedded, Registry())
    with pytest.raises(RuntimeError, match="already"):
        Crew(embedded, Registry())


async def test_what_a_broker_forgets_is_sent_again(
    house: Platform, clock: FakeClock, distant: Jobs, gate: Gate, start: Start
) -> None:
    await enqueue_chores(20)
    start(distant, gate.declare_async())
    await until(gate.has_begun.is_set)
    await until(_are_sent(19))
    forget(distant)
    gate.may_end.set()
    clock.advance(seconds=LEASE_S)
    await until(is_all_done)
    assert await effects() == 20


async def test_what_a_broker_repeats_has_no_second_effect(
    sqlite_house: Platform, distant: Jobs, gate: Gate, start: Start
) -> None:
    await enqueue_chores(1)
    feed: Any = start(distant, gate.declare_async())._feed
    await until(gate.has_begun.is_set)
    [row] = await OutboxJob.select(*(getattr(OutboxJob, field) for field in Envelope.__struct_fields__))
    await asyncio.to_thread(feed._send, [Envelope(**row)] * 3)
    gate.may_end.set()
    await enqueue(Chore(organisation_id=PLATFORM_WIDE, number=1))  # with one thread it comes after the copies
    await until(is_all_done)
    assert (await begun(), await effects()) == (2, 2)


@pytest.mark.requires("redis")
async def test_a_message_names_the_job_and_says_nothing_of_it(sqlite_house: Platform, gate: Gate, start: Start) -> None:
    with jobs_over("redis", threads=1) as jobs:
        organisation_id = uuid4()
        for _ in range(9):
            await enqueue(Chore(organisation_id=organisation_id, number=123_456_789))
        crew = start(jobs, gate.declare_async())
        await until(_are_sent(8))
        with redis.Redis.from_url(jobs.url) as client:
            key = f"{jobs.namespace}:{Chore.queue}.msgs"
            messages = list(cast("dict[bytes, bytes]", client.hgetall(key)).values())
        await asyncio.to_thread(crew.stop, 0)
        assert len(messages) >= 8
        for message in map(msgspec.json.decode, messages):
            del message["options"]["redis_message_id"], message["message_id"], message["message_timestamp"]
            [job_id] = message.pop("args")
            assert UUID(job_id)
            assert message == {
                "queue_name": "chores",
                "actor_name": "tests.chore",
                "kwargs": {},
                "options": {"organisation_id": str(organisation_id)},
            }


def _are_sent(count: int) -> Callable[[], Any]:
    async def holds() -> bool:
        return (await _states()).count(JobState.SENT) == count

    return holds
