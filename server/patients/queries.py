"""Every select on patient rows; each takes the actor."""

from uuid import UUID

from server.core.access import Actor
from server.core.db import scoped
from server.core.faults import NotFound
from server.patients.tables import Patient


async def get_patient(actor: Actor, patient_id: UUID) -> Patient:
    """The patient, or NotFound when there is none that the actor may see."""
    patient = await scoped(actor, Patient).objects().where(Patient.id == patient_id).first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient
