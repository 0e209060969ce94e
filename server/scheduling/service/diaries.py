"""A provider's diary as booking sees it: rules and taken time, read and written for the organisation that keeps them.

Whoever books may belong to another organisation. These functions decide nothing about who may: their callers have
made sure that the provider is one of those whom the patient's clinic sends its cases to.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from server.core.access import Actor, system_actor
from server.core.db import working_for
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.faults import TimeTaken
from server.scheduling.local_time import local_day, to_minute
from server.scheduling.slots import Hours, Kind, Session, Window
from server.scheduling.tables import (
    SLICE_MIN,
    OpenHours,
    Practice,
    ReservedTime,
    SessionPlace,
    TimeClaim,
    VisitKind,
    VisitPlace,
)


class Diary(Struct, frozen=True, kw_only=True):
    practice: Practice
    kinds: tuple[VisitKind, ...]
    places: dict[UUID, VisitPlace]
    hours: Hours

    def kind(self, kind_id: UUID) -> Kind | None:
        return next((as_kind(each) for each in self.kinds if each.id == kind_id), None)

    def unbooked(self) -> Hours:
        """The rules alone."""
        return structs.replace(self.hours, reserved=(), sessions=(), booked={}, daily_limit=None)


class Visit(Struct, frozen=True, kw_only=True):
    """What of a provider's time an appointment takes."""

    appointment_id: UUID
    provider_id: UUID
    organisation_id: UUID
    starts_min: int
    place_id: UUID | None
    kind: Kind

    @property
    def holder_id(self) -> UUID:
        """Under which id the time is taken: of a group that of the session, which all who come to it have in common."""
        if self.kind.capacity == 1:
            return self.appointment_id
        return uuid5(self.kind.kind_id, f"{self.starts_min} {self.place_id}")

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
        kinds = await queries.kinds_of(keeper, [person_id])
        places = await queries.places_of(keeper, person_id)
        return Diary(
            practice=practice,
            kinds=tuple(kinds),
            places={place.id: place for place in places},
            hours=await _hours(keeper, practice, kinds),
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
    """Take the visit's time, until a moment or for good; TimeTaken where any of it belongs to another appointment.

    Of a group the first takes the time, and each a place. A refusal leaves nothing behind, so that others may follow.
    """
    with kept_by(visit.organisation_id):
        if visit.kind.capacity == 1 or not await _is_taken(visit.holder_id):
            await _take(diary, visit, held_until)
        if visit.kind.capacity > 1:
            await _sit(visit, held_until)
            await _settle(visit.holder_id)


async def _is_taken(holder_id: UUID) -> bool:
    return await ReservedTime.exists().where(ReservedTime.appointment_id == holder_id)


async def _take(diary: Diary, visit: Visit, held_until: datetime | None) -> None:
    begins, ends = visit.reserved
    claims = [
        TimeClaim(
            recorded_at=now(),
            organisation_id=visit.organisation_id,
            person_id=visit.provider_id,
            slice_no=slice_no,
            appointment_id=visit.holder_id,
        )
        for slice_no in range(begins // SLICE_MIN, -(-ends // SLICE_MIN))
    ]
    taken = await TimeClaim.insert(*claims).on_conflict(action="DO NOTHING").returning(TimeClaim.id)
    if len(taken) != len(claims):
        await TimeClaim.delete().where(TimeClaim.appointment_id == visit.holder_id)
        raise TimeTaken
    is_group = visit.kind.capacity > 1
    await ReservedTime(
        recorded_at=now(),
        organisation_id=visit.organisation_id,
        person_id=visit.provider_id,
        appointment_id=visit.holder_id,
        day=local_day(diary.hours.zone, visit.starts_min),
        from_min=begins,
        until_min=ends,
        held_until=held_until,
        kind_id=visit.kind.kind_id if is_group else None,
        place_id=visit.place_id if is_group else None,
    ).save()


async def _sit(visit: Visit, held_until: datetime | None) -> None:
    """Take the first free place of the session; TimeTaken where there is none. Holds that ran out are void."""
    session = SessionPlace.session_id == visit.holder_id
    await SessionPlace.delete().where(session & (SessionPlace.held_until <= now()))
    given = {row["place_no"] for row in await SessionPlace.select(SessionPlace.place_no).where(session)}
    for place_no in range(visit.kind.capacity):
        if place_no in given:
            continue
        place = SessionPlace(
            recorded_at=now(),
            organisation_id=visit.organisation_id,
            person_id=visit.provider_id,
            session_id=visit.holder_id,
            place_no=place_no,
            appointment_id=visit.appointment_id,
            held_until=held_until,
        )
        if await SessionPlace.insert(place).on_conflict(action="DO NOTHING").returning(SessionPlace.id):
            return
    raise TimeTaken


async def _settle(session_id: UUID) -> None:
    """The session's time is taken as long as its last place is, and not at all without one."""
    places = await SessionPlace.select(SessionPlace.held_until).where(SessionPlace.session_id == session_id)
    if not places:
        await _free(session_id)
        return
    ends: list[datetime | None] = [place["held_until"] for place in places]
    held = [end for end in ends if end is not None]
    until = max(held) if len(held) == len(ends) else None
    await ReservedTime.update({ReservedTime.held_until: until}).where(ReservedTime.appointment_id == session_id)


async def _free(holder_id: UUID) -> None:
    await TimeClaim.delete().where(TimeClaim.appointment_id == holder_id)
    await ReservedTime.delete().where(ReservedTime.appointment_id == holder_id)


async def keep_for_good(organisation_id: UUID, appointment_id: UUID) -> bool:
    """The hold is booked; False where its time has been given back."""
    with kept_by(organisation_id):
        alone = ReservedTime.appointment_id == appointment_id
        if await ReservedTime.update({ReservedTime.held_until: None}).where(alone).returning(ReservedTime.id):
            return True
        in_group = (SessionPlace.appointment_id == appointment_id) & (SessionPlace.held_until > now())
        for_good: dict[Any, Any] = {SessionPlace.held_until: None}
        return await _settle_each(
            await SessionPlace.update(for_good).where(in_group).returning(SessionPlace.session_id)
        )


async def release(organisation_id: UUID, appointment_id: UUID) -> None:
    """The appointment takes no time any more."""
    with kept_by(organisation_id):
        await _free(appointment_id)
        left: Any = SessionPlace.delete().where(SessionPlace.appointment_id == appointment_id)
        await _settle_each(await left.returning(SessionPlace.session_id))


async def _settle_each(places: list[dict[str, UUID]]) -> bool:
    """The sessions of the places that have changed; whether there was one."""
    for place in places:
        await _settle(place["session_id"])
    return bool(places)


def as_kind(row: VisitKind) -> Kind:
    return Kind(
        kind_id=row.id,
        duration_min=row.duration_min,
        every_min=row.every_min,
        before_min=row.before_min,
        after_min=row.after_min,
        notice_min=row.notice_min,
        capacity=row.capacity,
    )


async def _hours(keeper: Actor, practice: Practice, kinds: Sequence[VisitKind]) -> Hours:
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
        sessions=await _sessions(keeper, practice, kinds, reserved),
        booked=Counter[date](row.day for row in reserved),
        daily_limit=practice.daily_limit,
    )


async def _sessions(
    keeper: Actor, practice: Practice, kinds: Sequence[VisitKind], reserved: Sequence[ReservedTime]
) -> tuple[Session, ...]:
    before_min = {kind.id: kind.before_min for kind in kinds}
    rows = [row for row in reserved if row.kind_id in before_min]
    taken = await queries.places_taken(keeper, practice.person_id, [row.appointment_id for row in rows], now())
    return tuple(
        Session(
            kind_id=row.kind_id,
            starts=row.from_min + before_min[row.kind_id],
            place_id=row.place_id,
            taken=taken[row.appointment_id],
        )
        for row in rows
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
