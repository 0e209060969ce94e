"""Pages of erasing a record: asked for, decided by somebody else, held by law, and what is left of it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server.core.access import Action, Actor, permits
from server.identity import service as identity
from server.patients import service
from server.patients.choosing import about_whom
from server.patients.service import Capacity
from server.patients.wording import ERASURE_REASON, ERASURE_STATE, HOLD_REASON
from server.web.connection import PageRequest
from server.web.forms import Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other


class EraseForm(msgspec.Struct, kw_only=True):
    reason: service.ErasureReason


class HoldForm(msgspec.Struct, kw_only=True):
    reason: service.HoldReason


@get("/erasures", opt={"action": Action.ERASURE_DECIDE})
async def erasures_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """What waits for a decision, and what was decided."""
    rows = await service.erasures(actor)
    return render(
        request,
        "patients/erasures.html",
        rows=rows,
        names=await service.names_of(actor, [row.patient_id for row in rows]),
        people=await identity.person_names(
            {each for row in rows for each in (row.asked_by, row.decided_by) if each is not None}
        ),
        reasons=ERASURE_REASON,
        states=ERASURE_STATE,
    )


@get("/patients/{patient_id:uuid}/erasure", opt={"action": Action.ERASURE_ASK})
async def erasure_page(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[str]:
    return await show_erasure(request, actor, patient_id)


async def show_erasure(request: PageRequest, actor: Actor, patient_id: UUID, *, status: int = 200) -> Response[str]:
    """What erasing means, how far it is, and the hold; also the page of a record that was erased."""
    about = await service.kept_summary(actor, patient_id)
    acting = await about_whom(actor, patient_id)
    erasure = await service.erasure_of(actor, patient_id)
    holds = await service.holds_of(actor, patient_id) if permits(actor, Action.HOLD_MANAGE) else []
    people = {each.set_by for each in holds} | {each.released_by for each in holds if each.released_by}
    if erasure is not None:
        people |= {erasure.asked_by} | ({erasure.decided_by} if erasure.decided_by else set())
    return render(
        request,
        "patients/erasure.html",
        status=status,
        patient_id=patient_id,
        about=about,
        name=(await service.names_of(actor, [patient_id])).get(patient_id, ""),
        erasure=erasure,
        holds=holds,
        people=await identity.person_names(people),
        may_ask=acting is None or acting.capacity is Capacity.SELF,
        may_decide=permits(actor, Action.ERASURE_DECIDE),
        acting=acting,
        form=blank_form({"reason": service.ErasureReason.PATIENT_ASKS}),
        hold=blank_form(),
        reasons=ERASURE_REASON,
        states=ERASURE_STATE,
        hold_reasons=HOLD_REASON,
    )


@post("/patients/{patient_id:uuid}/erasure", opt={"action": Action.ERASURE_ASK}, status_code=303)
async def ask_erasure(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, EraseForm)
    if form.value is None:
        return see_other(request, _page(patient_id), flash=_("Choose why first."), kind="warning")
    await service.ask_erasure(actor, patient_id, form.value.reason)
    return see_other(request, _page(patient_id), flash=_("Asked. Nothing is erased until a coordinator confirms it."))


@post("/patients/{patient_id:uuid}/erasure/confirm", opt={"action": Action.ERASURE_DECIDE}, status_code=303)
async def confirm_erasure(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[None]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.confirm_erasure(actor, patient_id)
    return see_other(request, _page(patient_id), flash=_("The record is erased."))


@post("/patients/{patient_id:uuid}/erasure/refuse", opt={"action": Action.ERASURE_DECIDE}, status_code=303)
async def refuse_erasure(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[None]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.refuse_erasure(actor, patient_id)
    return see_other(request, _page(patient_id), flash=_("The record stays."))


@post("/patients/{patient_id:uuid}/hold", opt={"action": Action.HOLD_MANAGE}, status_code=303)
async def set_hold(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, HoldForm)
    if form.value is None:
        return see_other(request, _page(patient_id), flash=_("Choose why first."), kind="warning")
    await service.set_hold(actor, patient_id, form.value.reason)
    return see_other(request, _page(patient_id), flash=_("Held: this record cannot be erased now."))


@post("/patients/{patient_id:uuid}/hold/release", opt={"action": Action.HOLD_MANAGE}, status_code=303)
async def release_hold(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[None]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.release_hold(actor, patient_id)
    return see_other(request, _page(patient_id), flash=_("The hold is lifted."))


def _page(patient_id: UUID) -> str:
    return f"/patients/{patient_id}/erasure"


def handlers() -> list[ControllerRouterHandler]:
    return [
        erasures_page,
        erasure_page,
        ask_erasure,
        confirm_erasure,
        refuse_erasure,
        set_hold,
        release_hold,
    ]
