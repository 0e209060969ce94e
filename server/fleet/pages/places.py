"""A worker's own kiosks: taking a place at one by the code on its screen, and ending it."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.core.access import Action, Actor
from server.fleet import service
from server.fleet.faults import PlaceCodeRefused
from server.fleet.schemas import PlaceOffered
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PAGE = "/kiosk-worker"
TAKE = {"action": Action.KIOSK_PLACE_TAKE}


class CodeForm(msgspec.Struct, kw_only=True):
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


@get(PAGE, opt=TAKE)
async def places_page(request: PageRequest, actor: NamedDependency[Actor], code: FromQuery[str] = "") -> Response[Any]:
    """`code` as it was typed here, or as the picture on the kiosk's screen holds it."""
    form, offered = blank_form({"code": code[:40]}), None
    if code:
        try:
            offered = await service.look_at_code(actor, code[:40])
        except PlaceCodeRefused as fault:
            return await _refused(request, actor, form, fault, status=200)
    return await _show(request, actor, form, offered)


@post(PAGE, opt=TAKE, status_code=303)
async def take(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, CodeForm)
    if form.value is None:
        return await _show(request, actor, form, None, status=422)
    try:
        kiosk = await service.take_place(actor, form.value.code)
    except PlaceCodeRefused as fault:
        return await _refused(request, actor, form, fault, status=fault.status)
    done = _("You work at %(kiosk)s now. Look at its screen and choose your PIN there.") % {"kiosk": kiosk}
    return see_other(request, PAGE, flash=done)


@post(f"{PAGE}/{{worker_place_id:uuid}}/end", opt=TAKE, status_code=303)
async def end(request: PageRequest, actor: NamedDependency[Actor], worker_place_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.end_own_place(actor, worker_place_id)
    return see_other(request, PAGE, flash=_("Ended. Nobody is found there in your name any more."))


async def _refused(
    request: PageRequest, actor: Actor, form: Form[Any], fault: PlaceCodeRefused, *, status: int
) -> Response[Any]:
    _ = gettext_for(request)
    form.refuse("code", f"{_(fault.title)}. {_(fault.next_step)}")
    return await _show(request, actor, form, None, status=status)


async def _show(
    request: PageRequest, actor: Actor, form: Form[Any], offered: PlaceOffered | None, *, status: int = 200
) -> Response[Any]:
    own = await service.own_places(actor)
    return render(request, "fleet/places.html", status=status, form=form, offered=offered, places=own)


HANDLERS = (places_page, take, end)
