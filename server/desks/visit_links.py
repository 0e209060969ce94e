"""Addresses that need no sign-in: the link in a reminder, and a calendar program's private feed."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor
from server.core.platform import platform
from server.desks.appointments import calendar_answer, show_list
from server.desks.visit_wording import VISIT_STATUS
from server.scheduling import service as scheduling
from server.scheduling.wording import when_text
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]


@get("/visit/{token:str}", opt={"action": Action.PUBLIC})
async def visit_page(request: PageRequest, token: FromPath[str]) -> Response[str]:
    """Opening shows, pressing does: programs that look through mail open every link."""
    row = await scheduling.look_at_linked(token)
    return render(
        request,
        "desks/visit_link.html",
        row=row,
        when=when_text(row.starts_at, row.zone, reader_of(request).language),
        path=f"/visit/{token}",
        visit_status=VISIT_STATUS,
    )


@post("/visit/{token:str}/confirm", opt={"action": Action.PUBLIC}, status_code=303)
async def confirm_visit(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.confirm_linked(token)
    return see_other(request, f"/visit/{token}", flash=_("Thank you. We know that you come."))


@post("/visit/{token:str}/cancel", opt={"action": Action.PUBLIC}, status_code=303)
async def cancel_visit(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.cancel_linked(token)
    return see_other(request, f"/visit/{token}", flash=_("Cancelled. Nobody waits for you then."))


@get("/calendar/{token:str}", opt={"action": Action.PUBLIC})
async def calendar_feed(request: PageRequest, token: FromPath[str]) -> Response[bytes]:
    """For a calendar program, which holds the address and nothing else."""
    return calendar_answer(request, await scheduling.read_feed(token))


@post("/calendar-feed", opt={"action": Action.CALENDAR_FEED}, status_code=200)
async def make_feed(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """The address is told in this answer alone; nobody can look it up."""
    await read_form(request, Nothing)
    address = platform().settings.web.public_url + scheduling.feed_path(await scheduling.make_feed(actor))
    if actor.is_patient:
        return await show_list(request, actor, feed_address=address)
    return render(request, "desks/calendar_feed.html", feed_address=address, has_feed=True)


@post("/calendar-feed/end", opt={"action": Action.CALENDAR_FEED}, status_code=303)
async def end_feed(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.end_feed(actor)
    to = "/appointments" if actor.is_patient else "/day-sheet"
    return see_other(request, to, flash=_("The calendar’s address leads nowhere any more."))


HANDLERS = (visit_page, confirm_visit, cancel_visit, calendar_feed, make_feed, end_feed)
