"""The demo's outbox: every message that would have left by SMS or e-mail, readable."""

from typing import Any

from litestar import Request, Response, get

from server.core.access import Action
from server.core.notices.queries import demo_outbox
from server.web.layout import render


@get("/demo/messages", opt={"action": Action.PUBLIC})
async def messages_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "desks/demo_messages.html", messages=await demo_outbox())
