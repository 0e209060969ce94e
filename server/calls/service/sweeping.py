"""Ends what nobody waits for any more; every process may die, and this still comes."""

from datetime import timedelta
from uuid import UUID

from piccolo.columns.combination import And

from server.calls import queries
from server.calls.lifecycle import Event, Status
from server.calls.service.ringing import end_ringing
from server.calls.service.seats import lose_silent
from server.calls.service.steps import go_on
from server.calls.tables import Call, CallInvitation, CallRing
from server.core.access import system_actor
from server.core.db import transaction
from server.core.platform import now

WAITED = timedelta(hours=4)
CONNECTING = timedelta(minutes=10)
LOST = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)


async def sweep(organisation_id: UUID) -> None:
    """Of one organisation's calls; each in its own transaction, and again it changes nothing."""
    system = system_actor(organisation_id)
    for call in await queries.open_calls(system):
        await lose_silent(call)
        await end_ringing(organisation_id, call.id)
        await _end_overdue(call)
    await _forget(organisation_id)


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
        stood = now() - held.changed_at
        if held.status == Status.ASKED and stood >= WAITED:
            await go_on(system, held, Event.TIME_OUT, "call:missed", reason="waited-too-long")
        elif held.status == Status.JOINING and stood >= CONNECTING:
            await go_on(system, held, Event.FAIL, "call:failed", reason="never-connected")
        elif held.status == Status.INTERRUPTED and stood >= LOST:
            await go_on(system, held, Event.ABANDON, "call:ended", reason="lost")


async def _forget(organisation_id: UUID) -> None:
    """Who was rung and which links were made is of no use afterwards; the audit trail has what was done."""
    long_ago = now() - KEPT_FOR
    rings = And(CallRing.organisation_id == organisation_id, CallRing.until_at < long_ago)
    await CallRing.delete().where(rings)
    links = And(CallInvitation.organisation_id == organisation_id, CallInvitation.expires_at < long_ago)
    await CallInvitation.delete().where(links)
