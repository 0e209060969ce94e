"""The check before a call: camera, microphone, the link and the relay, with plain advice; made by an island."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from server.calls.turn import relays_for
from server.core.access import Action, Actor
from server.core.platform import now, platform
from server.web.layout import render

PageRequest = Request[Any, Any, Any]


@get("/call-check", opt={"action": Action.CALL_JOIN})
async def check_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """The relay's credentials are the person's own here, and good for as long as those of a call."""
    relays = relays_for(platform().settings.turn, actor.actor_id, now())
    return render(request, "desks/call_check.html", relays_json=msgspec.json.encode(relays).decode())
