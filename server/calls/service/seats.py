"""Places in a call: who may sit where, who sits there now, and what the others see of it."""

from typing import Any
from uuid import UUID, uuid5

from server.calls import queries
from server.calls.faults import CallFull, NotYourCall
from server.calls.lifecycle import OPEN, TALKING, Event, Status
from server.calls.schemas import Caller, Look
from server.calls.service.answering import is_there
from server.calls.service.asking import is_of, require_consent, require_licence, require_own_kiosk
from server.calls.service.steps import go_on, record, touch
from server.calls.tables import Call, CallMessage, CallSeat
from server.contract.call import MAX_SEATS, Presence, Seat, SeatRole
from server.core import vault
from server.core.access import Action, Actor, ActorKind, Role, authorize, system_actor
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients

ENOUGH_TO_TALK = 2


async def enter(caller: Caller, call_id: UUID) -> CallSeat:
    """The caller's seat, made on first entering. The licence and the consent are asked for again.

    NotFound when the call is not theirs to see, NotYourCall when they have no place in it, CallFull.
    """
    actor = caller.actor
    if caller.guest_seat_id is not None:
        return await _guest_seat(actor, call_id, caller.guest_seat_id)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        seat_id = await place_of(actor, call)
        seats = {seat.id: seat for seat in await queries.seats_of(actor, call_id) if seat.removed_at is None}
        if seat_id not in seats:
            if len(seats) >= MAX_SEATS:
                raise CallFull
            return await add_seat(actor, call, _role_of(actor), seat_id=seat_id, person_id=actor.actor_id)
        mine = seats[seat_id]
        if mine.person_id != actor.actor_id:
            await CallSeat.update({CallSeat.person_id: actor.actor_id}).where(CallSeat.id == mine.id)
            mine.person_id = actor.actor_id
        return mine


async def place_of(actor: Actor, call: Call) -> UUID:
    """The id of the actor's seat, whether or not they have sat down; refusals as of `enter`, and nothing changes.

    Whoever of the patient's side comes takes the patient's seat; a kiosk and a phone are two places.
    """
    authorize(actor, Action.CALL_JOIN)
    await require_own_kiosk(actor, call)
    if not is_of(actor, call):
        raise NotYourCall
    if call.status in OPEN:
        await _require_ready(actor, call)
    sitter = "" if actor.is_patient else actor.actor_id.hex
    return uuid5(call.id, f"{_role_of(actor)}:{sitter}")


async def add_seat(
    actor: Actor,
    call: Call,
    role: SeatRole,
    *,
    seat_id: UUID | None = None,
    person_id: UUID | None = None,
    invitation_id: UUID | None = None,
    language: str = "",
    name: str = "",
) -> CallSeat:
    """Inside the caller's transaction; a guest's `name` is sealed."""
    seat = CallSeat(
        id=seat_id or new_id(),
        recorded_at=now(),
        organisation_id=call.organisation_id,
        call_id=call.id,
        subject_id=call.subject_id,
        patient_id=call.patient_id,
        role=role,
        person_id=person_id,
        invitation_id=invitation_id,
        is_kiosk=actor.kind is ActorKind.DEVICE,
        language=language or actor.language,
        presence=Presence.EXPECTED,
        admitted_at=None if invitation_id else now(),
    )
    if name:
        key = await vault.directory_key(call.organisation_id)
        seat.sealed_name = key.seal(_name_of(seat), name.encode())  # pyright: ignore[reportAttributeAccessIssue]
    await seat.save()
    await touch(call.id)
    return seat


