"""The pages of an invitation, and of choosing how to sign in."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from server.core.access import Action
from server.identity import service
from server.identity.authentication import client_of, session_of
from server.identity.faults import CodeRefused, LinkSpent, PasswordRefused
from server.identity.pages.code_app import code_app_picture
from server.identity.pages.telling import signed_in, told
from server.identity.password_rules import MAX_LENGTH, MIN_LENGTH, TOO_SHORT
from server.web.catalogue import N_
from server.web.connection import PageRequest, actor_of
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PUBLIC = {"action": Action.PUBLIC}


class NewPasswordForm(msgspec.Struct):
    """A password together with the first code of the app that goes with it."""

    password: Annotated[
        str,
        msgspec.Meta(min_length=MIN_LENGTH, max_length=MAX_LENGTH, extra={"verbatim": True, "message": TOO_SHORT}),
    ]
    code: Annotated[str, msgspec.Meta(max_length=12, extra={"message": N_("Type the code that your app shows.")})]


@get("/invitation/{token:str}", opt=PUBLIC)
async def invitation_page(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    """Opening shows; only pressing accepts, since mail scanners open links."""
    try:
        invitation = await service.look_at_invitation(token)
    except LinkSpent as fault:
        return render(request, "identity/invitation.html", status=fault.status, invitation=None, token=token)
    return render(request, "identity/invitation.html", invitation=invitation, token=token)


@post("/invitation/{token:str}", opt=PUBLIC, status_code=303)
async def accept_invitation(request: PageRequest, token: FromPath[str]) -> Response[Any]:
    _ = gettext_for(request)
    session = await service.accept_invitation(token, actor_of(request), client_of(request))
    if session is None:
        return see_other(request, "/account", flash=_("You are in. Your account shows for whom you can act."))
    return signed_in(request, session, "/enrol")


@get("/enrol", opt=PUBLIC)
async def enrolment_page(request: PageRequest) -> Response[Any]:
    session = service.enrolling(session_of(request))
    details = await service.enrolling_details(session)
    return render(request, "identity/enrol.html", details=details, has_passkeys=service.has_passkeys())


@get("/enrol/password", opt=PUBLIC)
async def enrolment_password_page(request: PageRequest) -> Response[Any]:
    return await _show_password(request, blank_form())


@post("/enrol/password", opt=PUBLIC, status_code=303)
async def enrol_with_password(request: PageRequest) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, NewPasswordForm)
    if form.value is None:
        return await _show_password(request, form, status=422)
    enrolling = service.enrolling(session_of(request))
    try:
        session = await service.enrol_with_password(enrolling, form.value.password, form.value.code, client_of(request))
    except (PasswordRefused, CodeRefused) as fault:
        form.refuse("password" if isinstance(fault, PasswordRefused) else "code", told(request, fault))
        return await _show_password(request, form, status=422)
    return signed_in(request, session, "/account/recovery-codes", _("You are signed in."))


async def _show_password(request: PageRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    session = service.enrolling(session_of(request))
    details = await service.enrolling_details(session)
    picture = code_app_picture(await service.enrolment_secret(session), account=details.email or details.name)
    return render(
        request, "identity/enrol-password.html", status=status, form=form, picture=picture, username=details.email
    )


HANDLERS = (invitation_page, accept_invitation, enrolment_page, enrolment_password_page, enrol_with_password)
