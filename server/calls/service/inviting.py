"""Single-use links into a call: made by the host, shown by opening, redeemed by pressing, bound to the device."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from piccolo.columns.combination import And

from server.calls import queries
from server.calls.faults import CallFull, CodeWrong, LinkRanOut, LinkRevoked, LinkUsed, NotYourCall
from server.calls.lifecycle import OPEN
from server.calls.schemas import Caller, GuestPass, InvitationCard, NewInvitation
from server.calls.service.asking import is_of
from server.calls.service.seats import add_seat
from server.calls.service.steps import record, touch
from server.calls.tables import Call, CallInvitation, CallSeat
from server.contract.call import MAX_SEATS, Presence, SeatRole
from server.core.access import Action, Actor, ActorKind, authorize, system_actor
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.ids import new_id, new_token
from server.core.platform import now
from server.identity import service as identity

LINK_LASTS = timedelta(minutes=30)
MOST_TRIES = 5
"""Wrong codes after which a link is void: a guess of one in 200,000."""
LINKS_PER_NETWORK = identity.Limit(name="call-link", burst=30, every_s=10)
INVITED = (SeatRole.INTERPRETER, SeatRole.GUEST)


async def invite(actor: Actor, call_id: UUID, role: SeatRole, language: str) -> NewInvitation:
    """A link for one third party, and the code that the host tells them on another way, such as the telephone."""
    authorize(actor, Action.CALL_HOST)
    token, code = new_token(), f"{secrets.randbelow(10**6):06}"
    async with transaction():
        call = await _hosted(actor, call_id)
        seats = [seat for seat in await queries.seats_of(actor, call_id) if seat.removed_at is None]
        if len(seats) >= MAX_SEATS or call.status not in OPEN:
            raise CallFull
        row = CallInvitation(
            id=new_id(),
            recorded_at=now(),
            organisation_id=call.organisation_id,
            call_id=call_id,
            subject_id=call.subject_id,
            patient_id=call.patient_id,
            made_by=actor.actor_id,
            role=role,
            language=language,
            token_hash=_hash(token),
            expires_at=now() + LINK_LASTS,
        )
        row.code_hash = _code_hash(row.id, code)  # pyright: ignore[reportAttributeAccessIssue]
        await row.save()
        await record(actor, call, "call:guest-invited", {"role": role})
    return NewInvitation(path=f"/call-link/{token}", code=code, expires_at=row.expires_at)


async def invitations(actor: Actor, call_id: UUID) -> list[InvitationCard]:
    authorize(actor, Action.CALL_HOST)
    return [
        InvitationCard(invitation_id=row.id, role=SeatRole(row.role), expires_at=row.expires_at, state=_state_of(row))
        for row in await queries.invitations_of(actor, call_id)
    ]


async def revoke(actor: Actor, call_id: UUID, invitation_id: UUID) -> None:
    """The link opens nothing any more, and whoever came in by it is out."""
    authorize(actor, Action.CALL_HOST)
    async with transaction():
        call = await _hosted(actor, call_id)
        rows = [row for row in await queries.invitations_of(actor, call_id) if row.id == invitation_id]
        if not rows:
            raise NotFound("There is no such invitation.")
        is_it = And(CallInvitation.id == invitation_id, CallInvitation.revoked_at.is_null())
        if (
            not await CallInvitation.update({CallInvitation.revoked_at: now()})
            .where(is_it)
            .returning(CallInvitation.id)
        ):
            return
        gone: dict[Any, Any] = {CallSeat.removed_at: now(), CallSeat.presence: Presence.LEFT}
        await CallSeat.update(gone).where(CallSeat.invitation_id == invitation_id)
        await record(actor, call, "call:guest-revoked")
        await touch(call_id)


async def link_of(token: str) -> CallInvitation:
    """The invitation of a link, in whatever state; nothing changes. NotFound for what we never made."""
    row = await queries.invitation_by_token(_hash(token))
    if row is None:
        raise NotFound("There is no such link.")
    return row


def is_redeemed_by(row: CallInvitation, device: str) -> bool:
    """Whether this device has redeemed it: then it leads to its seat, until the call ends.

    LinkUsed for every other device once it is used, LinkRevoked, LinkRanOut.
    """
    if row.redeemed_at is not None and not _is_device(row, device):
        raise LinkUsed
    if row.revoked_at is not None:
        raise LinkRevoked
    if row.redeemed_at is None and (row.expires_at <= now() or row.tries >= MOST_TRIES):
        raise LinkRanOut
    return row.redeemed_at is not None


async def redeem(token: str, device: str, *, name: str, code: str, network: str) -> GuestPass:
    """Press the link, once: of any number who press at the same moment one gets in.

    The code is asked for first, and a wrong one leaves the link as it is, MOST_TRIES times. The one device that has
    redeemed it gets its own seat again. CodeWrong, and what `is_redeemed_by` raises.
    """
    await identity.spend(LINKS_PER_NETWORK, network)
    row = await link_of(token)
    if is_redeemed_by(row, device) and row.seat_id is not None:
        return GuestPass(token=device, call_id=row.call_id, seat_id=row.seat_id)
    clinic = system_actor(row.organisation_id)
    with working_for(clinic):
        async with transaction():
            call = await queries.hold_call(clinic, row.call_id)
            given = await _press(call, token, name=name, code=code)
    if given is None:
        raise CodeWrong
    return given


async def guest_of(device: str, call_id: UUID) -> Caller:
    """Whoever holds the cookie of a redeemed link, as the caller in its one seat; NotFound for all others.

    Where the host has taken the link back, the seat says so.
    """
    row = await queries.invitation_by_device(_hash(device), call_id) if device else None
    if row is None or row.seat_id is None:
        raise NotFound("There is no such call.")
    return Caller(actor=_guest(row), guest_seat_id=row.seat_id)


async def leave_for_good(device: str, call_id: UUID) -> None:
    """The guest gives the place back."""
    caller = await guest_of(device, call_id)
    with working_for(caller.actor):
        async with transaction():
            call = await queries.hold_call(caller.actor, call_id)
            gone: dict[Any, Any] = {
                CallSeat.removed_at: now(),
                CallSeat.left_at: now(),
                CallSeat.presence: Presence.LEFT,
            }
            is_mine = And(CallSeat.id == caller.guest_seat_id, CallSeat.removed_at.is_null())
            if await CallSeat.update(gone).where(is_mine).returning(CallSeat.id):
                await record(caller.actor, call, "call:guest-left")
                await touch(call_id)


async def _press(call: Call, token: str, *, name: str, code: str) -> GuestPass | None:
    """With the call held: whoever comes second finds the link redeemed. None for a wrong code, which is counted."""
    row = await link_of(token)
    is_redeemed_by(row, "")
    if call.status not in OPEN:
        raise LinkRanOut
    if not hmac.compare_digest(_code_hash(row.id, _digits(code)), bytes(row.code_hash)):
        await CallInvitation.update({CallInvitation.tries: CallInvitation.tries + 1}).where(CallInvitation.id == row.id)
        return None
    actor = _guest(row)
    if sum(seat.removed_at is None for seat in await queries.seats_of(actor, call.id)) >= MAX_SEATS:
        raise CallFull
    seat = await add_seat(actor, call, SeatRole(row.role), invitation_id=row.id, language=row.language, name=name)
    given = new_token()
    won: dict[Any, Any] = {
        CallInvitation.redeemed_at: now(),
        CallInvitation.device_hash: _hash(given),
        CallInvitation.seat_id: seat.id,
    }
    await CallInvitation.update(won).where(CallInvitation.id == row.id)
    await record(actor, call, "call:guest-came", {"seat": str(seat.id)})
    return GuestPass(token=given, call_id=call.id, seat_id=seat.id)


async def _hosted(actor: Actor, call_id: UUID) -> Call:
    call = await queries.hold_call(actor, call_id)
    if not is_of(actor, call):
        raise NotYourCall
    return call


def _guest(row: CallInvitation) -> Actor:
    """A guest acts for the clinic, under the invitation's id, and in its seat alone."""
    return Actor(actor_id=row.id, kind=ActorKind.SYSTEM, organisation_id=row.organisation_id, language=row.language)


def _state_of(row: CallInvitation) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.redeemed_at is not None:
        return "used"
    return "over" if row.expires_at <= now() or row.tries >= MOST_TRIES else "open"


def _is_device(row: CallInvitation, device: str) -> bool:
    return bool(device) and row.device_hash is not None and hmac.compare_digest(bytes(row.device_hash), _hash(device))


def _hash(token: str) -> bytes:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def _code_hash(invitation_id: UUID, code: str) -> bytes:
    """Six digits are guessed from any hash: what protects them is that MOST_TRIES are counted, and minutes."""
    return hashlib.sha256(invitation_id.bytes + code.encode()).digest()


def _digits(typed: str) -> str:
    """As it is read out: `123 456` and `123456` are one code."""
    return "".join(character for character in typed if character.isdecimal())
