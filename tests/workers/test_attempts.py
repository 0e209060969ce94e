"""One attempt: how it ends decides what becomes of the job, and what is written down quotes nobody."""

import asyncio
import json
from datetime import timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from server.core.faults import NotFound, Unavailable
from server.core.outbox.leases import Delivery, Leases
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from server.core.vault import Shredded
from tests.support.platforms import FakeClock
from tests.workers.chores import Chore, enqueue_chores, is_all_done
from workers.actors import Function, Registry
from workers.attempts import MAX_INTERRUPTIONS, Attempts

CANARY = "Amélie Poulain, melanoma"


@pytest.fixture
def clock(sqlite_platform: Platform) -> FakeClock:
    return cast("FakeClock", sqlite_platform.clock)


@pytest.fixture
def leases(sqlite_platform: Platform) -> Leases:
    return Leases(30)


class Bench:
    """Claims the one job there is and attempts it."""

    def __init__(self, leases: Leases, function: Function[Chore], **options: Any) -> None:
        self.registry = Registry()
        self.registry.actor(Chore, **options)(function)
        self.attempts = Attempts(self.registry, leases)
        self.leases = leases

    async def claim(self) -> Delivery:
        [delivery] = await self.leases.claim(1)
        return delivery

    async def attempt(self) -> None:
        await self.attempts.perform(await self.claim())


async def _row() -> dict[str, Any]:
    [row] = await OutboxJob.select()
    return row


async def test_a_finished_job_leaves_nothing(leases: Leases) -> None:
    done: list[int] = []

    async def do(job: Chore) -> None:
        done.append(job.number)

    await enqueue_chores(1)
    await Bench(leases, do).attempt()
    assert done == [0]
    assert await is_all_done()


async def test_a_function_that_is_not_async_runs_beside_the_loop(leases: Leases) -> None:
    loops: list[bool] = []

    def do(_: Chore) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            loops.append(False)

    await enqueue_chores(1)
    await Bench(leases, do).attempt()
    assert loops == [False]
    assert await is_all_done()


async def test_failures_are_retried_ever_later_and_then_the_job_is_dead(leases: Leases, clock: FakeClock) -> None:
    async def fail(_: Chore) -> None:
        raise LookupError(CANARY)

    await enqueue_chores(1)
    bench = Bench(leases, fail, max_retries=3, first_retry_s=10, longest_retry_s=35)
    for pause_s in (10, 20, 35):
        await bench.attempt()
        row = await _row()
        assert row["state"] == "waiting"
        assert timedelta(seconds=pause_s * 0.8) <= row["due_at"] - clock.at <= timedelta(seconds=pause_s)
        clock.at = row["due_at"]
    await bench.attempt()
    row = await _row()
    assert (row["state"], row["last_error"], row["deliveries"]) == ("dead", "builtins.LookupError", 4)


async def test_a_permanent_error_is_not_retried(leases: Leases) -> None:
    async def refuse(_: Chore) -> None:
        raise NotFound(CANARY)

    await enqueue_chores(1)
    await Bench(leases, refuse, permanent=(NotFound,)).attempt()
    row = await _row()
    assert (row["state"], row["last_error"]) == ("dead", "server.core.faults.NotFound (not-found)")


async def test_neither_row_nor_log_holds_what_an_error_quotes(leases: Leases) -> None:
    async def fail(_: Chore) -> None:
        raise LookupError(CANARY) from ValueError(CANARY)

    await enqueue_chores(1)
    with capture_logs() as logged:
        await Bench(leases, fail).attempt()
    assert [entry["event"] for entry in logged] == ["job_failed"]
    assert any("test_attempts.py" in place for place in logged[0]["at"])
    assert "melanoma" not in json.dumps([logged, await _row()], default=str)


