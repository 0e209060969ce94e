"""Ends what nobody waits for any more; every process may die, and this still comes."""

from datetime import timedelta
from uuid import UUID

from server.calls import queries
from server.calls.lifecycle import Event, Status
from server.calls.service.ringing import end_ringing
from server.calls.service.seats import lose_silent
from server.calls.service.steps import go_on
from server.calls.tables import Call
from server.core.access import system_actor
from server.core.db import transaction
from server.core.platform import now

ENDS: dict[Status, tuple[timedelta, Event, str, str]] = {
    Status.ASKED: (timedelta(hours=4), Event.TIME_OUT, "call:missed", "waited-too-long"),
    Status.JOINING: (timedelta(minutes=10), Event.FAIL, "call:failed", "never-connected"),
    Status.INTERRUPTED: (timedelta(minutes=10), Event.ABANDON, "call:ended", "lost"),
}
"""How long a call may stand so, and what becomes of it then."""


async def sweep(organisation_id: UUID) -> None:
    """Of one organisation's calls; each in its own transaction, and again it changes nothing."""
    system = system_actor(organisation_id)
    for call in await queries.open_calls(system):
        await lose_silent(call)
        await end_ringing(organisation_id, call.id)
        await _end_overdue(call)


async def end_erased(organisation_id: UUID, patient_id: UUID) -> None:
    """The patient's record has been erased: nothing of theirs goes on."""
    system = system_actor(organisation_id)
    by_status = {Status.ASKED: Event.CANCEL, Status.RINGING: Event.CANCEL, Status.JOINING: Event.END}
    for call in await queries.open_calls(system):
        if call.patient_id == patient_id:
            async with transaction():
                held = await queries.hold_call(system, call.id)
                event = by_status.get(Status(held.status), Event.END)
                await go_on(system, held, event, "call:ended", reason="record-erased")


async def _end_overdue(call: Call) -> None:
    system = system_actor(call.organisation_id)
    async with transaction():
        held = await queries.hold_call(system, call.id)
        overdue = ENDS.get(Status(held.status))
        if overdue is None:
            return
        lasts, event, tag, reason = overdue
        if held.changed_at + lasts <= now():
            await go_on(system, held, event, tag, reason=reason)
