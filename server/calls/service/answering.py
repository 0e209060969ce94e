"""Answering, declining, giving up and ending; of several who answer, one wins."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from piccolo.columns.combination import And

from server.calls import queries
from server.calls.faults import AnsweredElsewhere, NotYourCall
from server.calls.lifecycle import TALKING, Event, Status
from server.calls.service.asking import give_consent, is_of, require_consent, require_licence, require_own_kiosk
from server.calls.service.ringing import ring_on, ring_patient
from server.calls.service.steps import go_on
from server.calls.tables import Call, CallRing, CallSeat, RingState
from server.cases import service as cases
from server.contract.call import ALIVE_EVERY_S, Presence, SeatRole
from server.contract.case import ConsentGiven
from server.core.access import Action, Actor, Role, authorize
from server.core.db import transaction
from server.core.platform import now
from server.scheduling import service as scheduling

SILENT_AFTER = timedelta(seconds=3 * ALIVE_EVERY_S)


async def answer(actor: Actor, call_id: UUID, consent: ConsentGiven | None = None) -> Call:
    """Take the call; AnsweredElsewhere when somebody else was first, and again by the winner it changes nothing.

    A specialist must be licensed for the patient's place today, and reads the case from now on if nobody did.
    """
    authorize(actor, Action.CALL_JOIN)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        await require_own_kiosk(actor, call)
        rung = await _rung(actor, call)
        if call.status in TALKING:
            if is_of(actor, call):
                return call
            raise AnsweredElsewhere
        if rung is None and not await _may_take(actor, call):
            raise NotYourCall
        await _require_ready(actor, call, consent)
        by_specialist = actor.has(Role.SPECIALIST)
        changes: dict[Any, Any] = {Call.answered_at: now()}
        if by_specialist:
            changes[Call.specialist_id] = actor.actor_id
        await go_on(actor, call, Event.ANSWER, "call:answered", changes)
        await _settle(call, rung)
        if by_specialist:
            await _read_case(actor, call)
        return call


async def take(actor: Actor, call_id: UUID) -> Call:
    """A specialist calls the next out of the waiting room: who is there comes in, who waits at home is rung."""
    authorize(actor, Action.CALL_JOIN)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        if call.status != Status.ASKED:
            return await answer(actor, call_id)
        if not await _may_take(actor, call):
            raise NotYourCall
        await _require_ready(actor, call, None)
        changes: dict[Any, Any] = {Call.specialist_id: actor.actor_id}
        if await is_patient_there(actor, call):
            await go_on(actor, call, Event.ADMIT, "call:answered", {**changes, Call.answered_at: now()})
        else:
            await Call.update(changes).where(Call.id == call.id)
            call.specialist_id = actor.actor_id
            await ring_patient(actor, call)
        await _read_case(actor, call)
        return call


async def decline(actor: Actor, call_id: UUID) -> Call:
    """Not now: the next of the pool is rung, and where nobody is left the other side hears of it."""
    authorize(actor, Action.CALL_JOIN)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        await require_own_kiosk(actor, call)
        rung = await _rung(actor, call)
        if rung is None:
            return call
        await CallRing.update({CallRing.state: RingState.DECLINED}).where(CallRing.id == rung.id)
        rows = await queries.rings_of(actor, call_id)
        if not any(row.state == RingState.RINGING for row in rows):
            await ring_on(actor, call, Event.DECLINE, "call:declined", "declined")
        return call


async def cancel(actor: Actor, call_id: UUID) -> Call:
    """Whoever asked, or the clinic's coordinator, wants nobody any more."""
    authorize(actor, Action.WALK_INS_READ if actor.has(Role.COORDINATOR) else Action.CALL_ASK)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        await require_own_kiosk(actor, call)
        if not actor.has(Role.COORDINATOR) and not is_of(actor, call):
            raise NotYourCall
        await go_on(actor, call, Event.CANCEL, "call:cancelled", reason="not-wanted")
        return call


async def end(actor: Actor, call_id: UUID, reason: str = "hung-up") -> Call:
    """Hang up for all; a call that is over already stays as it was."""
    authorize(actor, Action.CALL_JOIN)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        await require_own_kiosk(actor, call)
        if not is_of(actor, call):
            raise NotYourCall
        if call.status in TALKING:
            await go_on(actor, call, Event.END, "call:ended", reason=reason)
        return call


async def is_patient_there(actor: Actor, call: Call) -> bool:
    """Whether somebody of the patient's side has the waiting room open now."""
    seats = await queries.seats_of(actor, call.id)
    return any(is_there(seat) and seat.role in {SeatRole.PATIENT, SeatRole.CLINIC_WORKER} for seat in seats)


def is_there(seat: CallSeat) -> bool:
    is_in = seat.presence in {Presence.WAITING, Presence.PRESENT} and seat.removed_at is None
    return is_in and seat.seen_at is not None and seat.seen_at > now() - SILENT_AFTER


async def _rung(actor: Actor, call: Call) -> CallRing | None:
    """The ring that this actor hears."""
    on_patients_side = not actor.has(Role.SPECIALIST) and is_of(actor, call)
    rows = [row for row in await queries.rings_of(actor, call.id) if row.state == RingState.RINGING]
    wanted = None if on_patients_side else actor.actor_id
    return next((row for row in rows if row.person_id == wanted), None)


async def _may_take(actor: Actor, call: Call) -> bool:
    """A reader of the pool for whom nobody in particular is wanted, or the one who is."""
    if not actor.has(Role.SPECIALIST) or call.is_asked_by_specialist:
        return False
    if call.specialist_id is not None:
        return call.specialist_id == actor.actor_id
    return call.pool_id is not None and await cases.reads_for(actor, call.pool_id)


async def _require_ready(actor: Actor, call: Call, consent: ConsentGiven | None) -> None:
    if call.appointment_id is not None:
        await scheduling.check_joining(actor, call.appointment_id)
    elif actor.has(Role.SPECIALIST):
        await require_licence(actor, call.region)
    if not actor.has(Role.SPECIALIST):
        if consent is not None:
            await give_consent(actor, call.patient_id, consent)
        await require_consent(actor, call.patient_id)


async def _settle(call: Call, rung: CallRing | None) -> None:
    """One has answered, nobody else is rung any more."""
    if rung is not None:
        await CallRing.update({CallRing.state: RingState.ANSWERED}).where(CallRing.id == rung.id)
    others = And(CallRing.call_id == call.id, CallRing.state == RingState.RINGING)
    await CallRing.update({CallRing.state: RingState.WITHDRAWN}).where(others)


async def _read_case(actor: Actor, call: Call) -> None:
    """Claim the case, so that the answer can be written beside the picture; one that cannot be claimed stays as it is.

    Its deadline runs on: a call stops no clock.
    """
    if call.care_case_id is None or call.appointment_id is not None:
        return
    case = await cases.case_to_call(actor, call.care_case_id)
    if case.is_waiting and case.pool_id is not None and await cases.reads_for(actor, case.pool_id):
        await cases.claim_case(actor, call.care_case_id)
