"""A provider's own rules; appointments that they no longer offer stay and are flagged."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.lifecycle import LIVE
from server.scheduling.local_time import bound_at, to_instant, to_minute
from server.scheduling.schemas import HoursRules, KindRules, PlaceRules, PracticeRules
from server.scheduling.service.diaries import Diary, as_kind, read_diary
from server.scheduling.slots import Slot, is_free
from server.scheduling.tables import Appointment, Blackout, OpenHours, Practice, VisitKind, VisitPlace

AHEAD = timedelta(days=400)


class Availability(Struct, frozen=True, kw_only=True):
    """Everything that the editor shows; `practice` is None before the provider has begun."""

    practice: Practice | None
    kinds: tuple[VisitKind, ...] = ()
    places: tuple[VisitPlace, ...] = ()
    weekly: tuple[OpenHours, ...] = ()
    days: tuple[OpenHours, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    flagged: tuple[Appointment, ...] = ()


async def availability(actor: Actor) -> Availability:
    authorize(actor, Action.AVAILABILITY_MANAGE)
    me, at = actor.actor_id, now()
    hours = await queries.hours_of(actor, me)
    weekly = [(row.weekday, row.opens_min, row) for row in hours if row.weekday is not None]
    days = [row for row in hours if row.day is not None and row.day >= at.date() - timedelta(days=1)]
    coming = await queries.appointments_of_provider(actor, me, (at, at + AHEAD))
    return Availability(
        practice=await queries.find_practice(actor, me),
        kinds=tuple(await queries.kinds_of(actor, [me])),
        places=tuple(await queries.places_of(actor, me)),
        weekly=tuple(row for _, _, row in sorted(weekly, key=lambda each: each[:2])),
        days=tuple(sorted(days, key=lambda row: (row.day, row.opens_min))),
        blackouts=tuple(await queries.blackouts_of(actor, me, at)),
        flagged=tuple(row for row in coming if row.is_outside_rules and row.status in LIVE),
    )


async def set_practice(actor: Actor, rules: PracticeRules) -> None:
    """Begin to offer visits, or change how."""
    authorize(actor, Action.AVAILABILITY_MANAGE)
    _require_zone(rules.zone)
    values: dict[Any, Any] = {
        Practice.zone: rules.zone,
        Practice.daily_limit: rules.daily_limit,
        Practice.horizon_days: rules.horizon_days,
        Practice.cutoff_min: rules.cutoff_min,
        Practice.reminders_min: " ".join(str(each) for each in sorted(set(rules.reminders_min), reverse=True)),
    }
    async with transaction():
        mine = scoped(actor, Practice).update(values).where(Practice.person_id == actor.actor_id)
        if not await mine.returning(Practice.id):
            named = {column._meta.name: value for column, value in values.items()}
            row = Practice(recorded_at=now(), organisation_id=actor.organisation_id, person_id=actor.actor_id, **named)
            await row.save()
        await _written(actor, "practice")


async def add_kind(actor: Actor, rules: KindRules) -> UUID:
    return await _add(actor, VisitKind, rules, "kind")


async def add_place(actor: Actor, rules: PlaceRules) -> UUID:
    _require_zone(rules.zone)
    return await _add(actor, VisitPlace, rules, "place")


async def add_hours(actor: Actor, rules: HoursRules) -> UUID:
    """Open hours of a weekday or of one day; a weekday's have to be some."""
    if (rules.weekday is None) == (rules.day is None):
        raise BadInput("Open hours are of a weekday, or of one day.")
    if rules.opens_min > rules.closes_min or (rules.weekday is not None and rules.opens_min == rules.closes_min):
        raise BadInput("The hours have to end after they begin, on the same day.")
    await _require_own(actor, rules.place_id, VisitPlace)
    await _require_own(actor, rules.kind_id, VisitKind)
    return await _add(actor, OpenHours, rules, "hours")


