"""The pages of getting back in: staff ask for a link, and prove with a recovery code that it is them."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from server.core.access import Action
from server.identity import service
from server.identity.authentication import client_of
from server.identity.faults import CodeRefused, ContactRefused
from server.identity.pages.telling import signed_in, told
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import render, see_other

PUBLIC = {"action": Action.PUBLIC}


class EmailForm(msgspec.Struct):
    email: Annotated[str, msgspec.Meta(max_length=320)]


class RecoveryForm(msgspec.Struct):
    code: Annotated[str, msgspec.Meta(max_length=40, extra={"message": N_("Type one of your recovery codes.")})]


@get("/recover", opt=PUBLIC)
async def recover_page(request: PageRequest) -> Response[Any]:
    return render(request, "identity/recover.html", form=blank_form())


@post("/recover", opt=PUBLIC, status_code=303)
async def recover(request: PageRequest) -> Response[Any]:
    form = await read_form(request, EmailForm)
    if form.value is None:
        return render(request, "identity/recover.html", status=422, form=form)
    try:
        await service.ask_for_recovery(form.value.email, client_of(request))
    except ContactRefused as fault:
        form.refuse("email", told(request, fault))
        return render(request, "identity/recover.html", status=fault.status, form=form)
    return see_other(request, "/recover/sent")


@get("/recover/sent", opt=PUBLIC)
async def recovery_sent_page(request: PageRequest) -> Response[Any]:
    return render(request, "identity/recovery-sent.html")


@get("/recover/{token:str}", opt=PUBLIC)
async def recovery_link_page(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    return await _show_link(request, token, blank_form())


@post("/recover/{token:str}", opt=PUBLIC, status_code=303)
async def redeem_recovery_link(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    form = await read_form(request, RecoveryForm)
    if form.value is None:
        return await _show_link(request, token, form, status=422)
    try:
        session = await service.redeem_recovery_link(token, form.value.code, client_of(request))
    except CodeRefused as fault:
        form.refuse("code", told(request, fault))
        return await _show_link(request, token, form, status=fault.status)
    return signed_in(request, session, "/enrol")


async def _show_link(request: PageRequest, token: str, form: Form[Any], *, status: int = 200) -> Response[Any]:
    link = await service.look_at_link(token, "")
    return render(
        request,
        "identity/recovery-link.html",
        status=status if link.is_open else 410,
        form=form,
        token=token,
        is_open=link.is_open,
    )


HANDLERS = (recover_page, recover, recovery_sent_page, recovery_link_page, redeem_recovery_link)
