"""Rings whoever is wanted: the patient, one specialist, or a pool in parallel, in order or by its on-call roster."""

from datetime import timedelta
from uuid import UUID

from server.calls import queries
from server.calls.jobs import EndRinging
from server.calls.lifecycle import Event, Status
from server.calls.schemas import Plan, RingMode
from server.calls.service.steps import go_on
from server.calls.tables import Call, CallRing, RingState
from server.cases import service as cases
from server.core.access import Actor, system_actor
from server.core.db import transaction, working_for
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients

PATIENT_RINGS = timedelta(minutes=3)
"""A message has to arrive and be read, and a phone be found."""
READER_RINGS = timedelta(seconds=90)
"""One specialist who is wanted, and may be at another page."""


async def ring_patient(actor: Actor, call: Call) -> None:
    """Ring the patient's side, on their open pages and by a message."""
    await _ring(actor, call, [None], PATIENT_RINGS)
    owner = system_actor(call.organisation_id)
    with working_for(owner):
        await patients.notify(
            owner,
            call.patient_id,
            "call-ringing",
            call.id,
            page=f"/calls/{call.id}",
            once_key=f"call:{call.id}:{call.version}",
            expires_at=now() + PATIENT_RINGS,
        )


async def ring_specialist(actor: Actor, call: Call, person_id: UUID) -> None:
    await _ring(actor, call, [person_id], READER_RINGS)
    await _tell_specialists(call, [person_id], READER_RINGS)


async def ring_pool(actor: Actor, call: Call) -> bool:
    """Ring the next of the pool by its plan; False where nobody is left, or nobody may practise there."""
    if call.pool_id is None:
        return False
    plan = await queries.plan_of(call.pool_id)
    wanted = await _next_of(call, call.pool_id, plan)
    if not wanted:
        return False
    lasts = timedelta(seconds=plan.ring_s)
    await _ring(actor, call, wanted, lasts)
    await _tell_specialists(call, wanted, lasts)
    return True


async def end_ringing(organisation_id: UUID, call_id: UUID) -> None:
    """A stretch of ringing is over: the next one is rung, or the call was missed. Again, it changes nothing."""
    actor = system_actor(organisation_id)
    async with transaction():
        call = await queries.find_call(actor, call_id)
        if call is None or call.status != Status.RINGING:
            return
        call = await queries.hold_call(actor, call_id)
        rung = [row for row in await queries.rings_of(actor, call_id) if row.state == RingState.RINGING]
        if call.status != Status.RINGING or any(row.until_at > now() for row in rung):
            return
        over = (CallRing.call_id == call_id) & (CallRing.state == RingState.RINGING)
        await CallRing.update({CallRing.state: RingState.SILENT}).where(over)
        await ring_on(actor, call, Event.TIME_OUT, "call:missed", "nobody-answered")


async def ring_on(actor: Actor, call: Call, otherwise: Event, tag: str, reason: str) -> None:
    """Ring the next of the pool, or where there is none let the call end by `otherwise`."""
    system = system_actor(call.organisation_id)
    is_for_pool = call.specialist_id is None and not call.is_asked_by_specialist
    if not is_for_pool or not await ring_pool(system, call):
        await go_on(actor, call, otherwise, tag, reason=reason)


async def _next_of(call: Call, pool_id: UUID, plan: Plan) -> list[UUID]:
    members = await cases.readers_in_order(pool_id, call.region)
    rung = {row.person_id for row in await queries.rings_of(system_actor(call.organisation_id), call.id)}
    left = [member for member in members if member not in rung]
    match plan.mode:
        case RingMode.IN_ORDER:
            return left[:1]
        case RingMode.ON_CALL:
            shifts = await queries.shifts_of(pool_id, now())
            on_call = {shift.person_id for shift in shifts if shift.starts_at <= now()}
            return [member for member in left if member in on_call]
        case _:
            return left


async def _ring(actor: Actor, call: Call, wanted: list[UUID | None] | list[UUID], lasts: timedelta) -> None:
    until_at = now() + lasts
    await go_on(actor, call, Event.RING, "call:rung")
    for person_id in wanted:
        await CallRing(
            id=new_id(),
            recorded_at=now(),
            organisation_id=call.organisation_id,
            call_id=call.id,
            subject_id=call.subject_id,
            patient_id=call.patient_id,
            person_id=person_id,
            until_at=until_at,
        ).save()
    await enqueue(EndRinging(organisation_id=call.organisation_id, call_id=call.id), due_at=until_at)


async def _tell_specialists(call: Call, person_ids: list[UUID], lasts: timedelta) -> None:
    """By a message too: who is rung may have no page open."""
    for person_id in person_ids:
        once_key = f"call:{call.id}:{call.version}:{person_id}"
        await identity.tell_person(
            person_id, "call-ringing", f"/calls/{call.id}", once_key=once_key, expires_at=now() + lasts
        )