async def sit_down(seat: CallSeat, session_id: UUID, language: str | None = None) -> None:
    """A session takes the seat over from whichever had it; what was said to that one is not for this one."""
    async with transaction():
        call = await queries.hold_call(system_actor(seat.organisation_id), seat.call_id)
        before = await CallSeat.select(CallSeat.session_id).where(CallSeat.id == seat.id).first()
        values: dict[Any, Any] = {
            CallSeat.presence: _presence(call, seat),
            CallSeat.seen_at: now(),
            CallSeat.joined_at: seat.joined_at or now(),
            CallSeat.left_at: None,
            CallSeat.language: language or seat.language,
        }
        if before is None or before["session_id"] != session_id:
            await CallMessage.delete().where(CallMessage.seat_id == seat.id)
            values |= {CallSeat.session_id: session_id, CallSeat.said_number: 0}
        await CallSeat.update(values).where(CallSeat.id == seat.id)
        await touch(seat.call_id)


async def stay(seat: CallSeat, session_id: UUID, *, is_live: bool) -> None:
    """The end is alive; the first that says media flow makes the call live, also after an interruption."""
    system = system_actor(seat.organisation_id)
    async with transaction():
        call = await queries.hold_call(system, seat.call_id)
        mine = (CallSeat.id == seat.id) & (CallSeat.session_id == session_id)
        rows = await CallSeat.update({CallSeat.seen_at: now()}).where(mine).returning(CallSeat.presence)
        if not rows or rows[0]["presence"] != Presence.PRESENT or not is_live:
            return
        if call.status == Status.JOINING:
            await go_on(system, call, Event.CONNECT, "call:connected")
        elif call.status == Status.INTERRUPTED and await _are_enough(system, call):
            await go_on(system, call, Event.RESUME, "call:resumed")


async def get_up(seat: CallSeat, session_id: UUID, *, on_purpose: bool) -> None:
    """The session is gone. The seat is kept; the call is interrupted when fewer than two are left in it.

    Written by the clinic: whoever may not see the call any more leaves it too.
    """
    system = system_actor(seat.organisation_id)
    with working_for(system):
        await _get_up(system, seat, session_id, on_purpose=on_purpose)


async def _get_up(system: Actor, seat: CallSeat, session_id: UUID, *, on_purpose: bool) -> None:
    gone = Presence.LEFT if on_purpose else Presence.INTERRUPTED
    values: dict[Any, Any] = {CallSeat.presence: gone, CallSeat.left_at: now() if on_purpose else None}
    async with transaction():
        call = await queries.hold_call(system, seat.call_id)
        is_there_yet = CallSeat.presence.is_in([Presence.WAITING, Presence.PRESENT])
        mine = (CallSeat.id == seat.id) & (CallSeat.session_id == session_id)
        if not await CallSeat.update(values).where(mine & is_there_yet).returning(CallSeat.id):
            return
        if call.status == Status.LIVE and not await _are_enough(system, call):
            await go_on(system, call, Event.LOSE, "call:interrupted")
        else:
            await touch(call.id)


async def admit(actor: Actor, call_id: UUID, seat_id: UUID) -> None:
    """The host lets a guest in."""
    async with transaction():
        call, seat = await _hosted(actor, call_id, seat_id)
        if seat.admitted_at is not None:
            return
        values: dict[Any, Any] = {CallSeat.admitted_at: now()}
        if seat.presence == Presence.WAITING:
            values[CallSeat.presence] = Presence.PRESENT
        await CallSeat.update(values).where(CallSeat.id == seat_id)
        await record(actor, call, "call:guest-admitted", {"seat": str(seat_id)})
        await touch(call_id)


async def remove(actor: Actor, call_id: UUID, seat_id: UUID) -> None:
    """The host takes a guest's place away; their socket ends."""
    async with transaction():
        call, seat = await _hosted(actor, call_id, seat_id)
        if seat.removed_at is not None:
            return
        values: dict[Any, Any] = {CallSeat.removed_at: now(), CallSeat.presence: Presence.LEFT}
        await CallSeat.update(values).where(CallSeat.id == seat_id)
        await record(actor, call, "call:guest-removed", {"seat": str(seat_id)})
        await touch(call_id)


