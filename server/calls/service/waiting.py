"""The digital waiting room: who waits, in which order, and for how long about."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from server.calls import queries
from server.calls.estimate import stand
from server.calls.lifecycle import WAITING
from server.calls.schemas import Standing, WalkIn
from server.calls.service.answering import is_there
from server.calls.tables import Call
from server.cases import service as cases
from server.contract.call import SeatRole
from server.core.access import Action, Actor, Role, authorize, permits
from server.core.db import platform_wide
from server.core.platform import now

ACUITY_FIRST = {acuity: rank for rank, acuity in enumerate(("urgent", "soon", "routine"))}
KNOWN_FOR, KNOWN_CALLS = timedelta(days=30), 50
"""Which past calls an estimate is made of."""


def in_order(calls: Sequence[Call]) -> list[Call]:
    """The more urgent first, and of those the one who asked first."""
    return sorted(calls, key=lambda call: (ACUITY_FIRST.get(call.acuity, len(ACUITY_FIRST)), call.asked_at, call.id))


async def walk_ins(actor: Actor) -> list[WalkIn]:
    """Everyone in the waiting rooms that the actor sees: a reader's pools, the whole clinic's for its people."""
    authorize(actor, Action.WALK_INS_READ)
    pools = {pool.pool_id for pool in await cases.readable_pools(actor)} if permits(actor, Action.QUEUE_READ) else None
    found = await queries.waiting_calls(actor, pools if actor.has(Role.SPECIALIST) else None)
    calls = in_order([call for call in found if call.appointment_id is None])
    seats = await queries.seats_of_calls(actor, [call.id for call in calls])
    there = {seat.call_id for seat in seats if is_there(seat) and seat.role != SeatRole.SPECIALIST}
    ahead: dict[UUID | None, int] = {}
    rows: list[WalkIn] = []
    for call in calls:
        rows.append(_walk_in(call, ahead.get(call.pool_id, 0), is_there_now=call.id in there))
        ahead[call.pool_id] = ahead.get(call.pool_id, 0) + 1
    return rows


async def standing_of(call: Call) -> Standing | None:
    """One's own place in the pool's waiting room; None where there is no line, as for a visit.

    A pool may serve several clinics: how many wait is told across them, never who.
    """
    if call.status not in WAITING or call.pool_id is None or call.appointment_id is not None:
        return None
    with platform_wide():
        line = await queries.line_of(call.pool_id)
        durations = await queries.durations_s(call.pool_id, now() - KNOWN_FOR, KNOWN_CALLS)
        serving = await queries.serving(call.pool_id)
    order = [each.id for each in in_order(line)]
    ahead = order.index(call.id) if call.id in order else len(order)
    return stand(ahead, durations, serving)


def _walk_in(call: Call, ahead: int, *, is_there_now: bool) -> WalkIn:
    return WalkIn(
        call_id=call.id,
        care_case_id=call.care_case_id,
        patient_id=call.patient_id,
        pool_id=call.pool_id,
        acuity=call.acuity,
        status=call.status,
        asked_at=call.asked_at,
        is_there=is_there_now,
        ahead=ahead,
    )
