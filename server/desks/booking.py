"""Booking a visit without script: whom and what, then a week of free times, then one press; moving is the same."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from server.cases import service as cases
from server.core.access import Action, Actor
from server.core.faults import BadInput, Fault
from server.desks.times import SHOWN_DAYS, by_day, days_of, read_start
from server.desks.visit_wording import WEEKDAY
from server.identity import service as identity
from server.patients.choosing import about_whom, chosen
from server.patients.wording import CAPACITY
from server.scheduling import service as scheduling
from server.scheduling.schemas import ProviderOffer, Rhythm, Wanted
from server.web.forms import read_form
from server.web.layout import gettext_for, reader_of, render, see_other

PageRequest = Request[Any, Any, Any]
REFUSALS = (scheduling.AlreadyInGroup, scheduling.NotLicensedThere, scheduling.TimeNotOffered, scheduling.TimeTaken)
Start = Annotated[str, Meta(max_length=80)]


class HoldForm(msgspec.Struct, kw_only=True):
    patient: UUID
    provider: UUID
    kind: UUID
    start: Start
    case: UUID | None = None
    every_weeks: Annotated[int, Meta(ge=0, le=12)] = 0
    """0: once."""
    times: Annotated[int, Meta(ge=2, le=12)] = 6


class MoveForm(msgspec.Struct, kw_only=True):
    start: Start


@get("/appointments/book", opt={"action": Action.APPOINTMENT_BOOK})
async def book_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    patient: FromQuery[UUID | None] = None,
    case: FromQuery[UUID | None] = None,
    provider: FromQuery[UUID | None] = None,
    kind: FromQuery[UUID | None] = None,
    first: FromQuery[date | None] = None,
) -> Response[Any]:
    """Who has not said whom and what chooses that first, unless there is but one choice."""
    patient_id = await cases.patient_of_case(actor, case) if case else patient or await _own(request, actor)
    if patient_id is None:
        return see_other(request, "/acting-for" if actor.is_patient else "/patients")
    offers = await scheduling.offers_for(actor, patient_id)
    asked = _asked(patient_id, case)
    named = _named(offers, provider, kind)
    shared: dict[str, Any] = {
        "acting": await about_whom(actor, patient_id),
        "capacities": CAPACITY,
        "names": await identity.person_names({offer.provider_id for offer in offers}),
        "asked": asked,
    }
    if named is None:
        return render(request, "desks/book_choose.html", offers=offers, book=_book_href, **shared)
    offer, kind_id = named
    choice = {"provider": offer.provider_id, "kind": kind_id}
    fields = {"patient": patient_id, **asked, **choice}
    shown = await _week(request, actor, patient_id, offer, kind_id, first)
    return render(
        request,
        "desks/book_times.html",
        offer=offer,
        kind=next(each for each in offer.kinds if each.kind_id == kind_id),
        action="/appointments/hold",
        fields=fields,
        other_href=_book_href(asked) if sum(len(each.kinds) for each in offers) > 1 else "",
        waiting_fields=fields if actor.is_patient else None,
        href=partial(_on_day, _book_href(asked | choice) + "&"),
        **shown,
        **shared,
    )


@post("/appointments/hold", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def hold(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    form = await read_form(request, HoldForm)
    if form.value is None:
        raise BadInput("Choose one of the times that are shown, once or 2 to 12 times.")
    said = form.value
    starts_at, place_id = _start(said.start)
    wanted = Wanted(
        patient_id=said.patient,
        provider_id=said.provider,
        kind_id=said.kind,
        starts_at=starts_at,
        place_id=place_id,
        from_case_id=said.case,
    )
    try:
        if said.every_weeks:
            rhythm = Rhythm(every_weeks=said.every_weeks, times=said.times)
            series_id = await scheduling.hold_series(actor, wanted, rhythm, form_key=form.key)
            return see_other(request, f"/appointments/series/{series_id}")
        appointment_id = await scheduling.hold_time(actor, wanted, form_key=form.key)
    except REFUSALS as refusal:
        back = _book_href(_asked(said.patient, said.case) | {"provider": said.provider, "kind": said.kind})
        return see_other(request, back, flash=_told(refusal, gettext_for(request)), kind="warning")
    return see_other(request, f"/appointments/{appointment_id}")


@get("/appointments/{appointment_id:uuid}/move", opt={"action": Action.APPOINTMENT_BOOK})
async def move_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    appointment_id: FromPath[UUID],
    first: FromQuery[date | None] = None,
) -> Response[str]:
    row = await scheduling.get_appointment(actor, appointment_id)
    offer = await scheduling.offer_of(actor, row.patient_id, row.provider_id)
    path = f"/appointments/{appointment_id}/move"
    return render(
        request,
        "desks/book_times.html",
        acting=await about_whom(actor, row.patient_id),
        capacities=CAPACITY,
        names=await identity.person_names([row.provider_id]),
        offer=offer,
        moved=row,
        kind=next((each for each in offer.kinds if each.kind_id == row.kind_id), None),
        action=path,
        fields={},
        other_href="",
        waiting_fields=None,
        href=partial(_on_day, f"{path}?"),
        **await _week(request, actor, row.patient_id, offer, row.kind_id, first),
    )


@post("/appointments/{appointment_id:uuid}/move", opt={"action": Action.APPOINTMENT_BOOK}, status_code=303)
async def move(request: PageRequest, actor: NamedDependency[Actor], appointment_id: FromPath[UUID]) -> Response[Any]:
    _, form = gettext_for(request), await read_form(request, MoveForm)
    if form.value is None:
        raise BadInput("Choose one of the times that are shown.")
    starts_at, place_id = _start(form.value.start)
    wanted = scheduling.Move(appointment_id=appointment_id, starts_at=starts_at, place_id=place_id)
    try:
        await scheduling.move(actor, wanted, form_key=form.key)
    except REFUSALS as refusal:
        back = f"/appointments/{appointment_id}/move"
        return see_other(request, back, flash=_told(refusal, _), kind="warning")
    return see_other(request, f"/appointments/{appointment_id}", flash=_("Your appointment was moved."))


async def _own(request: PageRequest, actor: Actor) -> UUID | None:
    acting = await chosen(request, actor) if actor.is_patient else None
    return acting.patient_id if acting else None


def _asked(patient_id: UUID, case_id: UUID | None) -> dict[str, UUID]:
    """For whom, as an address says it: a case has its patient."""
    return {"case": case_id} if case_id else {"patient": patient_id}


def _named(offers: list[ProviderOffer], provider: UUID | None, kind: UUID | None) -> tuple[ProviderOffer, UUID] | None:
    """The choice that the address names, or the only one there is."""
    every = [(offer, each.kind_id) for offer in offers for each in offer.kinds]
    meant = [pair for pair in every if (pair[0].provider_id, pair[1]) == (provider, kind)]
    return meant[0] if meant else every[0] if len(every) == 1 else None


async def _week(
    request: PageRequest, actor: Actor, patient_id: UUID, offer: ProviderOffer, kind_id: UUID, first: date | None
) -> dict[str, Any]:
    """What the page of free times shows of a week; `later` and `earlier` are first days of others."""
    reader = reader_of(request)
    today = reader.now.astimezone(reader.zone).date()
    begins = min(max(first or today, today), today + timedelta(days=400))
    slots = await scheduling.open_slots(actor, patient_id, offer, kind_id, days_of(begins))
    earlier = begins - timedelta(days=SHOWN_DAYS)
    return {
        "days": by_day(slots, begins, reader),
        "begins": begins,
        "ends": begins + timedelta(days=SHOWN_DAYS - 1),
        "later": begins + timedelta(days=SHOWN_DAYS),
        "earlier": max(earlier, today) if begins > today else None,
        "weekdays": WEEKDAY,
    }


def _book_href(fields: dict[str, Any]) -> str:
    return f"/appointments/book?{urlencode(fields)}"


def _on_day(address: str, day: date) -> str:
    return f"{address}first={day}"


def _start(value: str) -> Any:
    try:
        return read_start(value)
    except ValueError:
        raise scheduling.TimeNotOffered from None


def _told(refusal: Fault, translate: Callable[[str], str]) -> str:
    return f"{translate(refusal.title)}. {translate(refusal.next_step)}"


HANDLERS = (book_page, hold, move_page, move)
