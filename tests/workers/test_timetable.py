"""Periodic jobs: in the outbox when their turn has come, once, whoever asks."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

from server.core.outbox import PLATFORM_WIDE, Job
from server.core.outbox.leases import Leases
from server.core.outbox.tables import OutboxJob
from server.core.outbox.timetable import last_turn
from server.core.platform import Platform
from server.settings import Jobs
from tests.support.platforms import FakeClock
from tests.workers.conftest import Start
from tests.workers.waiting import until
from workers.actors import Condition, Organisations, Periodic, Registry
from workers.timetable import LONGEST_PAUSE_S, Turns


class Tick(Job, frozen=True):
    name: ClassVar[str] = "tests.tick"


def _turns(every_s: float = 30, organisations: Organisations | None = None, when: Condition | None = None) -> Turns:
    every = timedelta(seconds=every_s)
    return Turns(Periodic(job=Tick, every=every, organisations=organisations, when=when))


async def _enqueued() -> list[UUID]:
    rows = await OutboxJob.select(OutboxJob.organisation_id).where(OutboxJob.name == Tick.name)
    return [row["organisation_id"] for row in rows]


async def _finish_all() -> None:
    leases = Leases(30)
    for delivery in await leases.claim(100):
        await leases.finish(delivery)


async def test_the_first_turn_is_at_once_and_the_next_when_its_time_has_come(
    platform: Platform, clock: FakeClock
) -> None:
    turns = _turns(every_s=30)
    assert await turns.take_due() == 30
    assert await _enqueued() == [PLATFORM_WIDE]
    await _finish_all()
    clock.advance(seconds=29)
    assert await turns.take_due() == 1
    assert await _enqueued() == []
    clock.advance(seconds=1)
    assert await turns.take_due() == 30
    assert await _enqueued() == [PLATFORM_WIDE]


async def test_each_organisation_gets_a_job_of_its_own(platform: Platform) -> None:
    both = [uuid4(), uuid4()]

    async def organisations() -> Sequence[UUID]:
        return both

    await _turns(organisations=organisations).take_due()
    assert sorted(await _enqueued()) == sorted(both)


async def test_a_turn_nobody_has_begun_is_not_added_to(platform: Platform, clock: FakeClock) -> None:
    turns = _turns(every_s=30)
    for _ in range(4):
        await turns.take_due()
        clock.advance(seconds=30)
    assert await _enqueued() == [PLATFORM_WIDE]


async def test_turns_missed_while_nothing_ran_are_taken_once(platform: Platform, clock: FakeClock) -> None:
    turns = _turns(every_s=30)
    await turns.take_due()
    await _finish_all()
    clock.advance(hours=9)
    assert await turns.take_due() == 30
    await _finish_all()
    assert await turns.take_due() == 30
    assert await _enqueued() == []


async def test_of_several_processes_one_takes_the_turn(platform: Platform) -> None:
    """Were there two, the second would find the first's job begun and its key free."""
    taken = await asyncio.gather(*(_take_and_finish() for _ in range(6)))
    assert sum(taken) == 1


async def _take_and_finish() -> int:
    await _turns().take_due()
    claimed = await Leases(30).claim(10)
    return len(claimed)


async def test_an_unneeded_turn_writes_nothing_and_is_asked_about_again(platform: Platform, clock: FakeClock) -> None:
    is_needed = False

    async def when() -> bool:
        return is_needed

    turns = _turns(every_s=2, when=when)
    assert await turns.take_due() == 2
    assert (await _enqueued(), await last_turn(Tick.name)) == ([], None)
    is_needed = True
    await turns.take_due()
    assert (await _enqueued(), await last_turn(Tick.name)) == ([PLATFORM_WIDE], clock.at)


async def test_a_turn_far_away_is_looked_for_before_it_comes(sqlite_platform: Platform) -> None:
    """The clock may be set, and another process may have taken it."""
    assert await _turns(every_s=86_400).take_due() == LONGEST_PAUSE_S


async def test_a_turn_whose_organisations_cannot_be_read_is_not_used_up(sqlite_platform: Platform) -> None:
    async def organisations() -> Any:
        raise LookupError

    with pytest.raises(LookupError):
        await _turns(organisations=organisations).take_due()
    assert await last_turn(Tick.name) is None


async def test_a_crew_keeps_the_timetable(platform: Platform, embedded: Jobs, start: Start) -> None:
    registry = Registry()
    ticks: list[UUID] = []

    @registry.every(seconds=0.05)
    @registry.actor(Tick)
    async def tick(job: Tick) -> None:  # pyright: ignore[reportUnusedFunction]
        ticks.append(job.organisation_id)
        platform.clock.advance(seconds=1)  # pyright: ignore[reportAttributeAccessIssue]

    start(embedded, registry)
    await until(lambda: len(ticks) >= 3)
    assert set(ticks) == {PLATFORM_WIDE}


async def test_a_turn_that_fails_does_not_keep_others_from_theirs(
    sqlite_platform: Platform, embedded: Jobs, start: Start
) -> None:
    registry = Registry()
    done: list[str] = []

    class Tock(Job, frozen=True):
        name: ClassVar[str] = "tests.tock"

    async def fail() -> bool:
        raise LookupError

    @registry.every(seconds=0.05, when=fail)
    @registry.actor(Tick)
    async def tick(_: Tick) -> None:  # pyright: ignore[reportUnusedFunction]
        done.append("tick")

    @registry.every(seconds=0.05)
    @registry.actor(Tock)
    async def tock(_: Tock) -> None:  # pyright: ignore[reportUnusedFunction]
        done.append("tock")

    start(embedded, registry)
    await until(lambda: bool(done))
    assert done == ["tock"]
