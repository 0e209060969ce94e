"""The queue: a pool's waiting requests in the order in which they will be late, a keyset page at a time.

Every page is answered from the index `review_request_queue` (pool_id, state, due_at, id) for one pool; several
pools are merged here, so a page costs the same with a thousand cases and with a million.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import WhereRaw

from server.cases.tables import Case, RequestState, ReviewRequest
from server.core.access import Actor
from server.core.db import scoped

PAGE_ROWS = 25
COUNT_BOUND = 1000


class QueueCursor(msgspec.Struct, frozen=True, kw_only=True):
    """The last row of the page before."""

    due_at: datetime
    request_id: UUID


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    request_id: UUID
    case_id: UUID
    patient_id: UUID
    pool_id: UUID | None
    kind: str
    acuity: str
    due_at: datetime
    opened_at: datetime
    claimed_by: UUID | None
    paused_at: datetime | None
    topic: str
    region: str
    language: str
    status: str
    version: int


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[QueueRow, ...]
    next: QueueCursor | None


async def waiting_page(actor: Actor, pool_ids: Sequence[UUID], after: QueueCursor | None = None) -> QueuePage:
    """The next `PAGE_ROWS` waiting requests of the pools; what will be late first comes first."""
    pages: list[list[dict[str, Any]]] = [await pool_page_query(actor, pool_id, after) for pool_id in pool_ids]
    merged = list(heapq.merge(*pages, key=lambda row: (row["due_at"], row["id"])))
    shown = merged[:PAGE_ROWS]
    following = QueueCursor(due_at=shown[-1]["due_at"], request_id=shown[-1]["id"]) if len(merged) > PAGE_ROWS else None
    return QueuePage(rows=await with_cases(actor, shown), next=following)


async def claimed_rows(actor: Actor) -> tuple[QueueRow, ...]:
    """The requests the actor holds, the next to be late first."""
    rows = (
        await scoped(actor, ReviewRequest)
        .select()
        .where(ReviewRequest.claimed_by == actor.actor_id)
        .where(ReviewRequest.state == RequestState.CLAIMED)
        .order_by(ReviewRequest.due_at)
        .limit(PAGE_ROWS)
    )
    return await with_cases(actor, rows)


async def waiting_count(pool_id: UUID) -> int:
    """How many wait in the pool, counted up to `COUNT_BOUND`."""
    rows = (
        await ReviewRequest.select(ReviewRequest.id)
        .where(ReviewRequest.pool_id == pool_id)
        .where(ReviewRequest.state == RequestState.WAITING)
        .limit(COUNT_BOUND)
    )
    return len(rows)


def pool_page_query(actor: Actor, pool_id: UUID, after: QueueCursor | None) -> Any:
    """One pool's next rows and one more, which tells whether another page follows."""
    query = (
        scoped(actor, ReviewRequest)
        .select()
        .where(ReviewRequest.pool_id == pool_id)
        .where(ReviewRequest.state == RequestState.WAITING)
    )
    if after:
        # As one comparison of rows: of the same said with OR, PostgreSQL makes a bitmap of everything that follows.
        query = query.where(WhereRaw("(due_at, id) > ({}, {})", after.due_at, after.request_id))
    return query.order_by(ReviewRequest.due_at).order_by(ReviewRequest.id).limit(PAGE_ROWS + 1)


async def with_cases(actor: Actor, requests: Sequence[dict[str, Any]]) -> tuple[QueueRow, ...]:
    if not requests:
        return ()
    wanted = [request["case_id"] for request in requests]
    cases = {case["id"]: case for case in await scoped(actor, Case).select().where(Case.id.is_in(wanted))}
    return tuple(_row(request, cases[request["case_id"]]) for request in requests if request["case_id"] in cases)


def _row(request: dict[str, Any], case: dict[str, Any]) -> QueueRow:
    of_request = (
        "case_id",
        "patient_id",
        "pool_id",
        "kind",
        "acuity",
        "due_at",
        "opened_at",
        "claimed_by",
        "paused_at",
    )
    of_case = ("topic", "region", "language", "status", "version")
    return QueueRow(
        request_id=request["id"],
        **{name: request[name] for name in of_request},
        **{name: case[name] for name in of_case},
    )