async def look(seat_id: UUID) -> Look | None:
    """How the call and the seat stand; None when there is no such seat within reach any more."""
    seat = await CallSeat.objects().where(CallSeat.id == seat_id).first()
    if seat is None:
        return None
    call = await Call.select(Call.status, Call.revision).where(Call.id == seat.call_id).first()
    if call is None:
        return None
    return Look(
        status=call["status"],
        revision=call["revision"],
        last_number=seat.last_number,
        session_id=seat.session_id,
        is_admitted=seat.admitted_at is not None and call["status"] in TALKING,
        is_removed=seat.removed_at is not None,
    )


async def seats_shown(actor: Actor, call_id: UUID) -> list[Seat]:
    """Who has a place in the call, as the others read it."""
    rows = [row for row in await queries.seats_of(actor, call_id) if row.removed_at is None]
    names = await _names(rows)
    return [
        Seat(
            seat_id=row.id,
            role=SeatRole(row.role),
            name=names[row.id],
            language=row.language,
            presence=Presence(row.presence),
            is_kiosk=row.is_kiosk,
            session_id=row.session_id,
        )
        for row in rows
    ]


async def lose_silent(call: Call) -> None:
    """Ends that were silent for long are interrupted, if no process was there to notice."""
    system = system_actor(call.organisation_id)
    for seat in await queries.seats_of(system, call.id):
        if seat.presence in {Presence.WAITING, Presence.PRESENT} and not is_there(seat) and seat.session_id:
            await get_up(seat, seat.session_id, on_purpose=False)


async def _guest_seat(actor: Actor, call_id: UUID, seat_id: UUID) -> CallSeat:
    seat = await queries.find_seat(actor, seat_id)
    if seat is None or seat.call_id != call_id:
        raise NotFound("There is no such call.")
    return seat


def _role_of(actor: Actor) -> SeatRole:
    if actor.kind is ActorKind.DEVICE or actor.is_patient:
        return SeatRole.PATIENT
    return SeatRole.SPECIALIST if actor.has(Role.SPECIALIST) else SeatRole.CLINIC_WORKER


async def _require_ready(actor: Actor, call: Call) -> None:
    if actor.has(Role.SPECIALIST):
        await require_licence(actor, call.region)
    else:
        await require_consent(actor, call.patient_id)


async def _are_enough(actor: Actor, call: Call) -> bool:
    seats = await queries.seats_of(actor, call.id)
    return sum(seat.presence == Presence.PRESENT and is_there(seat) for seat in seats) >= ENOUGH_TO_TALK


def _presence(call: Call, seat: CallSeat) -> Presence:
    is_in = call.status in TALKING and seat.admitted_at is not None
    return Presence.PRESENT if is_in else Presence.WAITING


async def _hosted(actor: Actor, call_id: UUID, seat_id: UUID) -> tuple[Call, CallSeat]:
    """The call and one of its guests' seats, if the actor is its host."""
    authorize(actor, Action.CALL_HOST)
    call = await queries.hold_call(actor, call_id)
    if not is_of(actor, call):
        raise NotYourCall
    seat = await queries.find_seat(actor, seat_id)
    if seat is None or seat.call_id != call_id or seat.invitation_id is None:
        raise NotFound("There is no such guest.")
    return call, seat


async def _names(rows: list[CallSeat]) -> dict[UUID, str]:
    """By seat: of an account, of the patient who stands at a kiosk, or as the guest typed it."""
    people = await identity.person_names({row.person_id for row in rows if row.person_id and not row.is_kiosk})
    names = {row.id: people.get(row.person_id, "") for row in rows if row.person_id}
    kiosks = [row for row in rows if row.is_kiosk]
    if kiosks:
        owner = system_actor(kiosks[0].organisation_id)
        patient = await patients.names_of(owner, [kiosks[0].patient_id])
        names |= {row.id: patient.get(row.patient_id, "") for row in kiosks}
    for row in rows:
        if row.sealed_name is not None:
            key = await vault.directory_key(row.organisation_id)
            names[row.id] = key.open(_name_of(row), row.sealed_name).decode()
    return {row.id: names.get(row.id, "") for row in rows}


def _name_of(seat: CallSeat) -> str:
    return f"call_seat/{seat.id}/sealed_name"
