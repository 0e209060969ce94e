"""The page of one person: roles, licences, and a way back in when they lost theirs."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor, Role
from server.core.faults import BadInput
from server.identity import service
from server.identity.faults import LastAdministrator, RolesDoNotMix
from server.identity.pages.telling import told
from server.identity.regions import Region
from server.identity.role_names import STAFF_ROLES, role_name
from server.web.connection import PageRequest
from server.web.forms import Form, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

READ = {"action": Action.PEOPLE_READ}
MANAGE = {"action": Action.PEOPLE_MANAGE}


class RolesForm(msgspec.Struct):
    roles: list[Role] = []


class LicenceForm(msgspec.Struct):
    region: Region
    starts_on: date
    ends_on: date | None = None


@get("/people/{person_id:uuid}", opt=READ)
async def person_page(request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> Response[Any]:
    return await _show(request, actor, person_id)


@post("/people/{person_id:uuid}/roles", opt=MANAGE, status_code=303)
async def set_roles(request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, RolesForm)
    if form.value is None:
        return await _show(request, actor, person_id, roles_form=form, status=422)
    try:
        await service.set_roles(actor, person_id, form.value.roles)
    except (LastAdministrator, RolesDoNotMix) as fault:
        form.refuse("roles", told(request, fault))
        return await _show(request, actor, person_id, roles_form=form, status=fault.status)
    return see_other(request, f"/people/{person_id}", flash=_("Saved. The person signs in again to go on."))


@post("/people/{person_id:uuid}/licences", opt=MANAGE, status_code=303)
async def add_licence(request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, LicenceForm)
    value = form.value
    if value is None:
        return await _show(request, actor, person_id, licence_form=form, status=422)

    async def effect() -> str:
        await service.add_licence(actor, person_id, value.region, value.starts_on, value.ends_on)
        return f"/people/{person_id}"

    try:
        path = await service.once(actor, form.key, service.request_hash(value), effect)
    except BadInput as fault:
        form.refuse("ends_on", told(request, fault))
        return await _show(request, actor, person_id, licence_form=form, status=422)
    return see_other(request, path, flash=_("The licence is recorded."))


@post("/people/{person_id:uuid}/licences/{licence_id:uuid}/end", opt=MANAGE, status_code=303)
async def end_licence(
    request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID], licence_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await service.end_licence(actor, licence_id)
    return see_other(request, f"/people/{person_id}", flash=_("The licence has ended."))


@post("/people/{person_id:uuid}/reset", opt=MANAGE, status_code=303)
async def reset_sign_in(
    request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await service.reset_sign_in(actor, person_id)
    return see_other(request, f"/people/{person_id}", flash=_("They are signed out. A new invitation is on its way."))


@post("/people/{person_id:uuid}/disable", opt=MANAGE, status_code=303)
async def disable(request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await service.disable_person(actor, person_id)
    return see_other(request, f"/people/{person_id}", flash=_("They are signed out and cannot sign in."))


@post("/people/{person_id:uuid}/enable", opt=MANAGE, status_code=303)
async def enable(request: PageRequest, actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await service.enable_person(actor, person_id)
    return see_other(request, f"/people/{person_id}", flash=_("They can sign in again."))


async def _show(
    request: PageRequest,
    actor: Actor,
    person_id: UUID,
    *,
    roles_form: Form[Any] | None = None,
    licence_form: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    person = await service.staff_member(actor, person_id)
    held = {"roles": [role.value for role in person.roles]}
    return render(
        request,
        "identity/person.html",
        status=status,
        person=person,
        roles=[(role.value, gettext_for(request)(role_name(role))) for role in STAFF_ROLES],
        role_name=role_name,
        roles_form=roles_form or blank_form(held),
        licence_form=licence_form or blank_form(),
        licences=await service.licences(actor, person_id),
        may_manage=service.may_manage_people(actor),
        is_self=person_id == actor.actor_id,
    )


HANDLERS = (person_page, set_roles, add_licence, end_licence, reset_sign_in, disable, enable)
