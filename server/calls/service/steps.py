"""One step of a call's life: the state table, the compare-and-set, the audit row, the case's timeline, and the bell."""

from typing import Any
from uuid import UUID

from server.calls.bell import tell_after_commit
from server.calls.faults import CallChanged
from server.calls.lifecycle import OPEN, Event, Status, step
from server.calls.tables import Call, CallInvitation, CallMessage, CallRing, CallSeat, RingState
from server.cases import service as cases
from server.contract.call import Presence
from server.core import audit
from server.core.access import Actor
from server.core.platform import now

TOLD_ON_THE_CASE = {
    Event.ANSWER: "call-answered",
    Event.ADMIT: "call-answered",
    Event.DECLINE: "call-declined",
    Event.TIME_OUT: "call-missed",
    Event.CANCEL: "call-cancelled",
    Event.REQUEUE: "call-asked",
    Event.CONNECT: "call-live",
    Event.LOSE: "call-interrupted",
    Event.RESUME: "call-resumed",
    Event.END: "call-ended",
    Event.ABANDON: "call-ended",
    Event.FAIL: "call-failed",
}
"""Ringing is told by what comes of it."""


async def go_on(
    actor: Actor, call: Call, event: Event, tag: str, changes: dict[Any, Any] | None = None, *, reason: str = ""
) -> None:
    """Move the call on inside the caller's transaction; CallChanged when somebody else was first.

    `reason` is a code. With its last step the call leaves nothing behind but who was in it, when and why.
    """
    following, at = step(actor, Status(call.status), event), now()
    is_over = following not in OPEN
    values: dict[Any, Any] = {
        Call.status: following,
        Call.version: call.version + 1,
        Call.revision: Call.revision + 1,
        Call.changed_at: at,
        Call.ended_at: at if is_over else None,
        Call.ended_because: reason if is_over else "",
        **(changes or {}),
    }
    moved = await Call.update(values).where(Call.id == call.id, Call.version == call.version).returning(Call.id)
    if not moved:
        raise CallChanged
    for column, value in values.items():
        if column is not Call.revision:
            setattr(call, column._meta.name, value)
    await record(actor, call, tag, {"status": following, **({"reason": reason} if reason else {})})
    if event in TOLD_ON_THE_CASE:
        await note(actor, call, TOLD_ON_THE_CASE[event])
    if following is Status.JOINING:
        await _let_in(call.id)
    if is_over:
        await _clear(call.id)
    tell_after_commit(call.id)


async def record(actor: Actor, call: Call, tag: str, detail: dict[str, str | int] | None = None) -> None:
    await audit.record(
        actor,
        tag,
        subject_id=call.id,
        patient_id=call.patient_id,
        organisation_id=call.organisation_id,
        detail=detail,
    )


async def note(actor: Actor, call: Call, event: str) -> None:
    """A line of the case's timeline, if the call came from one."""
    if call.care_case_id:
        await cases.note_visit(actor, call.organisation_id, call.care_case_id, event)


async def touch(call_id: UUID) -> None:
    """Something has changed that every end should see."""
    await Call.update({Call.revision: Call.revision + 1}).where(Call.id == call_id)
    tell_after_commit(call_id)


async def _let_in(call_id: UUID) -> None:
    """Somebody has answered: whoever waited, and needs no host's yes, is in the call."""
    is_own = (CallSeat.call_id == call_id) & CallSeat.admitted_at.is_not_null()
    waits = is_own & (CallSeat.presence == Presence.WAITING)
    await CallSeat.update({CallSeat.presence: Presence.PRESENT}).where(waits)


async def _clear(call_id: UUID) -> None:
    """Nobody is rung any more, no link opens anything, and what the ends said to each other is gone."""
    is_rung = (CallRing.call_id == call_id) & (CallRing.state == RingState.RINGING)
    await CallRing.update({CallRing.state: RingState.WITHDRAWN}).where(is_rung)
    is_open = (CallInvitation.call_id == call_id) & (CallInvitation.expires_at > now())
    await CallInvitation.update({CallInvitation.expires_at: now()}).where(is_open)
    await CallMessage.delete().where(CallMessage.call_id == call_id)
