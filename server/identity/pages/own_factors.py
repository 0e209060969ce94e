"""The pages of how one signs in: password and code app, passkeys, recovery codes."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor
from server.identity import service
from server.identity.faults import CodeRefused, LastWayIn, PasswordRefused
from server.identity.pages.code_app import code_app_picture
from server.identity.pages.enrolment import NewPasswordForm
from server.identity.pages.telling import told
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

SELF = {"action": Action.SELF}


@get("/account/password", opt=SELF)
async def password_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return await _show_password(request, actor, blank_form())


@post("/account/password", opt=SELF, status_code=303)
async def set_password(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, NewPasswordForm)
    if form.value is None:
        return await _show_password(request, actor, form, status=422)
    try:
        await service.set_own_password(actor, form.value.password, form.value.code)
    except (PasswordRefused, CodeRefused) as fault:
        form.refuse("password" if isinstance(fault, PasswordRefused) else "code", told(request, fault))
        return await _show_password(request, actor, form, status=422)
    return see_other(request, "/account", flash=_("Your password and code app are set. Other sign-ins have ended."))


@get("/account/passkey", opt=SELF)
async def passkey_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Asks for proof now, so that the browser's own dialogue does not come to nothing."""
    await service.require_fresh_proof(actor)
    return render(request, "identity/add-passkey.html", has_passkeys=service.has_passkeys())


@post("/account/passkeys/{passkey_id:uuid}/remove", opt=SELF, status_code=303)
async def remove_passkey(
    request: PageRequest, actor: NamedDependency[Actor], passkey_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    try:
        await service.remove_own_passkey(actor, passkey_id)
    except LastWayIn as fault:
        return see_other(request, "/account", flash=told(request, fault), kind="warning")
    return see_other(request, "/account", flash=_("The passkey is removed."))


@get("/account/recovery-codes", opt=SELF)
async def recovery_codes_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    ways_in = await service.own_ways_in(actor)
    return render(request, "identity/recovery-codes.html", codes=None, left=ways_in.recovery_codes_left)


@post("/account/recovery-codes", opt=SELF, status_code=200)
async def make_recovery_codes(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Answers with the page itself: the codes are shown this once and are nowhere to come back to."""
    codes = await service.make_recovery_codes(actor)
    return render(request, "identity/recovery-codes.html", codes=codes, left=len(codes))


async def _show_password(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    details = await service.own_details(actor)
    picture = code_app_picture(await service.own_pending_secret(actor), account=details.email or details.name)
    return render(
        request, "identity/set-password.html", status=status, form=form, picture=picture, username=details.email
    )


HANDLERS = (password_page, set_password, passkey_page, remove_passkey, recovery_codes_page, make_recovery_codes)
