"""Calls as pages and kiosks read them: one, those that ring, those of a case, and how one stands."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from server.calls import queries
from server.calls.service.asking import require_own_kiosk
from server.calls.service.seats import place_of
from server.calls.service.waiting import standing_of, walk_ins
from server.calls.tables import Call, CallRing, RingState
from server.cases import service as cases
from server.contract.call import CallCard, RingingCall
from server.core.access import Action, Actor, authorize
from server.core.platform import now
from server.identity import service as identity

LISTED_FOR = timedelta(days=7)


async def get_call(actor: Actor, call_id: UUID) -> Call:
    """NotFound when it is not the actor's to see."""
    authorize(actor, Action.CALL_JOIN)
    call = await queries.get_call(actor, call_id)
    await require_own_kiosk(actor, call)
    return call


async def card_of(actor: Actor, call_id: UUID) -> CallCard:
    """How the call stands, for whoever has a place in it."""
    call = await get_call(actor, call_id)
    seat_id = await place_of(actor, call)
    standing = await standing_of(call)
    rung = [row for row in await queries.rings_of(actor, call_id) if row.state == RingState.RINGING]
    names = await identity.person_names({call.specialist_id} if call.specialist_id else set())
    return CallCard(
        call_id=call.id,
        case_id=call.care_case_id,
        seat_id=seat_id,
        status=call.status,  # pyright: ignore[reportArgumentType]  # a Status
        specialist=names.get(call.specialist_id, "") if call.specialist_id else "",
        rung=len([row for row in rung if row.person_id is not None]),
        rings_for_s=max((_seconds_to(row.until_at) for row in rung), default=0),
        ahead=standing.ahead if standing else None,
        low_min=standing.low_min if standing else None,
        high_min=standing.high_min if standing else None,
    )


async def calls_of_case(actor: Actor, case_id: UUID) -> list[Call]:
    """The newest first; also for those who may read the case and not join."""
    authorize(actor, Action.CASE_READ)
    return await queries.calls_of(actor, case_id)


async def open_call_of(actor: Actor, subject_id: UUID) -> Call | None:
    """Of a case or an appointment."""
    authorize(actor, Action.CASE_READ)
    return await queries.open_call_of(actor, subject_id)


async def ringing(actor: Actor) -> list[Call]:
    """What rings for the actor now, the oldest first."""
    authorize(actor, Action.CALL_JOIN)
    found = [await queries.find_call(actor, row.call_id) for row in await _heard_by(actor)]
    return [call for call in found if call is not None]


async def ringing_cards(actor: Actor) -> list[RingingCall]:
    """As `ringing`, of the calls about a case, for a kiosk's screen."""
    calls = {call.id: call for call in await ringing(actor) if call.care_case_id}
    names = await identity.person_names({call.specialist_id for call in calls.values() if call.specialist_id})
    until = {row.call_id: row.until_at for row in await _heard_by(actor)}
    return [
        RingingCall(
            call_id=call.id,
            case_id=call.care_case_id,
            specialist=names.get(call.specialist_id, ""),
            rings_for_s=_seconds_to(until[call.id]),
        )
        for call in calls.values()
        if call.id in until
    ]


async def current_calls(actor: Actor) -> list[Call]:
    """Those of the last days that the actor may see, the newest first."""
    authorize(actor, Action.CALL_JOIN)
    return await queries.recent_calls(actor, now() - LISTED_FOR)


async def ringing_marker(actor: Actor) -> str:
    """Changes with what rings for the actor."""
    return _mark(str(row.id) for row in await _heard_by(actor))


async def call_marker(actor: Actor, call_id: UUID) -> str:
    """Changes with the call's steps and seats; NotFound when it is not the actor's to see."""
    call = await queries.get_call(actor, call_id)
    return _mark([f"{call.revision}"])


async def calls_marker(actor: Actor) -> str:
    """Changes with the steps and seats of whatever `current_calls` lists."""
    return _mark(f"{call.id} {call.revision}" for call in await current_calls(actor))


async def walk_ins_marker(actor: Actor) -> str:
    """Changes with who waits, in which place, and whether they are there."""
    return _mark(f"{row.call_id} {row.ahead} {row.status} {row.is_there}" for row in await walk_ins(actor))


async def _heard_by(actor: Actor) -> list[CallRing]:
    """The actor's own rings. The patient's side is the patient, and the kiosk or worker that brought the case in."""
    rows = await queries.ringing_for(actor, now())
    if actor.is_patient:
        return [row for row in rows if row.person_id is None]
    brought_in = await cases.brought_in_by(actor, [row.subject_id for row in rows if row.person_id is None])
    return [row for row in rows if row.person_id == actor.actor_id or row.subject_id in brought_in]


def _seconds_to(until_at: datetime) -> int:
    return max(0, round((until_at - now()).total_seconds()))


def _mark(parts: Iterable[str]) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
