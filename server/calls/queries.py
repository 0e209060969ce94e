"""Every select of calls; each takes the actor, but for invitations, which are found by what their holder knows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns.combination import And, Or

from server.calls.lifecycle import OPEN, TALKING, WAITING, Status
from server.calls.schemas import Plan, RingMode
from server.calls.tables import (
    Call,
    CallInvitation,
    CallMessage,
    CallNote,
    CallRing,
    CallSeat,
    OnCallShift,
    RingPlan,
    RingState,
)
from server.core.access import Actor
from server.core.db import scoped
from server.core.faults import NotFound

LISTED = 20


async def get_call(actor: Actor, call_id: UUID) -> Call:
    row = await find_call(actor, call_id)
    if row is None:
        raise NotFound("There is no such call.")
    return row


async def find_call(actor: Actor, call_id: UUID) -> Call | None:
    return await scoped(actor, Call).objects().where(Call.id == call_id).first()


async def hold_call(actor: Actor, call_id: UUID) -> Call:
    """The call, with its row locked until the transaction ends; NotFound as `get_call`."""
    unchanged = scoped(actor, Call).update({Call.version: Call.version + 0})
    if not await unchanged.where(Call.id == call_id).returning(Call.id):
        raise NotFound("There is no such call.")
    return await get_call(actor, call_id)


async def open_call_of(actor: Actor, subject_id: UUID) -> Call | None:
    """The one call of a case or visit that goes on."""
    rows = scoped(actor, Call).objects().where(Call.subject_id == subject_id)
    return await rows.where(Call.status.is_in(list(OPEN))).order_by(Call.id, ascending=False).first()


async def calls_of(actor: Actor, subject_id: UUID) -> list[Call]:
    """Of a case or visit, the newest first."""
    return await scoped(actor, Call).objects().where(Call.subject_id == subject_id).order_by(Call.id, ascending=False)


async def recent_calls(actor: Actor, since_at: datetime) -> list[Call]:
    rows = scoped(actor, Call).objects().where(Call.asked_at >= since_at)
    return await rows.order_by(Call.id, ascending=False).limit(LISTED)


async def open_calls(actor: Actor) -> list[Call]:
    return await scoped(actor, Call).objects().where(Call.status.is_in(list(OPEN))).order_by(Call.id)


async def waiting_calls(actor: Actor, pool_ids: Collection[UUID] | None = None) -> list[Call]:
    """Who waits for a specialist, of the pools (of all for None), in no order yet."""
    rows = scoped(actor, Call).objects().where(Call.status.is_in(list(WAITING)))
    rows = rows.where(Call.is_asked_by_specialist.eq(False))
    if pool_ids is not None:
        if not pool_ids:
            return []
        rows = rows.where(Call.pool_id.is_in(list(pool_ids)))
    return await rows.order_by(Call.asked_at)


async def seats_of(actor: Actor, call_id: UUID) -> list[CallSeat]:
    """With those that were taken away."""
    return await scoped(actor, CallSeat).objects().where(CallSeat.call_id == call_id).order_by(CallSeat.id)


async def seats_of_calls(actor: Actor, call_ids: Sequence[UUID]) -> list[CallSeat]:
    if not call_ids:
        return []
    return await scoped(actor, CallSeat).objects().where(CallSeat.call_id.is_in(list(call_ids)))


async def find_seat(actor: Actor, seat_id: UUID) -> CallSeat | None:
    return await scoped(actor, CallSeat).objects().where(CallSeat.id == seat_id).first()


async def find_note(actor: Actor, call_id: UUID) -> CallNote | None:
    """The actor's own."""
    rows = scoped(actor, CallNote).objects().where(CallNote.call_id == call_id)
    return await rows.where(CallNote.author_id == actor.actor_id).first()


async def notes_of(actor: Actor, subject_id: UUID) -> list[CallNote]:
    rows = scoped(actor, CallNote).objects().where(CallNote.subject_id == subject_id)
    return await rows.order_by(CallNote.id)


async def rings_of(actor: Actor, call_id: UUID) -> list[CallRing]:
    return await scoped(actor, CallRing).objects().where(CallRing.call_id == call_id).order_by(CallRing.id)


async def ringing_for(actor: Actor, at: datetime) -> list[CallRing]:
    """Rings that go on within the actor's reach: their own, and those of whichever patient's side."""
    rows = scoped(actor, CallRing).objects().where(CallRing.state == RingState.RINGING, CallRing.until_at > at)
    is_mine = Or(CallRing.person_id.is_null(), CallRing.person_id == actor.actor_id)
    return await rows.where(is_mine).order_by(CallRing.id)


async def messages_after(seat_id: UUID, number: int, most: int) -> list[CallMessage]:
    rows = CallMessage.objects().where(CallMessage.seat_id == seat_id).where(CallMessage.number > number)
    return await rows.order_by(CallMessage.number).limit(most)


async def unheard(seat_id: UUID) -> int:
    """How many messages wait for the seat."""
    rows: list[Any] = await CallMessage.select(CallMessage.id).where(CallMessage.seat_id == seat_id)
    return len(rows)


async def line_of(pool_id: UUID) -> list[Call]:
    """Who waits for the pool, whichever clinic's they are: for counting."""
    rows = Call.objects().where(Call.pool_id == pool_id).where(Call.status.is_in(list(WAITING)))
    return await rows.where(Call.appointment_id.is_null(), Call.is_asked_by_specialist.eq(False))


async def durations_s(pool_id: UUID, since_at: datetime, most: int) -> list[float]:
    """How long the pool's last calls took, the newest first: those in which people did talk."""
    took_place = And(Call.status == Status.ENDED, Call.answered_at >= since_at)
    found = await (
        Call.select(Call.answered_at, Call.ended_at)
        .where(Call.pool_id == pool_id)
        .where(took_place)
        .where(Call.ended_at.is_not_null())
        .order_by(Call.id, ascending=False)
        .limit(most)
    )
    return [(row["ended_at"] - row["answered_at"]).total_seconds() for row in found]


async def serving(pool_id: UUID) -> int:
    """How many specialists of the pool are in calls now."""
    rows = await Call.select(Call.specialist_id).where(Call.pool_id == pool_id, Call.status.is_in(list(TALKING)))
    return len({row["specialist_id"] for row in rows})


async def invitations_of(actor: Actor, call_id: UUID) -> list[CallInvitation]:
    rows = scoped(actor, CallInvitation).objects().where(CallInvitation.call_id == call_id)
    return await rows.order_by(CallInvitation.id)


async def invitation_by_token(token_hash: bytes) -> CallInvitation | None:
    return await CallInvitation.objects().where(CallInvitation.token_hash == token_hash).first()


async def invitation_by_device(device_hash: bytes, call_id: UUID) -> CallInvitation | None:
    rows = CallInvitation.objects().where(CallInvitation.device_hash == device_hash)
    return await rows.where(CallInvitation.call_id == call_id).first()


async def plan_of(pool_id: UUID) -> Plan:
    """As it was set, or the plan that holds until one is."""
    row = await RingPlan.objects().where(RingPlan.pool_id == pool_id).first()
    return Plan(mode=RingMode(row.mode), ring_s=row.ring_s) if row else Plan()


async def shifts_of(pool_id: UUID, ending_after: datetime) -> list[OnCallShift]:
    rows = OnCallShift.objects().where(OnCallShift.pool_id == pool_id).where(OnCallShift.ends_at > ending_after)
    return await rows.order_by(OnCallShift.starts_at, OnCallShift.id)
