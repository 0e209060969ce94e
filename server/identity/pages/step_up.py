"""The page of proving oneself again, which leads back to where it came from."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from server.core.access import Action, Actor
from server.core.platform import platform
from server.identity import service
from server.identity.faults import CodeRefused
from server.identity.pages.sign_in import CodeForm
from server.identity.pages.telling import back_of, signed_in, told
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render

SELF = {"action": Action.SELF}


@get("/step-up", opt=SELF)
async def step_up_page(
    request: PageRequest, actor: NamedDependency[Actor], back: FromQuery[str] = "/"
) -> Response[Any]:
    return await _show(request, actor, blank_form({"back": back_of(back)}))


@post("/step-up", opt=SELF, status_code=303)
async def step_up(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, CodeForm)
    if form.value is None:
        return await _show(request, actor, form, status=422)
    try:
        session = await service.prove_with_app_code(actor, form.value.code)
    except CodeRefused as fault:
        form.refuse("code", told(request, fault))
        return await _show(request, actor, form, status=fault.status)
    return signed_in(request, session, back_of(form.value.back), _("Confirmed. Now press again what you came from."))


async def _show(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(
        request,
        "identity/step-up.html",
        status=status,
        form=form,
        ways_in=await service.own_ways_in(actor),
        back=back_of(form.text("back")),
        has_passkeys=service.has_passkeys(),
        is_demo=platform().settings.is_demo,
    )


HANDLERS = (step_up_page, step_up)
