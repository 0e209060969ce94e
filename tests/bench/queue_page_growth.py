"""What a page of the queue costs with a million waiting cases beside a thousand: the first page, and one far down.

Measured at the store on SQLite with full pages at both sizes, in turns. The reader's organisation sees the cases by
grants of another organisation, as in the field. That the pages come from their index is asserted on both databases
in tests/cases/test_query_plans.py.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from server.cases.queue import COUNT_BOUND, PAGE_ROWS, QueueCursor, waiting_count, waiting_page
from server.cases.tables import ReviewRequest
from server.core.access import Actor, ActorKind, Role
from server.core.db import bind, engine
from server.core.db.migrate import migrate
from server.core.ids import new_id
from server.core.keys import create_keys
from server.core.platform import now, open_platform
from tests.bench.figure import Figure, at_most
from tests.bench.queue_ground import SPACING_S, fill_queue
from tests.support.platforms import FakeClock, settings_in

FEW, MANY = 1_000, 1_000_000
ROUNDS = 60
FIRST_GOAL, FAR_GOAL, COUNT_GOAL = 2.0, 4.0, 2.0


class Queue(NamedTuple):
    """A filled database: who reads, which pool, and where a page far down begins."""

    database: object
    reader: Actor
    pool_id: UUID
    far: QueueCursor


def measure(many: int = MANY, rounds: int = ROUNDS) -> tuple[Figure, ...]:
    return asyncio.run(_measure(many, rounds))


async def _measure(many: int, rounds: int) -> tuple[Figure, ...]:
    async with _queue(FEW) as few, _queue(many) as full:
        first, far, count = [await _in_turns((few, full), kind, rounds) for kind in ("first", "far", "count")]
    floor = first[0]
    return (
        at_most("queue_page_growth_first", first[1], floor, "ms", FIRST_GOAL),
        at_most("queue_page_growth_far", far[1], floor, "ms", FAR_GOAL),
        at_most("queue_page_growth_count", count[1], count[0], "ms", COUNT_GOAL),
    )


async def _in_turns(queues: Sequence[Queue], kind: str, rounds: int) -> list[float]:
    """The least milliseconds of each: other work on the machine only ever adds time."""
    best = [float("inf")] * len(queues)
    for _ in range(rounds):
        for index, queue in enumerate(queues):
            best[index] = min(best[index], await _once_ms(queue, kind))
    return best


async def _once_ms(queue: Queue, kind: str) -> float:
    bind(queue.database)  # pyright: ignore[reportArgumentType]
    start = time.perf_counter()
    if kind == "count":
        assert await waiting_count(queue.pool_id) == COUNT_BOUND
    else:
        page = await waiting_page(queue.reader, [queue.pool_id], queue.far if kind == "far" else None)
        assert len(page.rows) == PAGE_ROWS
    return (time.perf_counter() - start) * 1000


@asynccontextmanager
async def _queue(cases: int) -> AsyncGenerator[Queue]:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder), f"sqlite:///{folder}/queue.sqlite")
        create_keys(settings.keys.folder)
        platform = open_platform(settings, FakeClock())
        await migrate()
        reader = Actor(
            actor_id=new_id(), kind=ActorKind.PERSON, organisation_id=new_id(), roles=frozenset({Role.SPECIALIST})
        )
        pool_id = new_id()
        try:
            await fill_queue(cases, reader.organisation_id, pool_id)
            yield Queue(engine(), reader, pool_id, await _middle(pool_id, cases))
        finally:
            await platform.engine.close_connection_pool()


async def _middle(pool_id: UUID, cases: int) -> QueueCursor:
    """The row half-way down, or with few cases as far as a full page still follows."""
    due_at = now() + timedelta(seconds=SPACING_S * (min(cases // 2, cases - PAGE_ROWS - 1)))
    row = (
        await ReviewRequest.objects()
        .where((ReviewRequest.pool_id == pool_id) & (ReviewRequest.due_at == due_at))
        .first()
    )
    assert row is not None
    return QueueCursor(due_at=row.due_at, request_id=row.id)


if __name__ == "__main__":
    for figure in measure():
        sys.stdout.write(f"{figure}\n")
