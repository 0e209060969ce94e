"""The demo's outbox: every message that would have left by SMS or e-mail, readable, and a reply to those that ask."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post

from server.core.access import Action
from server.core.ids import new_id
from server.core.notices import Reply
from server.core.notices.queries import demo_outbox
from server.scheduling import service as scheduling
from server.web.forms import read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
MESSAGES = "/demo/messages"


class ReplyForm(msgspec.Struct, kw_only=True):
    sender: Annotated[str, msgspec.Meta(max_length=40)]
    text: Annotated[str, msgspec.Meta(max_length=40)]


@get(MESSAGES, opt={"action": Action.PUBLIC})
async def messages_page(request: PageRequest) -> Response[str]:
    return render(request, "desks/demo_messages.html", messages=await demo_outbox())


@post(f"{MESSAGES}/replies", opt={"action": Action.PUBLIC}, status_code=303)
async def reply(request: PageRequest) -> Response[Any]:
    """As the gateway hands it on."""
    _ = gettext_for(request)
    form = (await read_form(request, ReplyForm)).value
    if form is not None:
        await scheduling.take_reply(Reply(id=str(new_id()), sender=form.sender, text=form.text))
    return see_other(request, MESSAGES, flash=_("Replied. The answer to it is here in a moment: load the page again."))


HANDLERS = (messages_page, reply)
