"""Tells the patient of a visit: reminders at the hours that the provider set, once each, and what others changed."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from server.core.access import system_actor
from server.core.db import transaction, working_for
from server.core.faults import NotFound
from server.core.outbox import enqueue
from server.core.platform import now
from server.patients import service as patients
from server.scheduling import queries
from server.scheduling.jobs import RemindPatient
from server.scheduling.lifecycle import Status
from server.scheduling.links import link_to
from server.scheduling.local_time import DAY_MIN, bound_at, to_instant, to_minute
from server.scheduling.service import diaries
from server.scheduling.tables import Appointment, Practice
from server.scheduling.wording import when_text

REMINDER, LATE_REMINDER = "visit-reminder", "visit-reminder-late"
"""The second where cancelling is over, or is before the message can be read: it does not ask for a *no*."""
TO_READ_IT = timedelta(hours=1)


async def plan_reminders(row: Appointment, practice: Practice) -> None:
    """A job for each reminder that is still to come; those of an earlier time find that it was moved, and end."""
    for before_min in reminders_of(practice):
        due_at = reminder_at(row.starts_at, row.zone, before_min)
        if due_at > now():
            job = RemindPatient(
                organisation_id=row.organisation_id,
                appointment_id=row.id,
                starts_min=to_minute(row.starts_at),
                before_min=before_min,
            )
            await enqueue(job, due_at=due_at)


def reminders_of(practice: Practice) -> list[int]:
    return [int(word) for word in practice.reminders_min.split()]


def reminder_at(starts_at: datetime, zone: str, before_min: int) -> datetime:
    """Whole days before are days of the place's calendar, at the same hour there; what is left is elapsed time."""
    days, minutes = divmod(before_min, DAY_MIN)
    local = starts_at.astimezone(ZoneInfo(zone))
    if days:
        minute = bound_at(ZoneInfo(zone), local.date() - timedelta(days=days), local.hour * 60 + local.minute)
        starts_at = to_instant(minute)
    return starts_at - timedelta(minutes=minutes)


async def remind(job: RemindPatient) -> None:
    """Send the reminder of a visit that stands as it stood; again, the notice exists already and is dropped."""
    actor = system_actor(job.organisation_id)
    async with transaction():
        try:
            row = await queries.get_appointment(actor, job.appointment_id)
        except NotFound:
            return
        if row.status != Status.BOOKED or to_minute(row.starts_at) != job.starts_min or now() >= row.starts_at:
            return
        once_key = f"visit:{row.id}:{job.starts_min}:{job.before_min}"
        template = REMINDER if await _may_cancel_yet(row) else LATE_REMINDER
        await _notify(row, template, {"when": await when_for(row)}, row.starts_at, once_key)


async def _may_cancel_yet(row: Appointment) -> bool:
    with diaries.kept_by(row.provider_organisation_id) as keeper:
        practice = await queries.find_practice(keeper, row.provider_id)
    cutoff = timedelta(minutes=practice.cutoff_min if practice else 0)
    return now() + TO_READ_IT <= row.starts_at - cutoff


def reminded_of(once_key: str) -> tuple[UUID, int]:
    """The visit of a reminder's key, and its start in minutes since the epoch."""
    _, appointment_id, starts_min, _ = once_key.split(":")
    return UUID(appointment_id), int(starts_min)


async def tell_change(row: Appointment) -> None:
    """Somebody of the clinic or the provider booked, moved or cancelled it: inside the caller's transaction."""
    with working_for(system_actor(row.organisation_id)):
        await _notify(row, "visit-changed", {}, row.ends_at, f"visit:{row.id}:v{row.version}")


async def tell_offer(row: Appointment) -> None:
    """A freed time is held for the patient, until a moment that the message names."""
    with working_for(system_actor(row.organisation_id)):
        values = {"when": await when_for(row), "until": await when_for(row, row.held_until)}
        await _notify(row, "visit-offered", values, row.held_until, f"visit:{row.id}:offer")


async def when_for(row: Appointment, at: datetime | None = None) -> str:
    patient = await patients.summary(system_actor(row.organisation_id), row.patient_id)
    return when_text(at or row.starts_at, row.zone, patient.language)


async def _notify(
    row: Appointment, template: str, told: dict[str, str], expires_at: datetime | None, once_key: str
) -> None:
    await patients.notify(
        system_actor(row.organisation_id),
        row.patient_id,
        template,
        row.id,
        page=link_to(row.organisation_id, row.id, to_minute(row.starts_at)),
        told=told,
        once_key=once_key,
        expires_at=expires_at,
    )
