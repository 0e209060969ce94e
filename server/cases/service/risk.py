"""The coordinator's questions: which cases will be late, are late, stand still, or can be read by nobody."""

from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from server.cases.queue import COUNT_BOUND, QueueRow, with_cases
from server.cases.service.unreached import unreached_count
from server.cases.tables import Pool, PoolRoute, RequestState, ReviewRequest
from server.core.access import Action, Actor, authorize
from server.core.db import scoped
from server.core.platform import now

DUE_SOON = timedelta(hours=4)
ROWS = 100
OPEN_STATES = [RequestState.WAITING, RequestState.CLAIMED]


class Risk(StrEnum):
    LATE = "late"
    DUE_SOON = "due-soon"
    UNROUTABLE = "unroutable"
    PATIENT = "patient"
    UNREACHED = "unreached"
    """Answered, and the patient could not be told: `unreached` has the rows."""


class PoolChoice(Struct, frozen=True):
    pool_id: UUID
    name: str


async def at_risk(actor: Actor, risk: Risk) -> tuple[QueueRow, ...]:
    """The organisation's open requests of that kind, the next to be late first."""
    authorize(actor, Action.DEADLINES_READ)
    if risk is Risk.UNREACHED:
        return ()
    rows = await _query(actor, risk).order_by(ReviewRequest.due_at).limit(ROWS)
    return await with_cases(actor, rows)


async def risk_counts(actor: Actor) -> dict[Risk, int]:
    """How many of each, counted up to `COUNT_BOUND`."""
    authorize(actor, Action.DEADLINES_READ)
    counts = {risk: len(await _query(actor, risk).limit(COUNT_BOUND)) for risk in Risk if risk is not Risk.UNREACHED}
    return counts | {Risk.UNREACHED: await unreached_count(actor)}


async def pools_for(actor: Actor) -> list[PoolChoice]:
    """The pools that the organisation's cases may go to."""
    authorize(actor, Action.DEADLINES_READ)
    routes = await scoped(actor, PoolRoute).select(PoolRoute.pool_id)
    wanted = [route["pool_id"] for route in routes]
    pools = await Pool.objects().where(Pool.id.is_in(wanted)).order_by(Pool.name) if wanted else []
    return [PoolChoice(pool.id, pool.name) for pool in pools]


def _query(actor: Actor, risk: Risk) -> Any:
    at = now()
    running = ReviewRequest.paused_at.is_null()
    clauses: dict[Risk, Any] = {
        Risk.LATE: running & (ReviewRequest.due_at <= at),
        Risk.DUE_SOON: running & (ReviewRequest.due_at > at) & (ReviewRequest.due_at <= at + DUE_SOON),
        Risk.UNROUTABLE: ReviewRequest.pool_id.is_null(),
        Risk.PATIENT: ReviewRequest.paused_at.is_not_null(),
    }
    query = scoped(actor, ReviewRequest).select().where(ReviewRequest.state.is_in(OPEN_STATES))
    return query.where(clauses[risk])
