"""What a record says of itself: that the patient has died, that it is a test."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from server.core import audit
from server.core.access import Action, Actor, Role, authorize
from server.core.db import scoped, transaction
from server.core.faults import Forbidden
from server.patients import queries
from server.patients.tables import Patient


class Flags(Struct, frozen=True, kw_only=True):
    """`is_deceased` ends every notice to the patient; a test is nobody's record."""

    is_deceased: bool = False
    is_test: bool = False


async def flags_of(actor: Actor, patient_id: UUID) -> Flags:
    """NotFound when the patient is not the actor's to see."""
    patient = await queries.get_patient(actor, patient_id)
    return Flags(is_deceased=patient.is_deceased, is_test=patient.is_test)


async def set_flags(actor: Actor, patient_id: UUID, flags: Flags) -> None:
    """By the clinic only; what changed is recorded."""
    authorize(actor, Action.PATIENT_UPDATE)
    if not actor.has(Role.CLINIC_WORKER, Role.COORDINATOR):
        raise Forbidden
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        if flags == Flags(is_deceased=patient.is_deceased, is_test=patient.is_test):
            return
        values: dict[Any, Any] = {Patient.is_deceased: flags.is_deceased, Patient.is_test: flags.is_test}
        await scoped(actor, Patient).update(values).where(Patient.id == patient_id)
        await audit.record(
            actor,
            "patient:flags-changed",
            subject_id=patient_id,
            patient_id=patient_id,
            detail={"deceased": flags.is_deceased, "test": flags.is_test},
        )
