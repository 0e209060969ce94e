"""Pages of acting for somebody: who may act for a patient, and for whom one acts."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server.core.access import Action, Actor
from server.core.faults import NotFound
from server.identity import service as identity
from server.identity.faults import ContactRefused
from server.patients import service
from server.patients.choosing import about_whom, choices, chosen, keep_choice
from server.patients.service import Capacity, Relation
from server.patients.wording import CAPACITY, RELATION
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

CONTACT_IN_USE = N_(
    "This address or number belongs to a sign-in with another name, or of the staff. Check the name and every digit."
)


class NameForm(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    contact: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    capacity: Literal["guardian", "helper"]
    relation: Relation
    since: date | None = None
    until: date | None = None
    majority_on: date | None = None


@get("/acting-for", opt={"action": Action.ACCESS_LIST_READ})
async def choose_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """Everyone one acts for; pressing a name chooses it for all pages."""
    now_for = await chosen(request, actor)
    return render(request, "patients/choose.html", choices=await choices(actor), acting=now_for, capacities=CAPACITY)


@post("/acting-for/{patient_id:uuid}", opt={"action": Action.ACCESS_LIST_READ}, status_code=303)
async def choose(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[None]:
    await read_form(request, Nothing)
    if await about_whom(actor, patient_id) is None:
        raise NotFound("There is no such patient.")
    response = see_other(request, "/cases")
    keep_choice(response, patient_id)
    return response


@get("/patients/{patient_id:uuid}/acting", opt={"action": Action.ACTING_MANAGE})
async def acting_page(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[str]:
    return await _show(request, actor, patient_id)


@post("/patients/{patient_id:uuid}/acting", opt={"action": Action.ACTING_MANAGE}, status_code=303)
async def name_person(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, NameForm)
    if form.value is None:
        return await _show(request, actor, patient_id, form=form, status=422)
    wanted = msgspec.convert(form.value, service.Named, from_attributes=True)

    async def effect() -> str:
        await service.name_person(actor, patient_id, wanted)
        return f"/patients/{patient_id}/acting"

    try:
        page = await identity.once(actor, form.key, identity.request_hash(wanted), effect)
    except service.DatesRefused as fault:
        form.refuse(fault.field, _(fault.detail))
    except identity.ContactInUse:
        form.refuse("contact", _(CONTACT_IN_USE))
    except ContactRefused as fault:
        form.refuse("contact", _(fault.title))
    else:
        return see_other(request, page, flash=_("Written down. Somebody new is told how to sign in."))
    return await _show(request, actor, patient_id, form=form, status=422)


@post("/patients/{patient_id:uuid}/acting/{grant_id:uuid}/end", opt={"action": Action.ACTING_MANAGE}, status_code=303)
async def end_acting(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID], grant_id: FromPath[UUID]
) -> Response[None]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.end_acting(actor, patient_id, grant_id)
    still_acts = not actor.is_patient or await about_whom(actor, patient_id) is not None
    page = f"/patients/{patient_id}/acting" if still_acts else "/cases"
    return see_other(request, page, flash=_("Ended. This person sees nothing more from now on."))


async def _show(
    request: PageRequest, actor: Actor, patient_id: UUID, *, form: Form[Any] | None = None, status: int = 200
) -> Response[str]:
    majority_on = await service.majority_of(actor, patient_id)
    who = await service.demographics(actor, patient_id)
    may_name = await service.may_name(actor, patient_id)
    first = {"majority_on": majority_on, "capacity": may_name[0] if len(may_name) == 1 else None}
    return render(
        request,
        "patients/acting.html",
        status=status,
        patient_id=patient_id,
        who=who,
        people=await service.acting_for(actor, patient_id),
        may_name=may_name,
        is_proposed=(await service.kept_summary(actor, patient_id)).majority_on is None,
        form=form or blank_form(first),
        acting=await about_whom(actor, patient_id),
        capacities=CAPACITY,
        relations=RELATION,
        guardian=Capacity.GUARDIAN,
    )


def handlers() -> list[ControllerRouterHandler]:
    return [choose_page, choose, acting_page, name_person, end_acting]
