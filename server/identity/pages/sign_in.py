"""The pages of signing in with a passkey, or with a password and a code; and of signing out."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery

from server.core.access import Action
from server.core.platform import platform
from server.identity import service
from server.identity.authentication import client_of, session_of
from server.identity.cookies import forget_session
from server.identity.faults import CodeRefused, SignInRefused
from server.identity.pages.telling import back_of, signed_in, told, with_back
from server.identity.tables import Stage
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PUBLIC = {"action": Action.PUBLIC}


class PasswordForm(msgspec.Struct):
    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=256, extra={"verbatim": True})]
    back: str = "/"


class CodeForm(msgspec.Struct):
    code: Annotated[str, msgspec.Meta(max_length=40, extra={"message": N_("Type the code.")})]
    back: str = "/"


@get("/sign-in", opt=PUBLIC)
async def sign_in_page(request: PageRequest, back: FromQuery[str] = "/") -> Response[Any]:
    return _show_sign_in(request, blank_form({"back": back_of(back)}))


@post("/sign-in", opt=PUBLIC, status_code=303)
async def sign_in(request: PageRequest) -> Response[Any]:
    form = await read_form(request, PasswordForm)
    if form.value is None:
        return _show_sign_in(request, form, status=422)
    try:
        session = await service.give_password(form.value.email, form.value.password, client_of(request))
    except SignInRefused as fault:
        form.refuse("", told(request, fault))
        return _show_sign_in(request, form, status=fault.status)
    return signed_in(request, session, with_back("/sign-in/app-code", back_of(form.value.back)))


@get("/sign-in/app-code", opt=PUBLIC)
async def app_code_page(request: PageRequest, back: FromQuery[str] = "/") -> Response[Any]:
    if not _is_code_due(request):
        return see_other(request, "/sign-in")
    return _show_code(request, "identity/app-code.html", blank_form({"back": back_of(back)}))


@post("/sign-in/app-code", opt=PUBLIC, status_code=303)
async def give_app_code(request: PageRequest) -> Response[Any]:
    form = await read_form(request, CodeForm)
    if form.value is None:
        return _show_code(request, "identity/app-code.html", form, status=422)
    try:
        session = await service.give_app_code(session_of(request), form.value.code, client_of(request))
    except CodeRefused as fault:
        form.refuse("code", told(request, fault))
        return _show_code(request, "identity/app-code.html", form, status=fault.status)
    return signed_in(request, session, back_of(form.value.back))


@get("/sign-in/recovery-code", opt=PUBLIC)
async def recovery_code_page(request: PageRequest) -> Response[Any]:
    if not _is_code_due(request):
        return see_other(request, "/sign-in")
    return _show_code(request, "identity/recovery-code.html", blank_form())


@post("/sign-in/recovery-code", opt=PUBLIC, status_code=303)
async def give_recovery_code(request: PageRequest) -> Response[Any]:
    form = await read_form(request, CodeForm)
    if form.value is None:
        return _show_code(request, "identity/recovery-code.html", form, status=422)
    try:
        session = await service.give_recovery_code(session_of(request), form.value.code, client_of(request))
    except CodeRefused as fault:
        form.refuse("code", told(request, fault))
        return _show_code(request, "identity/recovery-code.html", form, status=fault.status)
    return signed_in(request, session, "/enrol")


@post("/sign-out", opt=PUBLIC, status_code=303)
async def sign_out(request: PageRequest) -> Response[Any]:
    """Also for a session that is not whole, or that has ended meanwhile."""
    _ = gettext_for(request)
    session = session_of(request)
    if session is not None:
        await service.end_session(session)
    response = see_other(request, "/sign-in", flash=_("You are signed out."))
    forget_session(response)
    return response


def _is_code_due(request: PageRequest) -> bool:
    session = session_of(request)
    return session is not None and session.stage is Stage.CODE_DUE


def _show_sign_in(request: PageRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(
        request,
        "identity/sign-in.html",
        status=status,
        form=form,
        back=back_of(form.text("back")),
        has_passkeys=service.has_passkeys(),
        is_demo=platform().settings.is_demo,
    )


def _show_code(request: PageRequest, template: str, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(request, template, status=status, form=form, back=back_of(form.text("back")))


HANDLERS = (
    sign_in_page,
    sign_in,
    app_code_page,
    give_app_code,
    recovery_code_page,
    give_recovery_code,
    sign_out,
)
