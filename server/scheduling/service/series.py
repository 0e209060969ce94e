"""Several visits as one wish, one every so many weeks: each time is asked for on its own, and a refusal is told."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.faults import (
    AlreadyInGroup,
    HoldRanOut,
    NoSuchTime,
    NotLicensedThere,
    TimeNotOffered,
    TimeTaken,
    TooManyAppointments,
)
from server.scheduling.lifecycle import Status
from server.scheduling.local_time import start_at, to_instant
from server.scheduling.schemas import Rhythm, Wanted
from server.scheduling.service import diaries
from server.scheduling.service.booking import HOLD, book, hold_offered, once, require_own_case
from server.scheduling.service.changing import call_off, require_in_time
from server.scheduling.service.openings import offer_of
from server.scheduling.service.reading import is_run_out, record_read
from server.scheduling.service.reminding import tell_change
from server.scheduling.tables import Appointment, VisitSeries

MISSES = (AlreadyInGroup, NotLicensedThere, TimeNotOffered, TimeTaken, TooManyAppointments)
"""What one time of a series may be refused for while the others are held; by their codes it is told."""


class Occurrence(Struct, frozen=True, kw_only=True):
    """One time of the wish: an appointment, or the code of why there is none. `starts_at` is None in a gap."""

    day: date
    """Of the provider's calendar."""
    starts_at: datetime | None
    appointment: Appointment | None = None
    missed: str = ""


class Series(Struct, frozen=True, kw_only=True):
    row: VisitSeries
    occurrences: tuple[Occurrence, ...]

    @property
    def appointments(self) -> list[Appointment]:
        return [each.appointment for each in self.occurrences if each.appointment is not None]


async def hold_series(actor: Actor, wanted: Wanted, rhythm: Rhythm, *, form_key: str) -> UUID:
    """Hold every time of the wish that can be had, from `wanted.starts_at` on; the same form is the same series.

    The others fall on the same weekday at the same time on the provider's clocks. Where not one can be had, the
    refusal is that of the first, and nothing was booked.
    """
    authorize(actor, Action.APPOINTMENT_BOOK)

    async def effect() -> str:
        offer = await offer_of(actor, wanted.patient_id, wanted.provider_id)
        await require_own_case(actor, wanted)
        patient = await patients.kept_summary(actor, wanted.patient_id)
        diary = await diaries.lock_diary(offer.organisation_id, offer.provider_id)
        if diary is None:
            raise TimeNotOffered
        row = VisitSeries(
            id=new_id(),
            recorded_at=now(),
            organisation_id=patient.organisation_id,
            patient_id=wanted.patient_id,
            provider_id=wanted.provider_id,
            provider_zone=diary.practice.zone,
            starts_at=wanted.starts_at,
            every_weeks=rhythm.every_weeks,
            times=rhythm.times,
        )
        missed: dict[int, str] = {}
        refusals: list[Exception] = []
        for number, (_, starts_at) in enumerate(times_of(row)):
            try:
                if starts_at is None:
                    raise NoSuchTime
                this = structs.replace(wanted, starts_at=starts_at)
                await hold_offered(actor, offer, this, HOLD, series=(row.id, number))
            except MISSES as refusal:
                missed[number] = refusal.code
                refusals.append(refusal)
        if len(missed) == rhythm.times:
            raise refusals[0]
        row.missed = " ".join(f"{number}:{code}" for number, code in missed.items())
        await row.save()
        return str(row.id)

    return UUID(await once(actor, form_key, Asked(wanted=wanted, rhythm=rhythm), effect))


class Asked(Struct, frozen=True, kw_only=True):
    wanted: Wanted
    rhythm: Rhythm


async def get_series(actor: Actor, series_id: UUID) -> Series:
    """The wish with what became of each time; NotFound when it is not the actor's to see."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    row = await queries.get_series(actor, series_id)
    found = {each.series_no: each for each in await queries.appointments_of_series(actor, series_id)}
    missed = dict(_miss(word) for word in row.missed.split())
    for appointment in found.values():
        await record_read(actor, appointment)
    return Series(
        row=row,
        occurrences=tuple(
            Occurrence(day=day, starts_at=at, appointment=found.get(number), missed=missed.get(number, ""))
            for number, (day, at) in enumerate(times_of(row))
        ),
    )


async def confirm_series(actor: Actor, series_id: UUID) -> int:
    """Book all that is held of the series, and tell how many; again it changes nothing. HoldRanOut after its time."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    async with transaction():
        await queries.get_series(actor, series_id)
        rows = await queries.appointments_of_series(actor, series_id)
        held = [row for row in rows if row.status == Status.HELD]
        if not held and all(is_run_out(row) for row in rows):
            raise HoldRanOut
        for row in held:
            await book(actor, row)
        if held and not actor.is_patient:
            await tell_change(held[0])
        return len(held)


async def leave_series(actor: Actor, series_id: UUID) -> None:
    """Give back what is only held of it."""
    authorize(actor, Action.APPOINTMENT_BOOK)
    async with transaction():
        await queries.get_series(actor, series_id)
        for row in await queries.appointments_of_series(actor, series_id):
            if row.status == Status.HELD:
                await call_off(actor, row)


async def cancel_following(actor: Actor, appointment_id: UUID) -> int:
    """Cancel this one and all of its series after it, and tell how many; TooLateToChange, and nothing is cancelled.

    The patient is told once when somebody else did.
    """
    authorize(actor, Action.APPOINTMENT_READ)
    async with transaction():
        first = await queries.get_appointment(actor, appointment_id)
        rows = await queries.appointments_of_series(actor, first.series_id) if first.series_id else [first]
        ended = 0
        for row in [row for row in rows if row.starts_at >= first.starts_at]:
            if row.status not in {Status.HELD, Status.BOOKED}:
                continue
            diary = await diaries.lock_diary(row.provider_organisation_id, row.provider_id)
            require_in_time(actor, row, diary.practice if diary else None)
            is_told = await call_off(actor, row)
            if is_told and not ended:
                await tell_change(row)
            ended += 1
        return ended


def times_of(row: VisitSeries) -> list[tuple[date, datetime | None]]:
    """The days of the provider's calendar with the instants of one wall-clock time; None where clocks leave it out.

    Of a time that is shown twice the first is meant, as everywhere.
    """
    zone = ZoneInfo(row.provider_zone)
    local = row.starts_at.astimezone(zone)
    wall_min = local.hour * 60 + local.minute
    found: list[tuple[date, datetime | None]] = [(local.date(), row.starts_at)]
    for number in range(1, row.times):
        day = local.date() + timedelta(weeks=number * row.every_weeks)
        minute = start_at(zone, day, wall_min)
        found.append((day, None if minute is None else to_instant(minute)))
    return found


def _miss(word: str) -> tuple[int, str]:
    number, _, code = word.partition(":")
    return int(number), code
