"""Ending an appointment before it was: by the patient within the provider's policy, by others, or by time."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from server.core.access import Action, Actor, ActorKind, Role, authorize, system_actor
from server.core.access.grants import end_grant
from server.core.db import platform_wide, transaction, working_for
from server.core.faults import NotFound
from server.core.platform import now
from server.scheduling import queries
from server.scheduling.faults import TooLateToChange
from server.scheduling.lifecycle import Event, Status
from server.scheduling.service import diaries
from server.scheduling.service.freeing import give_back
from server.scheduling.service.reminding import tell_change
from server.scheduling.service.steps import go_on
from server.scheduling.tables import Appointment, Practice, WaitingEntry

BY_PATIENT, BY_CARE, HOLD_RAN_OUT, RECORD_ERASED = "by-patient", "by-care", "hold-ran-out", "record-erased"


def require_in_time(actor: Actor, row: Appointment, practice: Practice | None) -> None:
    """TooLateToChange for a patient after the provider's cut-off, and for everybody once the visit has begun.

    What is only held is the patient's to give back at any time.
    """
    cutoff = timedelta(minutes=practice.cutoff_min) if practice and _is_bound(actor) else timedelta()
    if row.status == Status.BOOKED and now() > row.starts_at - cutoff:
        raise TooLateToChange


def _is_bound(actor: Actor) -> bool:
    """The platform acts for a patient when a link in a reminder was pressed."""
    return actor.has(Role.PATIENT) or actor.kind is ActorKind.SYSTEM


async def cancel(actor: Actor, appointment_id: UUID, *, way: str = "page") -> None:
    """Cancel; the time is offered to who waits for it. The patient is told when somebody else did.

    `way` is how it was said, for the log: on a page, by a reminder's link or by a reply to it.
    """
    authorize(actor, Action.APPOINTMENT_READ)
    async with transaction():
        row = await queries.get_appointment(actor, appointment_id)
        if row.status == Status.CANCELLED:
            return
        diary = await diaries.lock_diary(row.provider_organisation_id, row.provider_id)
        require_in_time(actor, row, diary.practice if diary else None)
        if await call_off(actor, row, way=way):
            await tell_change(row)


async def call_off(actor: Actor, row: Appointment, *, way: str = "page") -> bool:
    """End it inside the caller's transaction; whether the patient should be told, since somebody else did it."""
    reason = BY_PATIENT if _is_bound(actor) else BY_CARE
    await _end(actor, row, Event.CANCEL, "appointment:cancelled", {Appointment.reason: reason}, {"way": way})
    return reason == BY_CARE


async def lapse(organisation_id: UUID, appointment_id: UUID) -> None:
    """The hold has run out, unless it was booked or given back."""
    actor = system_actor(organisation_id)
    async with transaction():
        try:
            row = await queries.get_appointment(actor, appointment_id)
        except NotFound:
            return
        if row.status != Status.HELD or row.held_until is None or row.held_until > now():
            return
        await diaries.lock_diary(row.provider_organisation_id, row.provider_id)
        await _end(actor, row, Event.LAPSE, "appointment:lapsed", {Appointment.reason: HOLD_RAN_OUT})


async def cancel_erased(organisation_id: UUID, patient_id: UUID) -> None:
    """The patient's record has been erased: what was to come is cancelled, and they wait for nothing any more."""
    actor = system_actor(organisation_id)
    async with transaction():
        for row in await queries.appointments_of_patient(actor, patient_id):
            if row.status in {Status.HELD, Status.BOOKED} and row.starts_at > now():
                await diaries.lock_diary(row.provider_organisation_id, row.provider_id)
                reason = {Appointment.reason: RECORD_ERASED}
                await _end(actor, row, Event.CANCEL, "appointment:cancelled", reason)
        with platform_wide():
            theirs = (WaitingEntry.patient_id == patient_id) & WaitingEntry.ended_at.is_null()
            await WaitingEntry.update({WaitingEntry.ended_at: now()}).where(theirs)


async def _end(
    actor: Actor,
    row: Appointment,
    event: Event,
    tag: str,
    changes: dict[Any, Any],
    detail: Mapping[str, str] = MappingProxyType({}),
) -> None:
    await go_on(actor, row, event, tag, changes, detail)
    await diaries.release(row.provider_organisation_id, row.id)
    with working_for(system_actor(row.organisation_id)):
        await end_grant(patient_id=row.patient_id, grantee_id=row.provider_organisation_id, case_id=row.id)
    await give_back(row, row.starts_at, row.ends_at)
