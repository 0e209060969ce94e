"""The people of the intake tests: a clinic with a patient, a worker who sends for them, and a stranger."""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from server.core.access import Actor, Role
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.intake.schemas import NewUpload
from server.patients import service as patients
from server.patients.schemas import Demographics
from tests.support.people import make_organisation, make_person


@dataclass(frozen=True)
class Clinic:
    organisation_id: UUID
    worker: Actor
    colleague: Actor
    patient: Actor
    stranger: Actor
    """A worker of another organisation."""
    patient_id: UUID
    vault_id: UUID


async def make_clinic() -> Clinic:
    organisation = await make_organisation()
    elsewhere = await make_organisation("Klinik Süd")
    worker = await make_person(organisation.organisation_id, Role.CLINIC_WORKER)
    patient = await make_person(organisation.organisation_id, Role.PATIENT)
    patient_id = await register(worker)
    await grant(
        organisation_id=organisation.organisation_id,
        patient_id=patient_id,
        grantee_id=patient.actor_id,
        capacity=Capacity.SELF,
    )
    return Clinic(
        organisation_id=organisation.organisation_id,
        worker=worker,
        colleague=await make_person(organisation.organisation_id, Role.CLINIC_WORKER),
        patient=patient,
        stranger=await make_person(elsewhere.organisation_id, Role.CLINIC_WORKER),
        patient_id=patient_id,
        vault_id=await patients.vault_of(worker, patient_id),
    )


async def register(worker: Actor) -> UUID:
    """One more patient of the worker's clinic."""
    who = Demographics(given_name="Ana", family_name="Ruiz")
    return await patients.register_patient(worker, who, region="ES-MD", language="es", zone="Europe/Madrid")


def declare(
    content: bytes,
    patient_id: UUID,
    *,
    case_id: UUID | None = None,
    part_id: UUID | None = None,
    sha256: str | None = None,
    length_bytes: int | None = None,
) -> NewUpload:
    """What a client declares of `content`; the rest says what it declares wrongly."""
    return NewUpload(
        case_id=case_id or uuid4(),
        patient_id=patient_id,
        part_id=part_id or uuid4(),
        sha256=sha256 or hashlib.sha256(content).hexdigest(),
        media_type="image/jpeg",
        length_bytes=len(content) if length_bytes is None else length_bytes,
        metadata="",
    )
