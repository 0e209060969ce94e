"""Server-sent events: an open page is told that something changed, and whoever was signed out is told nothing more."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import ServerSentEvent

from server.calls import service as calls
from server.cases import service as cases
from server.core.access import Action, Actor, permits
from server.core.faults import Fault, TooManyRequests
from server.identity import service as identity
from server.web.csrf import require_same_origin
from server.web.layout import web_of

PageRequest = Request[Any, Any, Any]
Marker = Callable[[], Awaitable[str]]
LOOK_EVERY_S = 2.0
KEEP_ALIVE_LOOKS = 10
LASTS_S = 900.0
"""A stream ends after this; the page opens another, so that no stream outlives a deployment."""
MOST_STREAMS, MOST_STREAMS_EACH = 500, 20
"""Of all people in a process, and of one: nobody takes the places of the others."""


class TooManyStreams(TooManyRequests):
    code = "too-many-streams"
    title = "Too many pages are listening"


_open: Counter[UUID] = Counter()
"""How many streams each person has in this process."""


@get("/events/queue", opt={"action": Action.QUEUE_READ, "uncompressed": True})
async def queue_events(
    request: PageRequest, actor: NamedDependency[Actor], seen: FromQuery[str] = ""
) -> ServerSentEvent:
    """`seen` is the marker of what the page shows: what changed while the page came is told too."""
    require_same_origin(request, web_of(request).csrf)
    return _stream(actor, lambda: cases.queue_marker(actor), seen)


@get("/events/cases/{case_id:uuid}", opt={"action": Action.CASE_READ, "uncompressed": True})
async def case_events(
    request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID], seen: FromQuery[str] = ""
) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    await cases.case_marker(actor, case_id)
    return _stream(actor, lambda: cases.case_marker(actor, case_id), seen)


@get("/events/calls", opt={"action": Action.CALL_JOIN, "uncompressed": True})
async def ringing_events(
    request: PageRequest, actor: NamedDependency[Actor], seen: FromQuery[str] = ""
) -> ServerSentEvent:
    """For pages that show nothing else that changes, and for lists of calls, which say what they have `seen`."""
    require_same_origin(request, web_of(request).csrf)
    return _stream(actor, (lambda: calls.calls_marker(actor)) if seen else _nothing, seen)


@get("/events/walk-ins", opt={"action": Action.WALK_INS_READ, "uncompressed": True})
async def walk_in_events(
    request: PageRequest, actor: NamedDependency[Actor], seen: FromQuery[str] = ""
) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    return _stream(actor, lambda: calls.walk_ins_marker(actor), seen)


@get("/events/calls/{call_id:uuid}", opt={"action": Action.CALL_JOIN, "uncompressed": True})
async def call_events(
    request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID], seen: FromQuery[str] = ""
) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    await calls.call_marker(actor, call_id)
    return _stream(actor, lambda: calls.call_marker(actor, call_id), seen)


async def _nothing() -> str:
    return "nothing"


def _stream(actor: Actor, marker: Marker, seen: str) -> ServerSentEvent:
    if _is_full(actor):
        raise TooManyStreams
    return ServerSentEvent(changes(actor, marker, seen))


def _is_full(actor: Actor) -> bool:
    return _open.total() >= MOST_STREAMS or _open[actor.actor_id] >= MOST_STREAMS_EACH


async def changes(actor: Actor, marker: Marker, seen: str = "") -> AsyncGenerator[dict[str, str]]:
    """One event for each change of the marker, from `seen` or, without it, from now; and one for each call that rings.

    Ends with the session, or when the marker can no longer be seen.
    """
    if _is_full(actor):  # many asked at once
        return
    _open[actor.actor_id] += 1
    try:
        async for event in _looks(actor, marker, seen):
            yield event
    except Fault:  # the page opens another stream, and that one is told why
        return
    finally:
        _open[actor.actor_id] -= 1
        if not _open[actor.actor_id]:
            del _open[actor.actor_id]


async def _looks(actor: Actor, marker: Marker, seen: str) -> AsyncGenerator[dict[str, str]]:
    seen, rung = seen or await marker(), await _ringing(actor)
    for look in range(int(LASTS_S / LOOK_EVERY_S)):
        await asyncio.sleep(LOOK_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311  (spreads the looks)
        if actor.session_id is None or not await identity.is_session_live(actor.session_id):
            return
        present, now_rung = await marker(), await _ringing(actor)
        if now_rung != rung:
            rung = now_rung
            yield {"event": "ringing", "data": ""}
        if present != seen:
            seen = present
            yield {"event": "changed", "data": ""}
        elif look % KEEP_ALIVE_LOOKS == 0:
            yield {"event": "alive", "data": ""}


async def _ringing(actor: Actor) -> str:
    """Changes with what rings for the actor; most pages have a stream already, and no second one is opened for it."""
    return await calls.ringing_marker(actor) if permits(actor, Action.CALL_JOIN) else ""
