"""Whether somebody who sits in a call still may: what was revoked ends their socket, as it binds their next request."""

from typing import Literal

from server.calls import queries
from server.calls.lifecycle import TALKING
from server.calls.schemas import Caller
from server.calls.tables import CallSeat
from server.core.access import ActorKind
from server.fleet import service as fleet
from server.identity import service as identity


async def is_welcome(caller: Caller, seat: CallSeat) -> Literal["removed", "signed-out"] | None:
    """Why the socket ends now, None as long as it goes on.

    A kiosk's token runs out in the middle of every longer call: whether it is in service is what counts. And whoever
    talks is at work: their session does not fall idle meanwhile.
    """
    actor = caller.actor
    if actor.kind is ActorKind.DEVICE and not await fleet.is_in_service(actor):
        return "signed-out"
    if actor.session_id is not None and not await identity.is_session_live(actor.session_id):
        return "signed-out"
    call = await queries.find_call(actor, seat.call_id)
    if call is None:
        return "removed"
    if actor.session_id is not None and call.status in TALKING:
        await identity.keep_session(actor.session_id)
    return None
