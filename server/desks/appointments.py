"""Appointments as the patient's side has them: the list, one alone, and what can be done with it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor, permits
from server.core.faults import BadInput
from server.core.platform import platform
from server.desks.call_button import visit_button
from server.desks.times import require_near
from server.desks.visit_wording import VISIT_STATUS
from server.identity import service as identity
from server.patients import service as patients
from server.patients.choosing import about_whom, chosen
from server.patients.wording import CAPACITY
from server.scheduling import service as scheduling
from server.scheduling.calendars import Words, calendar_of
from server.scheduling.schemas import Wanted
from server.scheduling.wording import when_text
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]
CALENDAR_TYPE = "text/calendar; charset=utf-8"


class WaitingForm(msgspec.Struct, kw_only=True):
    patient: UUID
    provider: UUID
    kind: UUID
    until: date
    case: UUID | None = None


@get("/appointments", opt={"action": Action.APPOINTMENTS_OWN})
async def appointments_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """One's own, or those of whom one chose to act for."""
    return await show_list(request, actor)


async def show_list(request: PageRequest, actor: Actor, *, feed_address: str = "") -> Response[Any]:
    acting = await chosen(request, actor)
    if acting is None and await patients.patients_of(actor):
        return see_other(request, "/acting-for")
    rows = await scheduling.appointments_of_patient(actor, acting.patient_id) if acting else []
    waiting = await scheduling.waiting_of_patient(actor, acting.patient_id) if acting else []
    return render(
        request,
        "desks/appointments.html",
        acting=acting,
        capacities=CAPACITY,
        coming=[row for row in rows if row.ends_at > reader_of(request).now],
        past=[row for row in rows if row.ends_at <= reader_of(request).now],
        waiting=waiting,
        names=await identity.person_names({row.provider_id for row in (*rows, *waiting)}),
        visit_status=VISIT_STATUS,
        has_feed=await scheduling.has_feed(actor),
        feed_address=feed_address,
    )


@get("/appointments/{appointment_id:uuid}", opt={"action": Action.APPOINTMENT_READ})
async def appointment_page(
    request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]
) -> Response[str]:
    row = await scheduling.get_appointment(actor, appointment_id)
    reader = reader_of(request)
    is_booking = permits(actor, Action.APPOINTMENT_BOOK) and (
        actor.is_patient or row.organisation_id == actor.organisation_id
    )
    return render(
        request,
        "desks/appointment.html",
        row=row,
        acting=await about_whom(actor, row.patient_id),
        capacities=CAPACITY,
        patient_name="" if actor.is_patient else (await patients.names_of(actor, [row.patient_id])).get(row.patient_id),
        provider_name=await identity.person_name(row.provider_id),
        when=when_text(row.starts_at, reader.zone.key, reader.language),
        when_there="" if row.zone == reader.zone.key else when_text(row.starts_at, row.zone, reader.language),
        is_coming=row.starts_at > reader.now,
        is_held=row.status == "held" and row.held_until is not None and row.held_until > reader.now,
        is_booking=is_booking,
        minutes=(row.ends_at - row.starts_at) // timedelta(minutes=1),
        visit_status=VISIT_STATUS,
        **await visit_button(actor, row),
    )


@get("/appointments/{appointment_id:uuid}/visit.ics", opt={"action": Action.APPOINTMENT_READ})
async def appointment_file(
    request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]
) -> Response[bytes]:
    """The appointment for a calendar program."""
    row = await scheduling.get_appointment(actor, appointment_id)
    return calendar_answer(request, [row])


def calendar_answer(request: PageRequest, rows: list[Any]) -> Response[bytes]:
    _ = gettext_for(request)
    words = Words(summary=_("Appointment"), by_video=_("By video"))
    content = calendar_of(rows, words, platform().settings.web.public_url)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=CALENDAR_TYPE, headers=headers)


@post("/appointments/{appointment_id:uuid}/confirm", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def confirm(request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.confirm(actor, appointment_id)
    return see_other(request, f"/appointments/{appointment_id}", flash=_("Booked. A reminder is sent before it."))


@post("/appointments/{appointment_id:uuid}/cancel", opt={"action": Action.APPOINTMENT_READ}, status_code=303)
async def cancel(request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.cancel(actor, appointment_id)
    # The provider's organisation does not see it any more.
    to = f"/appointments/{appointment_id}" if permits(actor, Action.APPOINTMENT_BOOK) else "/day-sheet"
    told = _("Cancelled. Nobody waits for you then.") if actor.is_patient else _("Cancelled. The patient is told.")
    return see_other(request, to, flash=told)


@post("/appointments/{appointment_id:uuid}/restore", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def restore(request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.restore(actor, appointment_id)
    return see_other(request, f"/appointments/{appointment_id}", flash=_("It is booked again, at the same time."))


@post("/appointments/waiting", opt={"action": Action.APPOINTMENTS_OWN}, status_code=303)
async def wait(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """From now to the end of a day of the reader's calendar."""
    _, form, reader = gettext_for(request), await read_form(request, WaitingForm), reader_of(request)
    if form.value is None:
        raise BadInput("Say until which day you would wait.")
    said = form.value
    wanted = Wanted(
        patient_id=said.patient,
        provider_id=said.provider,
        kind_id=said.kind,
        starts_at=reader.now,
        from_case_id=said.case,
    )
    until_at = datetime.combine(require_near(said.until) + timedelta(days=1), time(), reader.zone)
    await scheduling.join_waiting(actor, wanted, until_at)
    told = _("You are on the waiting list. If a time becomes free, we tell you and keep it for you for some hours.")
    return see_other(request, "/appointments", flash=told)


@post("/appointments/waiting/{entry_id:uuid}/end", opt={"action": Action.APPOINTMENTS_OWN}, status_code=303)
async def stop_waiting(request: PageRequest, actor: NamedDependency[Actor], entry_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await scheduling.leave_waiting(actor, entry_id)
    return see_other(request, "/appointments", flash=_("You are not on the waiting list any more."))


HANDLERS = (appointments_page, appointment_page, appointment_file, confirm, cancel, restore, wait, stop_waiting)
