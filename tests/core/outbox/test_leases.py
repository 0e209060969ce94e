"""Leases: one holder at a time, handed out again when they run out, and no effect for whoever lost one."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.core.db import engine
from server.core.outbox import enqueue, leases
from server.core.outbox.job import PRIORITIES
from server.core.outbox.leases import Leases
from server.core.outbox.sending import Sender
from server.core.platform import Platform
from tests.core.outbox.errands import Errand, UrgentErrand, enqueue_errands, only_row, rows
from tests.support.platforms import FakeClock

LEASE_S = 30.0


async def test_only_what_is_due_is_claimed(platform: Platform, clock: FakeClock) -> None:
    await enqueue(Errand(organisation_id=uuid4()), due_at=clock.at + timedelta(seconds=10))
    mine = Leases(LEASE_S)
    assert await mine.claim(5) == []
    clock.advance(seconds=10)
    assert len(await mine.claim(5)) == 1


async def test_the_urgent_and_then_the_older_go_first(platform: Platform, clock: FakeClock) -> None:
    for number in (1, 2):
        await enqueue(Errand(organisation_id=uuid4(), number=number))
        clock.advance(seconds=1)
    await enqueue(UrgentErrand(organisation_id=uuid4()))
    claimed = await Leases(LEASE_S).claim(2)
    assert [delivery.name for delivery in claimed] == ["tests.urgent_errand", "tests.errand"]
    assert b'"number":1' in claimed[1].payload


async def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    await Leases(LEASE_S).claim(1)
    other = Leases(LEASE_S)
    clock.advance(seconds=LEASE_S - 0.001)
    assert await other.claim(1) == []
    clock.advance(seconds=0.001)
    [again] = await other.claim(1)
    assert again.number == 2


async def test_the_heartbeat_keeps_what_has_not_ended(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(2)
    mine = Leases(LEASE_S)
    [ended, kept] = await mine.claim(2)
    await mine.postpone(ended, clock.at, "test")
    clock.advance(seconds=LEASE_S - 1)
    await mine.extend()
    clock.advance(seconds=LEASE_S - 1)
    assert [delivery.id for delivery in await Leases(LEASE_S).claim(5)] == [ended.id]
    assert await mine.finish(kept)


async def test_whoever_lost_a_lease_changes_nothing(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    late, current = Leases(LEASE_S), Leases(LEASE_S)
    [lost] = await late.claim(1)
    clock.advance(seconds=LEASE_S)
    [held] = await current.claim(1)
    before = await only_row()
    assert not await late.finish(lost)
    assert not await late.postpone(lost, clock.at, "test")
    assert not await late.bury(lost, "test")
    await late.give_back([lost])
    await late.extend()
    assert await only_row() == before
    assert await current.finish(held)
    assert await rows() == []


async def test_the_same_process_may_not_end_its_own_earlier_delivery(
    sqlite_platform: Platform, clock: FakeClock
) -> None:
    await enqueue_errands(1)
    mine = Leases(LEASE_S)
    [lost] = await mine.claim(1)
    clock.advance(seconds=LEASE_S)
    await mine.claim(1)
    assert not await mine.finish(lost)


async def test_whoever_is_late_changes_nothing_of_a_job_that_was_given_back(
    platform: Platform, clock: FakeClock
) -> None:
    """Giving back takes the delivery off the count, so the number alone would let the first worker in again."""
    await enqueue_errands(1)
    late, between = Leases(LEASE_S), Leases(LEASE_S)
    [lost] = await late.claim(1)
    clock.advance(seconds=LEASE_S)
    await between.give_back(await between.claim(1))
    assert (await only_row())["deliveries"] == lost.number
    assert not await late.bury(lost, "test")
    assert (await only_row())["state"] == "waiting"


async def test_many_claimers_get_each_job_once(platform: Platform) -> None:
    await enqueue_errands(60)
    claimed = await asyncio.gather(*(Leases(LEASE_S).claim(10) for _ in range(12)))
    ids = [delivery.id for deliveries in claimed for delivery in deliveries]
    assert len(ids) == len(set(ids))
    assert {row["deliveries"] for row in await rows()} <= {0, 1}


async def test_two_that_read_the_same_row_do_not_both_get_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has read before the other writes: only the condition of the write can tell."""
    await enqueue_errands(1)
    read = leases.due_ids
    both_have_read = asyncio.Barrier(2)

    async def read_and_wait(limits: Mapping[int, int], at: datetime) -> list[UUID]:
        found = await read(limits, at)
        await both_have_read.wait()
        return found

    monkeypatch.setattr(leases, "due_ids", read_and_wait)
    claimed = await asyncio.gather(Leases(LEASE_S).claim(1), Leases(LEASE_S).claim(1))
    assert sorted(map(len, claimed)) == [0, 1]


async def test_what_was_not_run_is_given_back_as_if_never_handed_out(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    mine = Leases(LEASE_S)
    await mine.give_back(await mine.claim(1))
    row = await only_row()
    assert (row["state"], row["due_at"], row["deliveries"], row["lease_owner"]) == ("waiting", clock.at, 0, None)
    assert mine.held == 0


async def test_a_postponed_job_counts_its_failures(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    mine = Leases(LEASE_S)
    for failures in (1, 2):
        [delivery] = await mine.claim(1)
        await mine.postpone(delivery, clock.at, f"reason {failures}")
        assert (await only_row())["failures"] == failures
    assert (await only_row())["last_error"] == "reason 2"


async def test_a_dead_job_is_never_due(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    mine = Leases(LEASE_S)
    [delivery] = await mine.claim(1)
    await mine.bury(delivery, "test")
    clock.advance(days=365)
    assert await mine.claim(1) == []
    assert (await only_row())["state"] == "dead"


async def test_a_message_begins_a_job_that_was_sent_and_no_other(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    mine = Leases(LEASE_S)
    job_id = (await only_row())["id"]
    assert await mine.begin(job_id) is None
    await Sender(LEASE_S, window=5).take()
    delivery = await mine.begin(job_id)
    assert delivery is not None
    assert await mine.begin(job_id) is None
    await mine.finish(delivery)
    assert await mine.begin(job_id) is None


async def test_claiming_reads_one_range_of_the_index_however_many_jobs_are_not_due(sqlite_platform: Platform) -> None:
    values = [value for priority in PRIORITIES for value in (priority, "2026-03-02", 1)]
    query = " UNION ALL ".join([leases._DUE] * len(PRIORITIES)).replace("{}", "?")
    sqlite: Any = engine()
    plan = await sqlite._run_in_new_connection(f"EXPLAIN QUERY PLAN {query}", values)
    searches = [row["detail"] for row in plan if "outbox_job" in row["detail"]]
    assert len(searches) == len(PRIORITIES)
    assert all("COVERING INDEX" in found and "priority=? AND due_at<?" in found for found in searches)
    assert not [row["detail"] for row in plan if "TEMP B-TREE" in row["detail"]]
