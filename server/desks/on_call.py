"""How each group of specialists is rung, and the roster of who is on call, in the zone of whoever reads it."""

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.cases import service as cases
from server.core.access import Action, Actor, Role
from server.core.platform import now
from server.desks.call_wording import RING_MODE
from server.desks.times import require_near
from server.identity import service as identity
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]
PAGE = "/on-call"


TimeOfDay = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""As browsers send it."""


class PlanForm(msgspec.Struct, kw_only=True):
    mode: calls.RingMode
    ring_s: Annotated[int, msgspec.Meta(ge=15, le=180)]


class ShiftForm(msgspec.Struct, kw_only=True):
    person: UUID
    from_day: date
    from_time: TimeOfDay
    until_day: date
    until_time: TimeOfDay


@get(PAGE, opt={"action": Action.ON_CALL_MANAGE})
async def groups_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    return render(request, "desks/on_call_groups.html", pools=await cases.own_pools(actor))


@get(f"{PAGE}/{{pool_id:uuid}}", opt={"action": Action.ON_CALL_MANAGE})
async def group_page(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[str]:
    return await _show(request, actor, pool_id)


async def _show(
    request: PageRequest, actor: Actor, pool_id: UUID, *, shift: Form[Any] | None = None, status: int = 200
) -> Response[str]:
    pool, plan = await calls.plan_of(actor, pool_id)
    readers = await identity.people_in_role(actor.organisation_id, Role.SPECIALIST)
    _ = gettext_for(request)
    return render(
        request,
        "desks/on_call.html",
        status=status,
        pool=pool,
        plan=blank_form({"mode": plan.mode, "ring_s": plan.ring_s}),
        shifts=await calls.shifts_of(actor, pool_id),
        readers=[(str(reader.person_id), reader.details.name) for reader in readers],
        names={reader.person_id: reader.details.name for reader in readers},
        mode_choices=[(mode.value, _(RING_MODE[mode])) for mode in calls.RingMode],
        shift=shift or blank_form(),
        now=now(),
    )


@post(f"{PAGE}/{{pool_id:uuid}}", opt={"action": Action.ON_CALL_MANAGE}, status_code=303)
async def set_plan(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, PlanForm)
    if form.value is None:
        told = _("Choose a way, and between 15 and 180 seconds.")
        return see_other(request, f"{PAGE}/{pool_id}", flash=told, kind="warning")
    await calls.set_plan(actor, pool_id, form.value.mode, form.value.ring_s)
    return see_other(request, f"{PAGE}/{pool_id}", flash=_("The next call rings so."))


@post(f"{PAGE}/{{pool_id:uuid}}/shifts", opt={"action": Action.ON_CALL_MANAGE}, status_code=303)
async def add_shift(request: PageRequest, actor: NamedDependency[Actor], pool_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ShiftForm)
    if form.value is None:
        return await _show(request, actor, pool_id, shift=form, status=422)
    said, zone = form.value, reader_of(request).zone
    starts_at = datetime.combine(require_near(said.from_day), time.fromisoformat(said.from_time), zone)
    ends_at = datetime.combine(require_near(said.until_day), time.fromisoformat(said.until_time), zone)
    await calls.add_shift(actor, pool_id, said.person, starts_at, ends_at)
    return see_other(request, f"{PAGE}/{pool_id}", flash=_("Added to the roster."))


@post(f"{PAGE}/shifts/{{shift_id:uuid}}/end", opt={"action": Action.ON_CALL_MANAGE}, status_code=303)
async def end_shift(request: PageRequest, actor: NamedDependency[Actor], shift_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    pool_id = await calls.end_shift(actor, shift_id)
    return see_other(request, f"{PAGE}/{pool_id}", flash=_("Taken off the roster."))


HANDLERS = (groups_page, group_page, set_plan, add_shift, end_shift)
