"""The demo's page of people to sign in as; these routes exist in no other mode."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from server.core.access import Action, Actor
from server.identity import service
from server.identity.authentication import client_of
from server.identity.pages.telling import back_of, signed_in
from server.identity.role_names import role_name
from server.web.connection import PageRequest
from server.web.forms import blank_form, read_form
from server.web.layout import gettext_for, render


class PersonForm(msgspec.Struct):
    person: UUID


class BackForm(msgspec.Struct):
    back: str = "/"


@get("/demo/sign-in", opt={"action": Action.PUBLIC})
async def demo_page(request: PageRequest) -> Response[Any]:
    places = await service.demo_people()
    return render(request, "identity/demo.html", form=blank_form(), places=places, role_name=role_name)


@post("/demo/sign-in", opt={"action": Action.PUBLIC}, status_code=303)
async def demo_sign_in(request: PageRequest) -> Response[Any]:
    form = await read_form(request, PersonForm)
    if form.value is None:
        return await _again(request)
    return signed_in(request, await service.demo_sign_in(form.value.person, client_of(request)), "/")


@post("/demo/step-up", opt={"action": Action.SELF}, status_code=303)
async def demo_step_up(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, BackForm)
    back = back_of(form.value.back if form.value else "/")
    return signed_in(request, await service.demo_step_up(actor), back, _("Confirmed."))


async def _again(request: PageRequest) -> Response[Any]:
    places = await service.demo_people()
    return render(request, "identity/demo.html", status=422, form=blank_form(), places=places, role_name=role_name)


HANDLERS = (demo_page, demo_sign_in, demo_step_up)
