"""One step of an appointment's life: the state table, the compare-and-set, the audit row and the case's timeline."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from server.cases import service as cases
from server.core import audit
from server.core.access import Actor
from server.core.platform import now
from server.scheduling.faults import AppointmentChanged
from server.scheduling.lifecycle import Event, Status, step
from server.scheduling.tables import Appointment

TOLD_ON_THE_CASE = {
    Event.CONFIRM: "visit-booked",
    Event.MOVE: "visit-moved",
    Event.CANCEL: "visit-cancelled",
    Event.RESTORE: "visit-booked",
    Event.MISS: "visit-missed",
    Event.FINISH: "visit-done",
}


async def go_on(
    actor: Actor,
    appointment: Appointment,
    event: Event,
    tag: str,
    changes: dict[Any, Any] | None = None,
    detail: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Move the appointment on inside the caller's transaction; AppointmentChanged when somebody else was first.

    `detail` is for the log alone.
    """
    following, at, was = step(actor, Status(appointment.status), event), now(), Status(appointment.status)
    values: dict[Any, Any] = {
        Appointment.status: following,
        Appointment.version: appointment.version + 1,
        Appointment.changed_at: at,
        **(changes or {}),
    }
    moved = await (
        Appointment.update(values)
        .where(Appointment.id == appointment.id, Appointment.version == appointment.version)
        .returning(Appointment.id)
    )
    if not moved:
        raise AppointmentChanged
    for column, value in values.items():
        setattr(appointment, column._meta.name, value)
    await audit.record(
        actor,
        tag,
        subject_id=appointment.id,
        patient_id=appointment.patient_id,
        organisation_id=appointment.organisation_id,
        detail={"status": following, "version": appointment.version, **detail},
    )
    is_told = event in TOLD_ON_THE_CASE and not (was is Status.HELD and event is Event.CANCEL)
    if appointment.from_case_id and is_told:
        await cases.note_visit(actor, appointment.organisation_id, appointment.from_case_id, TOLD_ON_THE_CASE[event])
