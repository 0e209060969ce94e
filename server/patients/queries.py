"""Every select on patient rows; each takes the actor."""

from uuid import UUID

from server.core.access import Actor
from server.core.access.grants import live
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import scoped
from server.core.faults import NotFound
from server.patients.tables import Patient


async def get_patient(actor: Actor, patient_id: UUID) -> Patient:
    """The patient, or NotFound when there is none that the actor may see."""
    patient = await scoped(actor, Patient).objects().where(Patient.id == patient_id).first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


async def get_kept_patient(actor: Actor, patient_id: UUID) -> Patient:
    """The patient whose record the actor keeps: the clinic's staff, the patient, whoever acts for them.

    NotFound also for those who read a case of the patient's for another organisation: they may see, not write.
    """
    patient = await get_patient(actor, patient_id)
    if not actor.is_patient and patient.organisation_id != actor.organisation_id:
        raise NotFound("There is no such patient.")
    return patient


async def patients_acted_for(actor: Actor) -> list[Patient]:
    """The patients a person acts for by a live grant: themselves first, then in the order of the grants."""
    rows = AccessGrant.objects().where(live(actor.actor_id)).order_by(AccessGrant.id)
    grants = sorted(await rows, key=lambda grant: grant.capacity != Capacity.SELF)
    wanted = [grant.patient_id for grant in grants]
    rows = await scoped(actor, Patient).objects().where(Patient.id.is_in(wanted)) if wanted else []
    return sorted(rows, key=lambda row: wanted.index(row.id))