async def test_a_job_that_cannot_be_settled_comes_again_when_its_lease_ends(
    leases: Leases, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing may reach Dramatiq, whose log would print the first error as the context of the second."""

    async def fail(_: Chore) -> None:
        monkeypatch.setattr(OutboxJob, "update", _be_away)
        raise LookupError(CANARY)

    await enqueue_chores(1)
    bench = Bench(leases, fail)
    with capture_logs() as logged:
        await bench.attempt()
    monkeypatch.undo()
    assert logged == [{**logged[0], "event": "job_unsettled", "error": "Unavailable"}]
    assert "melanoma" not in json.dumps(logged, default=str)
    await leases.extend()
    clock.advance(seconds=30)
    assert (await bench.claim()).number == 2


def _be_away(*_: Any) -> Any:
    raise Unavailable


async def test_a_job_that_takes_too_long_is_stopped_and_retried(leases: Leases) -> None:
    async def hang(_: Chore) -> None:
        await asyncio.Event().wait()

    await enqueue_chores(1)
    await Bench(leases, hang, time_limit_s=0.01).attempt()
    row = await _row()
    assert (row["state"], row["last_error"], row["failures"]) == ("waiting", "builtins.TimeoutError", 1)


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"organisation_id": "x"}', b'{"number": 1, "more": 2}', b"\xff"])
async def test_a_payload_that_is_not_the_job_is_dead_at_once(leases: Leases, payload: bytes) -> None:
    async def do(_: Chore) -> None:
        raise AssertionError

    await enqueue_chores(1)
    await OutboxJob.update({OutboxJob.payload: payload}, force=True)
    await Bench(leases, do).attempt()
    row = await _row()
    assert (row["state"], row["last_error"]) == ("dead", "Undeliverable: the payload is not a Chore")


async def test_a_name_without_an_actor_is_dead_with_its_reason(leases: Leases) -> None:
    await enqueue_chores(1)
    [delivery] = await leases.claim(1)
    await Attempts(Registry(), leases).perform(delivery)
    row = await _row()
    assert (row["state"], row["last_error"]) == ("dead", "Undeliverable: no actor is declared for this name")


async def test_a_job_in_which_worker_after_worker_ends_is_dead(leases: Leases, clock: FakeClock) -> None:
    ran: list[int] = []

    async def do(_: Chore) -> None:
        ran.append(1)

    await enqueue_chores(1)
    bench = Bench(leases, do)
    for _ in range(MAX_INTERRUPTIONS):
        await bench.claim()  # by workers that are killed
        clock.advance(seconds=30)
    await bench.attempt()
    row = await _row()
    assert (row["state"], ran) == ("dead", [])
    assert row["last_error"] == f"Undeliverable: {MAX_INTERRUPTIONS} workers ended in the middle of it"


async def test_failures_do_not_count_as_workers_that_ended(leases: Leases, clock: FakeClock) -> None:
    async def fail(_: Chore) -> None:
        raise LookupError

    await enqueue_chores(1)
    bench = Bench(leases, fail, max_retries=MAX_INTERRUPTIONS * 3)
    for _ in range(MAX_INTERRUPTIONS * 2):
        await bench.attempt()
        clock.advance(days=1)
    assert (await _row())["state"] == "waiting"


async def test_a_job_that_outlived_its_lease_changes_nothing(leases: Leases, clock: FakeClock) -> None:
    async def do(_: Chore) -> None:
        clock.advance(seconds=30)
        await Leases(30).claim(1)

    await enqueue_chores(1)
    with capture_logs() as logged:
        await Bench(leases, do).attempt()
    assert [entry["event"] for entry in logged] == ["job_lease_lost"]
    assert (await _row())["state"] == "leased"


async def test_an_interrupted_job_is_given_back(leases: Leases, clock: FakeClock) -> None:
    async def hang(_: Chore) -> None:
        asyncio.get_running_loop().call_soon(bench.attempts._interrupt)
        await asyncio.Event().wait()

    bench = Bench(leases, hang)
    await enqueue_chores(1)
    await bench.attempt()
    row = await _row()
    assert (row["state"], row["due_at"], row["deliveries"], row["failures"]) == ("waiting", clock.at, 0, 0)


async def test_after_an_interruption_no_job_begins(leases: Leases) -> None:
    begun: list[int] = []

    async def do(job: Chore) -> None:
        begun.append(job.number)

    bench = Bench(leases, do)
    await enqueue_chores(1)
    bench.attempts._interrupt()
    await bench.attempt()
    assert ((await _row())["state"], begun) == ("waiting", [])


async def test_a_job_of_an_erased_record_ends_quietly(leases: Leases) -> None:
    async def do(_: Chore) -> None:
        raise Shredded

    await enqueue_chores(1)
    await Bench(leases, do).attempt()
    assert await is_all_done()
