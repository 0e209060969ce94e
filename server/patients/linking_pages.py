"""Pages on which a coordinator compares records that may be one person, and says what they are."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server.core.access import Action, Actor
from server.identity import service as identity
from server.patients import service
from server.patients.wording import LINK_REASON, LINK_STATE, SEX, SHARED
from server.web.connection import PageRequest
from server.web.forms import read_form
from server.web.layout import gettext_for, render, see_other


class LinkForm(msgspec.Struct, kw_only=True):
    state: service.LinkState
    reason: service.LinkReason


@get("/links", opt={"action": Action.PATIENT_LINK})
async def links_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """Every pair that is, or may be, one person; those in doubt first."""
    pairs = await service.stated_pairs(actor)
    names = await service.names_of(actor, [each for pair in pairs for each in (pair.patient_id, pair.other_id)])
    return render(request, "patients/links.html", pairs=pairs, names=names, states=LINK_STATE)


@get("/patients/{patient_id:uuid}/alike", opt={"action": Action.PATIENT_LINK})
async def alike_page(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[str]:
    """This record beside each that looks like it, and everything that was ever said of them."""
    history = await service.links_of(actor, patient_id)
    compared = {each for row in history for each in (row.patient_id, row.other_patient_id)}
    return render(
        request,
        "patients/alike.html",
        patient_id=patient_id,
        about=await service.kept_summary(actor, patient_id),
        who=await service.demographics(actor, patient_id),
        others=await service.alike(actor, patient_id),
        history=history,
        names=await service.names_of(actor, compared),
        people=await identity.person_names({row.stated_by for row in history}),
        sexes=SEX,
        shared=SHARED,
        states=LINK_STATE,
        reasons=LINK_REASON,
    )


@post("/patients/{patient_id:uuid}/alike/{other_id:uuid}", opt={"action": Action.PATIENT_LINK}, status_code=303)
async def state_link(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID], other_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    page = f"/patients/{patient_id}/alike"
    form = await read_form(request, LinkForm)
    if form.value is None:
        return see_other(request, page, flash=_("Choose why first."), kind="warning")
    wanted = form.value

    async def effect() -> str:
        await service.state_link(actor, patient_id, other_id, wanted.state, wanted.reason)
        return page

    content = identity.request_hash(wanted) + other_id.bytes
    return see_other(request, await identity.once(actor, form.key, content, effect), flash=_("Written down."))


def handlers() -> list[ControllerRouterHandler]:
    return [links_page, alike_page, state_link]
