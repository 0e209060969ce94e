"""The coordinator's page: deadlines at risk, cases that nobody can read, and moving them on."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.cases import service as cases
from server.core.access import Action, Actor
from server.core.platform import now
from server.desks.verbs import EscalateForm
from server.desks.wording import ACUITY, STATUS, TOPIC
from server.identity import service as identity
from server.web.forms import Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
UNREACHED = f"/deadlines?show={cases.Risk.UNREACHED}"


class ReassignForm(msgspec.Struct, kw_only=True):
    pool: UUID


@get("/deadlines", opt={"action": Action.DEADLINES_READ})
async def deadlines_page(
    request: PageRequest, actor: NamedDependency[Actor], show: FromQuery[cases.Risk] = cases.Risk.LATE
) -> Response[str]:
    """Counts per kind of risk, each of which leads to its rows."""
    rows = await cases.at_risk(actor, show)
    readers = {row.claimed_by for row in rows if row.claimed_by}
    return render(
        request,
        "desks/deadlines.html",
        counts=await cases.risk_counts(actor),
        show=show,
        unreached=await cases.unreached(actor) if show is cases.Risk.UNREACHED else [],
        to_review=await cases.openings_to_review(actor),
        rows=rows,
        names=await identity.person_names(readers),
        pools=await cases.pools_for(actor),
        form=blank_form(),
        now=now(),
        words={"acuity": ACUITY, "status": STATUS, "topic": TOPIC},
    )


@post("/deadlines/cases/{case_id:uuid}/reassign", opt={"action": Action.CASE_REASSIGN}, status_code=303)
async def reassign(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ReassignForm)
    if form.value is None:
        return see_other(request, "/deadlines", flash=_("Choose a group first."), kind="warning")
    await cases.reassign_case(actor, case_id, form.value.pool)
    return see_other(request, "/deadlines", flash=_("The case waits in the other group now."))


@post("/deadlines/cases/{case_id:uuid}/tell-again", opt={"action": Action.PATIENT_TELL}, status_code=303)
async def tell_again(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    if await cases.tell_again(actor, case_id):
        return see_other(request, UNREACHED, flash=_("The message leaves again. The case comes back here if it fails."))
    no_address = _("The record has no phone number and no e-mail address. Add one, or tell the patient yourself.")
    return see_other(request, UNREACHED, flash=no_address, kind="warning")


@post("/deadlines/cases/{case_id:uuid}/told", opt={"action": Action.PATIENT_TELL}, status_code=303)
async def told(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await cases.note_told(actor, case_id)
    return see_other(request, UNREACHED, flash=_("Written down: the patient knows that there is an answer."))


@post("/deadlines/cases/{case_id:uuid}/escalate", opt={"action": Action.CASE_ESCALATE}, status_code=303)
async def escalate(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, EscalateForm)
    if form.value is None:
        return see_other(request, "/deadlines", flash=_("Say how urgent, and why."), kind="warning")
    await cases.escalate_case(actor, case_id, form.value.acuity, form.value.reason)
    return see_other(request, "/deadlines", flash=_("Made more urgent; the deadline came nearer."))
