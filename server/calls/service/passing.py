"""What ends pass each other: numbered for whoever hears it, kept until heard, bounded, passed on once."""

from uuid import UUID

import msgspec

from server.calls import queries
from server.calls.bell import tell_after_commit
from server.calls.lifecycle import TALKING
from server.calls.schemas import Heard
from server.calls.tables import Call, CallMessage, CallSeat
from server.contract.call import Pass, Presence, Refused
from server.core.access import system_actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.core.vault import VaultKey

MOST_UNHEARD = 256
"""Messages that may wait for one end: two whole negotiations of a mesh with all their candidates."""
AT_ONCE = 32


async def pass_on(key: VaultKey, sender: CallSeat, session_id: UUID, said: Pass) -> Refused | None:
    """Keep the message for the seat that is to hear it; or what is told its sender instead.

    The call is locked first, as everywhere: of two ends that say something to each other neither waits for the other.
    """
    async with transaction():
        call = await queries.hold_call(system_actor(sender.organisation_id), sender.call_id)
        seats = {seat.id: seat for seat in await CallSeat.objects().where(CallSeat.id.is_in([sender.id, said.to]))}
        mine, hearer = seats.get(sender.id), seats.get(said.to)
        if mine is None or mine.session_id != session_id or said.number <= mine.said_number:
            return None
        refused = await _refusal(call, mine, hearer)
        if refused is not None or hearer is None:
            return msgspec.structs.replace(refused or Refused(reason="no-such-seat"), number=said.number)
        await CallSeat.update({CallSeat.said_number: said.number}).where(CallSeat.id == mine.id)
        await CallSeat.update({CallSeat.last_number: hearer.last_number + 1}).where(CallSeat.id == hearer.id)
        await _keep(key, mine, session_id, hearer, msgspec.json.encode(said.message))
        tell_after_commit(call.id)
    return None


async def heard_after(key: VaultKey, seat_id: UUID, number: int) -> list[Heard]:
    """The next messages to the seat, at most AT_ONCE."""
    return [
        Heard(
            number=row.number,
            sender_id=row.sender_id,
            session_id=row.session_id,
            content=key.open(_sealed_name(row.id), row.sealed),
        )
        for row in await queries.messages_after(seat_id, number, AT_ONCE)
    ]


async def forget_heard(seat_id: UUID, number: int) -> None:
    """The end has them for certain."""
    await CallMessage.delete().where((CallMessage.seat_id == seat_id) & (CallMessage.number <= number))


async def _keep(key: VaultKey, sender: CallSeat, session_id: UUID, hearer: CallSeat, content: bytes) -> None:
    message_id = new_id()
    await CallMessage(
        id=message_id,
        recorded_at=now(),
        organisation_id=sender.organisation_id,
        call_id=sender.call_id,
        seat_id=hearer.id,
        number=hearer.last_number + 1,
        sender_id=sender.id,
        session_id=session_id,
        sealed=key.seal(_sealed_name(message_id), content),
    ).save()


async def _refusal(call: Call, sender: CallSeat, hearer: CallSeat | None) -> Refused | None:
    if hearer is None or hearer.call_id != call.id or hearer.id == sender.id or hearer.removed_at is not None:
        return Refused(reason="no-such-seat")
    if call.status not in TALKING or not (_is_in(sender) and _is_in(hearer)):
        return Refused(reason="not-admitted")
    unheard = await queries.unheard(hearer.id)
    return Refused(reason="too-many") if unheard >= MOST_UNHEARD else None


def _is_in(seat: CallSeat) -> bool:
    return seat.admitted_at is not None and seat.presence != Presence.WAITING


def _sealed_name(message_id: UUID) -> str:
    return f"call_message/{message_id}/sealed"
