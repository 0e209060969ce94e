"""The provider's editor of when they can be visited: weekly hours, single days, time off, kinds, places, policy."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from server.core.access import Action, Actor
from server.desks.times import require_near
from server.desks.visit_wording import WEEKDAY
from server.identity.regions import Region
from server.scheduling import service as scheduling
from server.scheduling.schemas import (
    Buffer,
    Capacity,
    HoursRules,
    KindRules,
    Length,
    Name,
    PlaceRules,
    PracticeRules,
)
from server.web.catalogue import N_
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
PAGE = "/availability"
CLOCK = N_("Write a time of five minutes, such as 09:00.")
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][05]$", extra={"message": CLOCK})]
HOURS = N_("Write whole hours with spaces between, such as 24 1.")
_DAY_MIN, _HOUR_MIN = 1440, 60


class PracticeForm(msgspec.Struct, kw_only=True):
    zone: Annotated[str, Meta(max_length=64)]
    horizon_days: Annotated[int, Meta(ge=1, le=365)]
    cutoff_hours: Annotated[int, Meta(ge=0, le=336)]
    reminder_hours: Annotated[str, Meta(pattern="^[0-9]{1,3}( +[0-9]{1,3}){0,4}$", extra={"message": HOURS})]
    daily_limit: Annotated[int, Meta(ge=1, le=200)] | None = None


class KindForm(msgspec.Struct, kw_only=True):
    kind_name: Name
    duration_min: Length
    every_min: Length
    before_min: Buffer = 0
    after_min: Buffer = 0
    notice_hours: Annotated[int, Meta(ge=0, le=720)] = 0
    capacity: Capacity = 1


class PlaceForm(msgspec.Struct, kw_only=True):
    place_name: Annotated[str, Meta(min_length=1, max_length=80)]
    place_region: Region
    place_zone: Annotated[str, Meta(max_length=64)]


class WeeklyForm(msgspec.Struct, kw_only=True):
    weekday: Annotated[int, Meta(ge=0, le=6)]
    opens: Clock
    closes: Clock
    place: UUID | None = None
    of_kind: UUID | None = None


class DayForm(msgspec.Struct, kw_only=True):
    day: date
    day_opens: Clock | None = None
    day_closes: Clock | None = None
    day_place: UUID | None = None


class TimeOffForm(msgspec.Struct, kw_only=True):
    off_from_day: date
    off_from: Clock
    off_until_day: date
    off_until: Clock


@get(PAGE, opt={"action": Action.AVAILABILITY_MANAGE})
async def availability_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    return await _show(request, actor)


async def _show(request: PageRequest, actor: Actor, **refused: Form[Any]) -> Response[str]:
    """`refused` is the form that was sent, by its name, in place of a blank one."""
    known = await scheduling.availability(actor)
    forms = {
        "practice": blank_form(_practice_form(known, actor)),
        "kind": blank_form({"duration_min": 30, "every_min": 30, "capacity": 1}),
        "place": blank_form({"place_zone": known.practice.zone if known.practice else actor.zone}),
        "weekly": blank_form(),
        "single": blank_form(),
        "off": blank_form(),
    }
    return render(
        request,
        "desks/availability.html",
        status=422 if refused else 200,
        known=known,
        weekdays=WEEKDAY,
        clock=_clock_text,
        places={place.id: place.name for place in known.places},
        kinds={kind.id: kind.name for kind in known.kinds},
        **(forms | refused),
    )


def _practice_form(known: scheduling.Availability, actor: Actor) -> dict[str, Any]:
    practice = known.practice
    if practice is None:
        return {"zone": actor.zone, "horizon_days": 60, "cutoff_hours": 24, "reminder_hours": "24 1"}
    hours = [int(word) // _HOUR_MIN for word in practice.reminders_min.split()]
    return {
        "zone": practice.zone,
        "horizon_days": practice.horizon_days,
        "cutoff_hours": practice.cutoff_min // _HOUR_MIN,
        "reminder_hours": " ".join(map(str, hours)),
        "daily_limit": practice.daily_limit,
    }


@post(f"{PAGE}/practice", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def set_practice(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    form = await read_form(request, PracticeForm)
    if form.value is None:
        return await _show(request, actor, practice=form)
    said = form.value
    hours = [int(word) for word in said.reminder_hours.split()]
    rules = PracticeRules(
        zone=said.zone,
        daily_limit=said.daily_limit,
        horizon_days=said.horizon_days,
        cutoff_min=said.cutoff_hours * _HOUR_MIN,
        reminders_min=tuple(hour * _HOUR_MIN for hour in hours if 0 < hour <= 336),
    )
    await scheduling.set_practice(actor, rules)
    return _saved(request)


@post(f"{PAGE}/kinds", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def add_kind(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    form = await read_form(request, KindForm)
    if form.value is None:
        return await _show(request, actor, kind=form)
    said = form.value
    rules = KindRules(
        name=said.kind_name,
        duration_min=said.duration_min,
        every_min=said.every_min,
        before_min=said.before_min,
        after_min=said.after_min,
        notice_min=said.notice_hours * _HOUR_MIN,
        capacity=said.capacity,
    )
    await scheduling.add_kind(actor, rules)
    return _saved(request)


@post(f"{PAGE}/places", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def add_place(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    form = await read_form(request, PlaceForm)
    if form.value is None:
        return await _show(request, actor, place=form)
    said = form.value
    await scheduling.add_place(actor, PlaceRules(name=said.place_name, region=said.place_region, zone=said.place_zone))
    return _saved(request)


@post(f"{PAGE}/hours", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def add_weekly(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _, form = gettext_for(request), await read_form(request, WeeklyForm)
    if form.value is None:
        return await _show(request, actor, weekly=form)
    said = form.value
    opens, closes = _minutes(said.opens), _closing(said.closes)
    if closes <= opens:
        form.refuse("closes", _("It has to be later than the beginning; 00:00 is the end of the day."))
        return await _show(request, actor, weekly=form)
    rules = HoursRules(
        weekday=said.weekday, opens_min=opens, closes_min=closes, place_id=said.place, kind_id=said.of_kind
    )
    await scheduling.add_hours(actor, rules)
    return _saved(request)


@post(f"{PAGE}/days", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def add_day(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Other hours on one day; without hours it is closed."""
    _, form = gettext_for(request), await read_form(request, DayForm)
    if form.value is None:
        return await _show(request, actor, single=form)
    said = form.value
    if (said.day_opens is None) != (said.day_closes is None):
        form.refuse("day_closes", _("Write both times, or none for a day without visits."))
        return await _show(request, actor, single=form)
    opens = _minutes(said.day_opens) if said.day_opens else 0
    closes = _closing(said.day_closes) if said.day_closes else 0
    if said.day_opens and closes <= opens:
        form.refuse("day_closes", _("It has to be later than the beginning; 00:00 is the end of the day."))
        return await _show(request, actor, single=form)
    rules = HoursRules(day=require_near(said.day), opens_min=opens, closes_min=closes, place_id=said.day_place)
    await scheduling.add_hours(actor, rules)
    return _saved(request)


