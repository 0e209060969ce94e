"""What kiosks and phones ask of calls as JSON, and the socket that every end holds."""

from typing import Any
from uuid import UUID

from litestar import WebSocket, get, post, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from server.calls import service
from server.calls.cookies import guest_token
from server.calls.schemas import Caller
from server.calls.signalling.conversation import converse
from server.calls.signalling.line import Line
from server.contract.call import (
    CALLS_PATH,
    SIGNALLING_PATH,
    SIGNALLING_PROTOCOL,
    CallCard,
    CallTaken,
    CallWanted,
    RingingCall,
)
from server.core.access import Action, Actor
from server.core.access.guard import FOR_DEVICES
from server.core.db import working_for
from server.core.faults import BadInput, Fault, SignInRequired
from server.settings import Settings
from server.web.connection import actor_of
from server.web.csrf import require_same_origin
from server.web.layout import web_of

MAX_ASK_BYTES = 16 * 1024


@post(
    CALLS_PATH, opt={"action": Action.CALL_ASK, FOR_DEVICES: True}, status_code=201, request_max_body_size=MAX_ASK_BYTES
)
async def ask(actor: NamedDependency[Actor], data: JSONBody[CallWanted]) -> CallCard:
    call = await service.ask(actor, data)
    return await service.card_of(actor, call.id)


@get(f"{CALLS_PATH}/ringing", opt={"action": Action.CALL_JOIN, FOR_DEVICES: True})
async def list_ringing(actor: NamedDependency[Actor]) -> list[RingingCall]:
    return await service.ringing_cards(actor)


@get(f"{CALLS_PATH}/{{call_id:uuid}}", opt={"action": Action.CALL_JOIN, FOR_DEVICES: True})
async def show(actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> CallCard:
    return await service.card_of(actor, call_id)


@post(
    f"{CALLS_PATH}/{{call_id:uuid}}/answer",
    opt={"action": Action.CALL_JOIN, FOR_DEVICES: True},
    status_code=200,
    request_max_body_size=MAX_ASK_BYTES,
)
async def answer(actor: NamedDependency[Actor], call_id: FromPath[UUID], data: JSONBody[CallTaken]) -> CallCard:
    await service.answer(actor, call_id, data.consent)
    return await service.card_of(actor, call_id)


@post(f"{CALLS_PATH}/{{call_id:uuid}}/decline", opt={"action": Action.CALL_JOIN, FOR_DEVICES: True}, status_code=204)
async def decline(actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> None:
    """Not now."""
    await service.decline(actor, call_id)


@post(f"{CALLS_PATH}/{{call_id:uuid}}/again", opt={"action": Action.CALL_ASK, FOR_DEVICES: True}, status_code=200)
async def again(actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> CallCard:
    """Back into the waiting room, in the place of the first asking."""
    await service.requeue(actor, call_id)
    return await service.card_of(actor, call_id)


@post(f"{CALLS_PATH}/{{call_id:uuid}}/end", opt={"action": Action.CALL_JOIN, FOR_DEVICES: True}, status_code=200)
async def end(actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> CallCard:
    """Hang up for all; while nobody has answered yet, nobody is wanted any more."""
    call = await service.get_call(actor, call_id)
    if call.status in service.WAITING:
        await service.cancel(actor, call_id)
    else:
        await service.end(actor, call_id)
    return await service.card_of(actor, call_id)


@websocket(SIGNALLING_PATH.replace("{call_id}", "{call_id:uuid}"), opt={"action": Action.PUBLIC})
async def signalling(socket: WebSocket[Any, Any, Any], call_id: FromPath[UUID]) -> None:
    """Open to guests too, who have no sign-in: whoever is nobody in this call is told so in the closing code."""
    require_same_origin(socket, web_of(socket).csrf)
    if SIGNALLING_PROTOCOL not in socket.scope["subprotocols"]:
        raise BadInput("This socket speaks careferry.call.1 and nothing else.")
    line = Line(socket)
    await line.open()
    try:
        caller = await _caller_of(socket, call_id)
        with working_for(caller.actor):
            await converse(line, caller, call_id)
    except Fault as fault:
        await line.hang_up(fault)
    else:
        await line.hang_up()


async def _caller_of(socket: WebSocket[Any, Any, Any], call_id: UUID) -> Caller:
    """A guest of this call comes before a person: who redeems a link in a browser with a sign-in is the guest."""
    token = guest_token(socket, call_id)
    if token:
        return await service.guest_of(token, call_id)
    actor = actor_of(socket)
    if actor is None:
        raise SignInRequired
    return Caller(actor=actor)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [ask, list_ringing, show, answer, decline, again, end, signalling]
