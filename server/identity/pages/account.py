"""The account page: language, zone, for whom one acts, how one signs in, and where."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.contract.wire import LanguageTag
from server.core.access import Action, Actor
from server.identity import service
from server.identity.pages.telling import language_options, signed_in
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

SELF = {"action": Action.SELF}


class PreferencesForm(msgspec.Struct):
    language: LanguageTag
    zone: Annotated[str, msgspec.Meta(max_length=64)]


@get("/account", opt=SELF)
async def account_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return await _show(request, actor, blank_form({"language": actor.language, "zone": actor.zone}))


@post("/account/preferences", opt=SELF, status_code=303)
async def set_preferences(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, PreferencesForm)
    if form.value is not None and form.value.zone not in available_timezones():
        form.refuse("zone", _("Choose one of the time zones."))
    if form.value is None or form.errors:
        return await _show(request, actor, form, status=422)
    await service.set_preferences(actor, form.value.language, form.value.zone)
    return see_other(request, "/account", flash=_("Saved."))


@post("/account/act-for/{organisation_id:uuid}", opt=SELF, status_code=303)
async def act_for(
    request: PageRequest, actor: NamedDependency[Actor], organisation_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    session = await service.act_for(actor, organisation_id)
    place = await service.organisation(organisation_id)
    return signed_in(request, session, "/", _("You now act for %(name)s.") % {"name": place.name})


@get("/account/sessions", opt=SELF)
async def sessions_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return render(request, "identity/sessions.html", sessions=await service.own_sessions(actor))


@post("/account/sessions/{session_id:uuid}/end", opt=SELF, status_code=303)
async def end_session(request: PageRequest, actor: NamedDependency[Actor], session_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await service.end_own_session(actor, session_id)
    return see_other(request, "/account/sessions", flash=_("That sign-in has ended."))


@post("/account/sessions/end-others", opt=SELF, status_code=303)
async def end_other_sessions(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    await service.end_other_sessions(actor)
    return see_other(request, "/account/sessions", flash=_("You are signed in here only."))


async def _show(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(
        request,
        "identity/account.html",
        status=status,
        form=form,
        details=await service.own_details(actor),
        places=await service.own_organisations(actor),
        ways_in=await service.own_ways_in(actor),
        zone_options=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        language_options=language_options(request),
        has_passkeys=service.has_passkeys(),
        here=actor.organisation_id,
        is_patient=actor.is_patient,
    )


HANDLERS = (account_page, set_preferences, act_for, sessions_page, end_session, end_other_sessions)
