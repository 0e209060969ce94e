"""Several visits as one wish: what is held and what could not be had, before any is booked; ending those to come."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor, permits
from server.desks.visit_wording import VISIT_MISS, VISIT_STATUS
from server.identity import service as identity
from server.patients import service as patients
from server.patients.choosing import about_whom
from server.patients.wording import CAPACITY
from server.scheduling import service as scheduling
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]


@get("/appointments/series/{series_id:uuid}", opt={"action": Action.APPOINTMENT_BOOK})
async def series_page(request: PageRequest, actor: NamedDependency[Actor], series_id: FromPath[UUID]) -> Response[str]:
    series = await scheduling.get_series(actor, series_id)
    at = reader_of(request).now
    held = [row for row in series.appointments if row.status == "held" and row.held_until and row.held_until > at]
    return render(
        request,
        "desks/series.html",
        series=series,
        held=held,
        missed=[each for each in series.occurrences if each.missed],
        first=series.appointments[0],
        acting=await about_whom(actor, series.row.patient_id),
        capacities=CAPACITY,
        patient_name=""
        if actor.is_patient
        else (await patients.names_of(actor, [series.row.patient_id])).get(series.row.patient_id),
        provider_name=await identity.person_name(series.row.provider_id),
        visit_status=VISIT_STATUS,
        visit_miss=VISIT_MISS,
    )


@post("/appointments/series/{series_id:uuid}/confirm", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def confirm(request: PageRequest, actor: NamedDependency[Actor], series_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.confirm_series(actor, series_id)
    return see_other(request, f"/appointments/series/{series_id}", flash=_("Booked. A reminder is sent before each."))


@post("/appointments/series/{series_id:uuid}/leave", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def leave(request: PageRequest, actor: NamedDependency[Actor], series_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.leave_series(actor, series_id)
    return see_other(request, f"/appointments/series/{series_id}", flash=_("Nothing was booked."))


@post("/appointments/{appointment_id:uuid}/cancel-following", opt={"action": Action.APPOINTMENT_READ}, status_code=303)
async def cancel_following(
    request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.cancel_following(actor, appointment_id)
    # The provider's organisation does not see them any more.
    to = f"/appointments/{appointment_id}" if permits(actor, Action.APPOINTMENT_BOOK) else "/day-sheet"
    told = _("This visit and those after it are cancelled.")
    return see_other(request, to, flash=told)


HANDLERS = (series_page, confirm, leave, cancel_following)
