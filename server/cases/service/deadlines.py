"""The deadline clock of a review request: it starts when a reader could begin and stands while the patient is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from server.cases import queries
from server.cases.tables import Acuity, Case, DeadlineInterval, DeadlineRule, RequestState, ReviewRequest
from server.core.access import Actor
from server.core.platform import now

DEFAULT_HOURS = {Acuity.URGENT: 4, Acuity.SOON: 24, Acuity.ROUTINE: 72}
"""Where a pool has no rule of its own. An operational default of this product, not a clinical standard."""


async def hours_to_answer(pool_id: UUID | None, acuity: str, at: datetime) -> int:
    """The pool's newest rule for the acuity in effect at `at`, or the default."""
    rule = (
        await DeadlineRule.objects()
        .where(DeadlineRule.pool_id == pool_id)
        .where(DeadlineRule.acuity == acuity)
        .where(DeadlineRule.effective_at <= at)
        .order_by(DeadlineRule.effective_at, ascending=False)
        .first()
        if pool_id
        else None
    )
    return rule.hours if rule else DEFAULT_HOURS[Acuity(acuity)]


async def pause_clock(actor: Actor, case: Case) -> None:
    """Stop the current request's clock; nothing changes when it stands already."""
    request = await queries.current_request(actor, case.id)
    if request is None or request.paused_at is not None:
        return
    at = now()
    await ReviewRequest.update({ReviewRequest.paused_at: at}).where(ReviewRequest.id == request.id)
    await _turn_interval(request, "paused")


async def resume_clock(actor: Actor, case: Case) -> None:
    """Let the clock run again; the deadline moves on by exactly the time it stood."""
    request = await queries.current_request(actor, case.id)
    if request is None or request.paused_at is None:
        return
    at = now()
    due_at = request.due_at + (at - request.paused_at)
    await ReviewRequest.update({ReviewRequest.paused_at: None, ReviewRequest.due_at: due_at}).where(
        ReviewRequest.id == request.id
    )
    await _turn_interval(request, "running")


async def wake_reader(case_id: UUID) -> None:
    """The reader has something to read again: the time until they count as silent begins anew."""
    await (
        ReviewRequest.update({ReviewRequest.active_at: now()})
        .where(ReviewRequest.case_id == case_id)
        .where(ReviewRequest.state == RequestState.CLAIMED)
    )


async def start_clock(organisation_id: UUID, request_id: UUID) -> None:
    await _insert_interval(organisation_id, request_id, "running")


async def stop_clocks(request_ids: Sequence[UUID]) -> None:
    """The requests are done: no interval stays open."""
    await (
        DeadlineInterval.update({DeadlineInterval.ended_at: now()})
        .where(DeadlineInterval.request_id.is_in(list(request_ids)))
        .where(DeadlineInterval.ended_at.is_null())
    )


async def hasten(request: ReviewRequest, acuity: Acuity) -> datetime:
    """The new deadline after escalation: the acuity's hours from now, never later than it was.

    Where the clock stands they count from when it stopped: resuming adds all the time it stood, so that the hours
    begin when the reader can go on.
    """
    hours = await hours_to_answer(request.pool_id, acuity, now())
    return min(request.due_at, (request.paused_at or now()) + timedelta(hours=hours))


async def _turn_interval(request: ReviewRequest, kind: str) -> None:
    await stop_clocks([request.id])
    await _insert_interval(request.organisation_id, request.id, kind)


async def _insert_interval(organisation_id: UUID, request_id: UUID, kind: str) -> None:
    at = now()
    await DeadlineInterval(
        recorded_at=at, organisation_id=organisation_id, request_id=request_id, kind=kind, started_at=at
    ).save()
