"""The specialist's queue: what will be late first, one's own claims on top, filters kept in the address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from server.cases import service as cases
from server.core.access import Action, Actor
from server.core.faults import BadInput
from server.core.platform import now
from server.desks.wording import ACUITY, TOPIC
from server.web.layout import render

PageRequest = Request[Any, Any, Any]


@get("/queue", opt={"action": Action.QUEUE_READ})
async def queue_page(
    request: PageRequest, actor: NamedDependency[Actor], after: FromQuery[str] = "", pool: FromQuery[UUID | None] = None
) -> Response[str]:
    seen = await cases.queue_marker(actor)
    return render(request, "desks/queue.html", seen=seen, **await _context(actor, after, pool))


@get("/queue/rows", opt={"action": Action.QUEUE_READ})
async def queue_rows(
    request: PageRequest, actor: NamedDependency[Actor], after: FromQuery[str] = "", pool: FromQuery[UUID | None] = None
) -> Response[str]:
    """The rows alone, which an open page fetches again when something has changed."""
    return render(request, "desks/_queue_rows.html", **await _context(actor, after, pool))


async def _context(actor: Actor, after: str, pool: UUID | None) -> dict[str, Any]:
    pools = await cases.readable_pools(actor)
    chosen = [each.pool_id for each in pools if pool in (None, each.pool_id)]
    page = await cases.waiting_page(actor, chosen, _cursor(after))
    mine = sorted(await cases.claimed_rows(actor), key=lambda row: row.paused_at is not None)
    return {
        "is_mine_first": bool(mine) and mine[0].paused_at is None,
        "mine": await _told(actor, mine),
        "waiting": await _told(actor, page.rows),
        "next_href": _href(pool, page.next) if page.next else None,
        "first_href": _href(pool, None) if after else None,
        "rows_href": "/queue/rows" + _query(pool, after),
        "pools": pools,
        "pool": pool,
        "acuity_words": ACUITY,
        "topic_words": TOPIC,
        "now": now(),
    }


async def _told(actor: Actor, rows: Sequence[cases.QueueRow]) -> list[tuple[cases.QueueRow, cases.Completeness]]:
    counts = await cases.completeness_of(actor, [row.case_id for row in rows])
    return [(row, counts[row.case_id]) for row in rows]


def _cursor(after: str) -> cases.QueueCursor | None:
    if not after:
        return None
    due_at, _, request_id = after.rpartition("~")
    try:
        return cases.QueueCursor(due_at=datetime.fromisoformat(due_at), request_id=UUID(request_id))
    except ValueError as error:
        raise BadInput("That page of the queue does not exist.") from error


def _href(pool: UUID | None, cursor: cases.QueueCursor | None) -> str:
    after = f"{cursor.due_at.isoformat()}~{cursor.request_id}" if cursor else ""
    return "/queue" + _query(pool, after)


def _query(pool: UUID | None, after: str) -> str:
    chosen = {name: value for name, value in (("pool", str(pool or "")), ("after", after)) if value}
    return f"?{urlencode(chosen)}" if chosen else ""
