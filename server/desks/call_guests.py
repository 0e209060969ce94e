"""Third parties by link: what the host makes and takes back, and what the guest sees before and inside the call."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.calls.cookies import guest_token, keep_guest
from server.calls.faults import CodeWrong
from server.contract.call import SeatRole
from server.core.access import Action, Actor
from server.core.db import working_for
from server.core.platform import platform
from server.desks.call_wording import CALL_STATUS, PRESENCE, SEAT_ROLE
from server.desks.calls import show_call
from server.identity.authentication import client_of
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]


class InviteForm(msgspec.Struct, kw_only=True):
    role: Literal["interpreter", "guest"]
    language: Annotated[str, msgspec.Meta(pattern="^(en|es)$")] = "en"


class RedeemForm(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=2, max_length=80)]
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=12)]


@post("/calls/{call_id:uuid}/links", opt={"action": Action.CALL_HOST}, status_code=200)
async def invite(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    """The link and the code are told in this answer alone; nobody can look them up."""
    form = await read_form(request, InviteForm)
    if form.value is None:
        return await show_call(request, actor, call_id, status=422, invite=form)
    made = await calls.invite(actor, call_id, SeatRole(form.value.role), form.value.language)
    return await show_call(request, actor, call_id, invited=made, address=_address(made.path))


@post("/calls/{call_id:uuid}/links/{link_id:uuid}/revoke", opt={"action": Action.CALL_HOST}, status_code=303)
async def revoke(
    request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID], link_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await calls.revoke(actor, call_id, link_id)
    return see_other(request, f"/calls/{call_id}", flash=_("The link opens nothing any more."))


@post("/calls/{call_id:uuid}/seats/{seat_id:uuid}/admit", opt={"action": Action.CALL_HOST}, status_code=303)
async def admit(
    request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID], seat_id: FromPath[UUID]
) -> Response[Any]:
    await read_form(request, Nothing)
    await calls.admit(actor, call_id, seat_id)
    return see_other(request, f"/calls/{call_id}")


@post("/calls/{call_id:uuid}/seats/{seat_id:uuid}/remove", opt={"action": Action.CALL_HOST}, status_code=303)
async def remove(
    request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID], seat_id: FromPath[UUID]
) -> Response[Any]:
    await read_form(request, Nothing)
    await calls.remove(actor, call_id, seat_id)
    return see_other(request, f"/calls/{call_id}")


@get("/call-link/{token:str}", opt={"action": Action.PUBLIC})
async def link_page(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    """Opening shows, pressing does: programs that look through mail open every link."""
    row = await calls.link_of(token)
    if calls.is_redeemed_by(row, guest_token(request, row.call_id)):
        return see_other(request, f"/call-guest/{row.call_id}")
    return _show_link(request, token, row.role, blank_form())


@post("/call-link/{token:str}", opt={"action": Action.PUBLIC}, status_code=303)
async def redeem(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, RedeemForm)
    row = await calls.link_of(token)
    device = guest_token(request, row.call_id)
    if form.value is None:
        calls.is_redeemed_by(row, device)
        return _show_link(request, token, row.role, form, status=422)
    said, network = form.value, client_of(request).network
    try:
        given = await calls.redeem(token, device, name=said.name, code=said.code, network=network)
    except CodeWrong:
        form.refuse("code", _("This is not the code. Ask whoever invited you to read it to you again."))
        return _show_link(request, token, row.role, form, status=422)
    response = see_other(request, f"/call-guest/{given.call_id}")
    keep_guest(response, given.call_id, given.token)
    return response


@get("/call-guest/{call_id:uuid}", opt={"action": Action.PUBLIC})
async def guest_page(request: PageRequest, call_id: FromPath[UUID]) -> Response[Any]:
    """The guest's waiting room and call: the people in it once they are let in, and nothing of the case."""
    caller = await calls.guest_of(guest_token(request, call_id), call_id)
    with working_for(caller.actor):
        mine = await calls.enter(caller, call_id)
        call = await calls.get_call(caller.actor, call_id)
        seats = await calls.seats_shown(caller.actor, call_id)
        seat = next((each for each in seats if each.seat_id == mine.id), None)
    is_in = mine.admitted_at is not None and call.status in calls.TALKING
    return render(
        request,
        "desks/call_guest.html",
        call=call,
        seat=seat,
        seats=seats if is_in else [],
        is_in=is_in,
        is_open=call.status in calls.OPEN and seat is not None,
        call_status=CALL_STATUS,
        presence_words=PRESENCE,
        role_words=SEAT_ROLE,
    )


@post("/call-guest/{call_id:uuid}/leave", opt={"action": Action.PUBLIC}, status_code=303)
async def leave(request: PageRequest, call_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await calls.leave_for_good(guest_token(request, call_id), call_id)
    return see_other(request, f"/call-guest/{call_id}", flash=_("You have left the call."))


def _show_link(request: PageRequest, token: str, role: str, form: Form[Any], *, status: int = 200) -> Response[str]:
    return render(
        request,
        "desks/call_link.html",
        status=status,
        path=f"/call-link/{token}",
        role=SEAT_ROLE[role],
        form=form,
    )


def _address(path: str) -> str:
    return platform().settings.web.public_url.rstrip("/") + path


HANDLERS = (invite, revoke, admit, remove, link_page, redeem, guest_page, leave)
