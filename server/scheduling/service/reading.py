"""Appointments as their people read them: the patient's, the provider's day, the clinic's day, one alone."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.platform import now
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.lifecycle import Status
from server.scheduling.service.diaries import read_diary
from server.scheduling.tables import Appointment, WaitingEntry
from server.scheduling.wording import day_span

MOST_ROWS = 200


class DaySheet(Struct, frozen=True, kw_only=True):
    day: date
    zone: str
    rows: tuple[Appointment, ...]
    names: dict[UUID, str]


async def get_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    """One alone; NotFound when it is not the actor's to see."""
    authorize(actor, Action.APPOINTMENT_READ)
    row = await queries.get_appointment(actor, appointment_id)
    await record_read(actor, row)
    return row


async def appointments_of_patient(actor: Actor, patient_id: UUID) -> list[Appointment]:
    """The patient's, without holds that ran out: those to come first, then the past ones, newest first."""
    authorize(actor, Action.APPOINTMENT_READ)
    rows = [row for row in await queries.appointments_of_patient(actor, patient_id) if not is_run_out(row)]
    coming = [row for row in rows if row.ends_at > now()]
    return coming + [row for row in reversed(rows) if row.ends_at <= now()]


async def appointments_of_case(actor: Actor, case_id: UUID) -> list[Appointment]:
    authorize(actor, Action.APPOINTMENT_READ)
    return [row for row in await queries.appointments_of_case(actor, case_id) if not is_run_out(row)]


async def waiting_of_patient(actor: Actor, patient_id: UUID) -> list[WaitingEntry]:
    authorize(actor, Action.APPOINTMENT_READ)
    return [row for row in await queries.waiting_of_patient(actor, patient_id) if row.until_at > now()]


async def day_sheet(actor: Actor, day: date | None) -> DaySheet:
    """The provider's own visits of a day of their practice's calendar, with the patients' names."""
    authorize(actor, Action.APPOINTMENT_ATTEND)
    diary = await read_diary(actor.organisation_id, actor.actor_id)
    zone = diary.practice.zone if diary else actor.zone
    shown = day or now().astimezone(ZoneInfo(zone)).date()
    rows = await queries.appointments_of_provider(actor, actor.actor_id, day_span(shown, ZoneInfo(zone)))
    return await _sheet(actor, shown, zone, [row for row in rows if row.status != Status.CANCELLED])


async def clinic_day(actor: Actor, day: date | None, zone: str) -> DaySheet:
    """The visits of the organisation's patients on a day in that zone."""
    authorize(actor, Action.APPOINTMENTS_OVERSEE)
    shown = day or now().astimezone(ZoneInfo(zone)).date()
    rows = await queries.appointments_between(actor, day_span(shown, ZoneInfo(zone)), MOST_ROWS)
    return await _sheet(actor, shown, zone, [row for row in rows if not is_run_out(row)])


async def flagged(actor: Actor) -> list[Appointment]:
    """Those to come that their provider's rules no longer offer: somebody has to ask the provider."""
    authorize(actor, Action.APPOINTMENTS_OVERSEE)
    return await queries.flagged_appointments(actor, now(), MOST_ROWS)


def is_run_out(row: Appointment) -> bool:
    """Whether it never came to be: a hold that nobody booked."""
    if row.status == Status.CANCELLED:
        return row.held_until is not None
    return row.status == Status.HELD and row.held_until is not None and row.held_until <= now()


async def _sheet(actor: Actor, day: date, zone: str, rows: Sequence[Appointment]) -> DaySheet:
    """Every name on it is a look at a record, which the patient may read of."""
    names = await patients.names_of(actor, [row.patient_id for row in rows])
    for row in rows:
        await record_read(actor, row)
    return DaySheet(day=day, zone=zone, rows=tuple(rows), names=names)


async def record_read(actor: Actor, row: Appointment) -> None:
    if not actor.is_patient:
        await audit.record(
            actor,
            "appointment:read",
            subject_id=row.id,
            patient_id=row.patient_id,
            organisation_id=row.organisation_id,
        )
