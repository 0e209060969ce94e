"""The pages of signing in with a code or a link that is sent, for patients."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from server.core.access import Action
from server.identity import service
from server.identity.authentication import client_of
from server.identity.cookies import asked_of, keep_asked
from server.identity.faults import CodeRefused, ContactRefused
from server.identity.pages.telling import back_of, signed_in, told, with_back
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import render, see_other

PUBLIC = {"action": Action.PUBLIC}


class ContactForm(msgspec.Struct):
    contact: Annotated[str, msgspec.Meta(max_length=320)]
    back: str = "/"


class SentCodeForm(msgspec.Struct):
    code: Annotated[
        str, msgspec.Meta(pattern=r"^[\d\s-]{6,12}$", extra={"message": N_("Type the six digits of the code.")})
    ]
    back: str = "/"


class NumberForm(msgspec.Struct):
    number: Annotated[int, msgspec.Meta(ge=100, le=999)] | None = None


@get("/sign-in/code", opt=PUBLIC)
async def ask_page(request: PageRequest, back: FromQuery[str] = "/") -> Response[Any]:
    return _show_ask(request, blank_form({"back": back_of(back)}))


@post("/sign-in/code", opt=PUBLIC, status_code=303)
async def ask(request: PageRequest) -> Response[Any]:
    form = await read_form(request, ContactForm)
    if form.value is None:
        return _show_ask(request, form, status=422)
    try:
        asked = await service.ask_for_code(form.value.contact, client_of(request))
    except ContactRefused as fault:
        form.refuse("contact", told(request, fault))
        return _show_ask(request, form, status=fault.status)
    response = see_other(request, with_back("/sign-in/code/enter", back_of(form.value.back)))
    keep_asked(response, asked)
    return response


@get("/sign-in/code/enter", opt=PUBLIC)
async def enter_page(request: PageRequest, back: FromQuery[str] = "/") -> Response[Any]:
    return _show_enter(request, blank_form({"back": back_of(back)}))


@post("/sign-in/code/enter", opt=PUBLIC, status_code=303)
async def enter(request: PageRequest) -> Response[Any]:
    form = await read_form(request, SentCodeForm)
    if form.value is None:
        return _show_enter(request, form, status=422)
    try:
        session = await service.redeem_code(asked_of(request).token, form.value.code, client_of(request))
    except CodeRefused as fault:
        form.refuse("code", told(request, fault))
        return _show_enter(request, form, status=fault.status)
    return signed_in(request, session, back_of(form.value.back))


@get("/sign-in/link/{token:str}", opt=PUBLIC)
async def link_page(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    """Opening shows; only pressing redeems, since mail scanners open links."""
    return await _show_link(request, token, blank_form())


@post("/sign-in/link/{token:str}", opt=PUBLIC, status_code=303)
async def redeem_link(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    form = await read_form(request, NumberForm)
    if form.value is None:
        return await _show_link(request, token, form, status=422)
    try:
        asked = asked_of(request)
        session = await service.redeem_link(token, form.value.number, asked.token, client_of(request))
    except CodeRefused as fault:
        form.refuse("number", told(request, fault))
        return await _show_link(request, token, form, status=fault.status)
    return signed_in(request, session, "/")


def _show_ask(request: PageRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(request, "identity/ask-code.html", status=status, form=form, back=back_of(form.text("back")))


def _show_enter(request: PageRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    asked, back = asked_of(request), back_of(form.text("back"))
    if not asked.token:
        return see_other(request, with_back("/sign-in/code", back))
    return render(request, "identity/enter-code.html", status=status, form=form, number=asked.number, back=back)


async def _show_link(request: PageRequest, token: str, form: Form[Any], *, status: int = 200) -> Response[Any]:
    link = await service.look_at_link(token, asked_of(request).token)
    return render(
        request,
        "identity/sign-in-link.html",
        status=status if link.is_open else 410,
        form=form,
        token=token,
        link=link,
    )


HANDLERS = (ask_page, ask, enter_page, enter, link_page, redeem_link)
