"""The pages of an organisation's people, for administrators; coordinators read."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.contract.wire import LanguageTag
from server.core.access import Action, Actor, Role
from server.identity import service
from server.identity.faults import ContactRefused, RolesDoNotMix
from server.identity.pages.telling import language_options, told
from server.identity.role_names import STAFF_ROLES, role_name
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

READ = {"action": Action.PEOPLE_READ}
MANAGE = {"action": Action.PEOPLE_MANAGE}
INVITED = "/people"


class InvitationForm(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(max_length=120)]
    email: Annotated[str, msgspec.Meta(max_length=320)]
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, extra={"message": N_("Choose at least one role.")})]
    language: LanguageTag = "en"


@get("/people", opt=READ)
async def people_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return render(
        request,
        "identity/people.html",
        people=await service.staff(actor),
        invitations=await service.open_invitations(actor),
        may_manage=service.may_manage_people(actor),
        role_name=role_name,
    )


@get("/people/invite", opt=MANAGE)
async def invite_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return _show_invite(request, blank_form({"language": actor.language}))


@post("/people/invite", opt=MANAGE, status_code=303)
async def invite(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, InvitationForm)
    value = form.value
    if value is None:
        return _show_invite(request, form, status=422)

    async def effect() -> str:
        roles = frozenset(value.roles)
        await service.invite(actor, name=value.name, email=value.email, roles=roles, language=value.language)
        return INVITED

    try:
        path = await service.once(actor, form.key, service.request_hash(value), effect)
    except (ContactRefused, RolesDoNotMix) as fault:
        form.refuse("email" if isinstance(fault, ContactRefused) else "roles", told(request, fault))
        return _show_invite(request, form, status=fault.status)
    return see_other(request, path, flash=_("The invitation is on its way. It holds for seven days."))


@post("/people/invitations/{invitation_id:uuid}/withdraw", opt=MANAGE, status_code=303)
async def withdraw_invitation(
    request: PageRequest, actor: NamedDependency[Actor], invitation_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await service.withdraw_invitation(actor, invitation_id)
    return see_other(request, "/people", flash=_("The invitation does not work any more."))


def _show_invite(request: PageRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(
        request,
        "identity/invite.html",
        status=status,
        form=form,
        roles=[(role.value, gettext_for(request)(role_name(role))) for role in STAFF_ROLES],
        language_options=language_options(request),
    )


HANDLERS = (people_page, invite_page, invite, withdraw_invitation)