@post(f"{PAGE}/time-off", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def add_time_off(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _, form = gettext_for(request), await read_form(request, TimeOffForm)
    if form.value is None:
        return await _show(request, actor, off=form)
    said = form.value
    begins = datetime.fromisoformat(f"{require_near(said.off_from_day)}T{said.off_from}")
    ends = datetime.fromisoformat(f"{require_near(said.off_until_day)}T{said.off_until}")
    if ends <= begins:
        form.refuse("off_until", _("It has to end after it begins."))
        return await _show(request, actor, off=form)
    await scheduling.add_blackout(actor, begins, ends)
    return _saved(request)


@post(f"{PAGE}/kinds/{{kind_id:uuid}}/end", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def end_kind(request: PageRequest, actor: NamedDependency[Actor], kind_id: FromPath[UUID]) -> Response[Any]:
    return await _end(request, actor, scheduling.end_kind, kind_id)


@post(f"{PAGE}/places/{{place_id:uuid}}/end", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def end_place(request: PageRequest, actor: NamedDependency[Actor], place_id: FromPath[UUID]) -> Response[Any]:
    return await _end(request, actor, scheduling.end_place, place_id)


@post(f"{PAGE}/hours/{{hours_id:uuid}}/end", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def end_hours(request: PageRequest, actor: NamedDependency[Actor], hours_id: FromPath[UUID]) -> Response[Any]:
    return await _end(request, actor, scheduling.end_hours, hours_id)


@post(f"{PAGE}/time-off/{{blackout_id:uuid}}/end", opt={"action": Action.AVAILABILITY_MANAGE}, status_code=303)
async def end_time_off(
    request: PageRequest, actor: NamedDependency[Actor], blackout_id: FromPath[UUID]
) -> Response[Any]:
    return await _end(request, actor, scheduling.end_blackout, blackout_id)


async def _end(
    request: PageRequest, actor: Actor, effect: Callable[[Actor, UUID], Awaitable[None]], rule_id: UUID
) -> Response[Any]:
    await read_form(request, Nothing)
    await effect(actor, rule_id)
    return _saved(request)


def _saved(request: PageRequest) -> Response[Any]:
    _ = gettext_for(request)
    return see_other(request, PAGE, flash=_("Saved. Appointments that are booked stay as they are."))


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * _HOUR_MIN + int(minutes)


def _closing(clock: str) -> int:
    """Midnight, as the end of hours, is the day's end."""
    return _minutes(clock) or _DAY_MIN


def _clock_text(minutes: int) -> str:
    return f"{minutes // _HOUR_MIN:02}:{minutes % _HOUR_MIN:02}"


HANDLERS = (
    availability_page,
    set_practice,
    add_kind,
    add_place,
    add_weekly,
    add_day,
    add_time_off,
    end_kind,
    end_place,
    end_hours,
    end_time_off,
)