async def add_blackout(actor: Actor, begins: datetime, ends: datetime) -> UUID:
    """No visits from one wall-clock time of the practice to another; both are given without a zone."""
    practice = await _practice(actor)
    zone = ZoneInfo(practice.zone)
    span = [to_instant(bound_at(zone, at.date(), at.hour * 60 + at.minute)) for at in (begins, ends)]
    if span[0] >= span[1]:
        raise BadInput("The time off has to end after it begins.")
    row = Blackout(id=new_id(), **_owned(actor), starts_at=span[0].astimezone(UTC), ends_at=span[1].astimezone(UTC))
    async with transaction():
        await row.save()
        await _written(actor, "time-off")
    return row.id


async def end_kind(actor: Actor, kind_id: UUID) -> None:
    await _end(actor, VisitKind, kind_id, "kind-ended")


async def end_place(actor: Actor, place_id: UUID) -> None:
    await _end(actor, VisitPlace, place_id, "place-ended")


async def end_hours(actor: Actor, hours_id: UUID) -> None:
    await _end(actor, OpenHours, hours_id, "hours-ended")


async def end_blackout(actor: Actor, blackout_id: UUID) -> None:
    authorize(actor, Action.AVAILABILITY_MANAGE)
    async with transaction():
        mine = scoped(actor, Blackout).update({Blackout.ends_at: Blackout.starts_at})
        ended = mine.where(Blackout.id == blackout_id, Blackout.person_id == actor.actor_id)
        if not await ended.returning(Blackout.id):
            raise NotFound
        await _written(actor, "time-off-ended")


async def _add(actor: Actor, table: type[Any], rules: KindRules | PlaceRules | HoursRules, what: str) -> UUID:
    await _practice(actor)
    values = {field: getattr(rules, field) for field in rules.__struct_fields__}
    row = table(id=new_id(), **_owned(actor), **values)
    async with transaction():
        await row.save()
        await _written(actor, what)
    return row.id


async def _end(actor: Actor, table: type[Any], row_id: UUID, what: str) -> None:
    authorize(actor, Action.AVAILABILITY_MANAGE)
    async with transaction():
        mine = scoped(actor, table).update({table.ended_at: now()})
        ended = mine.where(table.id == row_id, table.person_id == actor.actor_id).where(table.ended_at.is_null())
        if not await ended.returning(table.id):
            raise NotFound
        await _written(actor, what)


def _require_zone(name: str) -> None:
    if name not in available_timezones():
        raise BadInput("There is no time zone of that name.")


async def _practice(actor: Actor) -> Practice:
    authorize(actor, Action.AVAILABILITY_MANAGE)
    practice = await queries.find_practice(actor, actor.actor_id)
    if practice is None:
        raise BadInput("Say first in which time zone you work.")
    return practice


async def _require_own(actor: Actor, row_id: UUID | None, table: type[Any]) -> None:
    if row_id is None:
        return
    mine = scoped(actor, table).exists().where(table.id == row_id, table.person_id == actor.actor_id)
    if not await mine.where(table.ended_at.is_null()):
        raise NotFound


def _owned(actor: Actor) -> dict[str, Any]:
    return {"recorded_at": now(), "organisation_id": actor.organisation_id, "person_id": actor.actor_id}


async def _written(actor: Actor, what: str) -> None:
    """The rules have changed: it is recorded, and what they no longer offer is flagged."""
    await audit.record(actor, "availability:changed", subject_id=actor.actor_id, detail={"what": what})
    diary = await read_diary(actor.organisation_id, actor.actor_id)
    at = now()
    for row in await queries.appointments_of_provider(actor, actor.actor_id, (at, at + AHEAD)):
        is_outside = row.status in LIVE and not _is_offered(diary, row)
        if is_outside != row.is_outside_rules:
            changed: dict[Any, Any] = {Appointment.is_outside_rules: is_outside}
            await scoped(actor, Appointment).update(changed).where(Appointment.id == row.id)


def _is_offered(diary: Diary | None, row: Appointment) -> bool:
    """Whether the rules alone would offer the appointment's time, at its length."""
    kind = next((as_kind(each) for each in diary.kinds if each.id == row.kind_id), None) if diary else None
    if diary is None or kind is None:
        return False
    if timedelta(minutes=kind.duration_min) != row.ends_at - row.starts_at:
        return False
    return is_free(diary.unbooked(), kind, Slot(to_minute(row.starts_at), row.place_id), 0)
