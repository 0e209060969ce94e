"""A provider's diary as booking sees it: rules and taken time, read and written for the organisation that keeps them.

Whoever books may belong to another organisation. These functions decide nothing about who may: their callers have
made sure that the provider is one of those whom the patient's clinic sends its cases to.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from server.core.access import Actor, system_actor
from server.core.db import working_for
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.faults import TimeTaken
from server.scheduling.local_time import local_day, to_minute
from server.scheduling.slots import Hours, Kind, Window
from server.scheduling.tables import SLICE_MIN, OpenHours, Practice, ReservedTime, TimeClaim, VisitKind, VisitPlace


class Diary(Struct, frozen=True, kw_only=True):
    practice: Practice
    kinds: tuple[VisitKind, ...]
    places: dict[UUID, VisitPlace]
    hours: Hours

    def kind(self, kind_id: UUID) -> Kind | None:
        return next((as_kind(each) for each in self.kinds if each.id == kind_id), None)

    def unbooked(self) -> Hours:
        """The rules alone."""
        return structs.replace(self.hours, reserved=(), booked={}, daily_limit=None)


class Visit(Struct, frozen=True, kw_only=True):
    """What of a provider's time an appointment takes."""

    appointment_id: UUID
    provider_id: UUID
    organisation_id: UUID
    starts_min: int
    kind: Kind

    @property
    def reserved(self) -> tuple[int, int]:
        begins = self.starts_min - self.kind.before_min
        return begins, self.starts_min + self.kind.duration_min + self.kind.after_min


@contextmanager
def kept_by(organisation_id: UUID) -> Generator[Actor]:
    """Within the block the database answers to the organisation that keeps the diary."""
    actor = system_actor(organisation_id)
    with working_for(actor):
        yield actor


async def read_diary(organisation_id: UUID, person_id: UUID) -> Diary | None:
    """None for a person who offers no visits there."""
    with kept_by(organisation_id) as keeper:
        practice = await queries.find_practice(keeper, person_id)
        if practice is None:
            return None
        places = await queries.places_of(keeper, person_id)
        return Diary(
            practice=practice,
            kinds=tuple(await queries.kinds_of(keeper, [person_id])),
            places={place.id: place for place in places},
            hours=await _hours(keeper, practice),
        )


async def lock_diary(organisation_id: UUID, person_id: UUID) -> Diary | None:
    """The diary, locked until the transaction ends: bookings of one provider come one after the other.

    So a daily limit holds under concurrency on both databases; that no two visits share a slice of time is the
    unique constraint's besides. Holds that have run out give their time back.
    """
    with kept_by(organisation_id) as keeper:
        mine = (Practice.organisation_id == organisation_id) & (Practice.person_id == person_id)
        await Practice.update({Practice.version: Practice.version + 1}).where(mine)
        for appointment_id in await queries.run_out(keeper, person_id, now()):
            await release(organisation_id, appointment_id)
    return await read_diary(organisation_id, person_id)


async def reserve(diary: Diary, visit: Visit, held_until: datetime | None) -> None:
    """Take the visit's time, until a moment or for good; TimeTaken where any of it belongs to another appointment."""
    begins, ends = visit.reserved
    claims = [
        TimeClaim(
            recorded_at=now(),
            organisation_id=visit.organisation_id,
            person_id=visit.provider_id,
            slice_no=slice_no,
            appointment_id=visit.appointment_id,
        )
        for slice_no in range(begins // SLICE_MIN, -(-ends // SLICE_MIN))
    ]
    with kept_by(visit.organisation_id):
        taken = await TimeClaim.insert(*claims).on_conflict(action="DO NOTHING").returning(TimeClaim.id)
        if len(taken) != len(claims):
            raise TimeTaken
        await ReservedTime(
            recorded_at=now(),
            organisation_id=visit.organisation_id,
            person_id=visit.provider_id,
            appointment_id=visit.appointment_id,
            day=local_day(diary.hours.zone, visit.starts_min),
            from_min=begins,
            until_min=ends,
            held_until=held_until,
        ).save()


async def keep_for_good(organisation_id: UUID, appointment_id: UUID) -> bool:
    """The hold is booked; False where its time has been given back."""
    with kept_by(organisation_id):
        row = ReservedTime.appointment_id == appointment_id
        return bool(await ReservedTime.update({ReservedTime.held_until: None}).where(row).returning(ReservedTime.id))


async def release(organisation_id: UUID, appointment_id: UUID) -> None:
    """The appointment takes no time any more."""
    with kept_by(organisation_id):
        await TimeClaim.delete().where(TimeClaim.appointment_id == appointment_id)
        await ReservedTime.delete().where(ReservedTime.appointment_id == appointment_id)


def as_kind(row: VisitKind) -> Kind:
    return Kind(
        kind_id=row.id,
        duration_min=row.duration_min,
        every_min=row.every_min,
        before_min=row.before_min,
        after_min=row.after_min,
        notice_min=row.notice_min,
    )


async def _hours(keeper: Actor, practice: Practice) -> Hours:
    since = now() - timedelta(days=2)
    zone, person_id = ZoneInfo(practice.zone), practice.person_id
    rows = await queries.hours_of(keeper, person_id)
    blackouts = await queries.blackouts_of(keeper, person_id, since)
    reserved = await queries.reserved_of(keeper, person_id, since.date())
    reserved = [row for row in reserved if row.held_until is None or row.held_until > now()]
    return Hours(
        zone=zone,
        weekly=_by([row for row in rows if row.weekday is not None], "weekday"),
        exceptions=_by([row for row in rows if row.day is not None], "day"),
        blackouts=tuple((to_minute(row.starts_at), _ceil_minute(row.ends_at)) for row in blackouts),
        reserved=tuple((row.from_min, row.until_min) for row in reserved),
        booked=Counter[date](row.day for row in reserved),
        daily_limit=practice.daily_limit,
    )


def _by(rows: Sequence[OpenHours], column: str) -> dict[Any, tuple[Window, ...]]:
    """A row that opens and closes at once has no window, and closes its day."""
    found: dict[Any, tuple[Window, ...]] = {}
    for row in rows:
        window = Window(row.opens_min, row.closes_min, row.place_id, row.kind_id)
        windows = (window,) if row.opens_min < row.closes_min else ()
        found[getattr(row, column)] = found.get(getattr(row, column), ()) + windows
    return found


def _ceil_minute(at: datetime) -> int:
    return -(-int(at.timestamp()) // 60)
