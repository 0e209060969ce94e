"""Server-sent events: an open page is told that something changed, and whoever was signed out is told nothing more."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from server.cases import service as cases
from server.core.access import Action, Actor
from server.core.faults import TooManyRequests
from server.identity import service as identity
from server.web.csrf import require_same_origin
from server.web.layout import web_of

PageRequest = Request[Any, Any, Any]
Marker = Callable[[], Awaitable[str]]
LOOK_EVERY_S = 2.0
KEEP_ALIVE_LOOKS = 10
LASTS_S = 900.0
"""A stream ends after this; the page opens another, so that no stream outlives a deployment."""
MOST_STREAMS = 500


class TooManyStreams(TooManyRequests):
    code = "too-many-streams"
    title = "Too many pages are listening"


class _Open:
    streams = 0


@get("/events/queue", opt={"action": Action.QUEUE_READ, "uncompressed": True})
async def queue_events(request: PageRequest, actor: NamedDependency[Actor]) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    return _stream(actor, lambda: cases.queue_marker(actor))


@get("/events/cases/{case_id:uuid}", opt={"action": Action.CASE_READ, "uncompressed": True})
async def case_events(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    await cases.case_marker(actor, case_id)
    return _stream(actor, lambda: cases.case_marker(actor, case_id))


def _stream(actor: Actor, marker: Marker) -> ServerSentEvent:
    if _Open.streams >= MOST_STREAMS:
        raise TooManyStreams(headers={"Retry-After": "60"})
    return ServerSentEvent(_changes(actor, marker))


async def _changes(actor: Actor, marker: Marker) -> AsyncGenerator[dict[str, str]]:
    """One event for each change of the marker; ends when the session does."""
    _Open.streams += 1
    try:
        seen = await marker()
        for look in range(int(LASTS_S / LOOK_EVERY_S)):
            await asyncio.sleep(LOOK_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311  (spreads the looks)
            if actor.session_id is None or not await identity.is_session_live(actor.session_id):
                return
            present = await marker()
            if present != seen:
                seen = present
                yield {"event": "changed", "data": ""}
            elif look % KEEP_ALIVE_LOOKS == 0:
                yield {"event": "alive", "data": ""}
    finally:
        _Open.streams -= 1
