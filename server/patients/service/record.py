"""Registering a patient and reading the demographics back."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from server.contract.registration import MOST_KNOWN, KnownPatient
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import KeyReused
from server.core.ids import new_id
from server.core.platform import now
from server.patients import queries
from server.patients.schemas import ContactPreference, Demographics
from server.patients.service.indexing import index_patient
from server.patients.tables import Patient


class PatientSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What other slices need of a patient without opening the demographics."""

    patient_id: UUID
    organisation_id: UUID
    vault_id: UUID
    region: str
    language: str
    zone: str
    is_test: bool
    is_erased: bool = False
    is_held: bool = False
    majority_on: date | None = None


async def register_patient(
    actor: Actor,
    who: Demographics,
    *,
    region: str,
    language: str,
    zone: str,
    patient_id: UUID | None = None,
    is_test: bool = False,
    taken_by: UUID | None = None,
) -> UUID:
    """A new patient of the actor's organisation with a vault of their own.

    The id may be minted at the edge: KeyReused if another record has it. `taken_by` is the worker at a kiosk.
    """
    authorize(actor, Action.PATIENT_REGISTER)
    new_patient_id = patient_id or new_id()
    async with transaction():
        vault_id = await vault.create(actor.organisation_id)
        key = await vault.key(vault_id, actor.organisation_id)
        row = Patient(
            id=new_patient_id,
            recorded_at=now(),
            organisation_id=actor.organisation_id,
            vault_id=vault_id,
            sealed=key.seal_value(sealed_name(new_patient_id), who),
            region=region,
            language=language,
            zone=zone,
            is_test=is_test,
        )
        if not await Patient.insert(row).on_conflict(action="DO NOTHING").returning(Patient.id):
            raise KeyReused
        await index_patient(actor.organisation_id, new_patient_id, who)
        await audit.record(
            actor,
            "patient:registered",
            subject_id=new_patient_id,
            patient_id=new_patient_id,
            detail={"taken_by": str(taken_by)} if taken_by else None,
        )
    return new_patient_id


async def vault_of(actor: Actor, patient_id: UUID) -> UUID:
    """The patient's vault id; NotFound when the patient is not the actor's to see."""
    return (await queries.get_patient(actor, patient_id)).vault_id


async def summary(actor: Actor, patient_id: UUID) -> PatientSummary:
    """What routing and sealing need; NotFound when the patient is not the actor's to see."""
    return _summary(await queries.get_patient(actor, patient_id))


def _summary(patient: Patient) -> PatientSummary:
    return PatientSummary(
        patient_id=patient.id,
        organisation_id=patient.organisation_id,
        vault_id=patient.vault_id,
        region=patient.region,
        language=patient.language,
        zone=patient.zone,
        is_test=patient.is_test,
        is_erased=patient.erased_at is not None,
        is_held=patient.has_legal_hold,
        majority_on=patient.majority_on,
    )


async def kept_summary(actor: Actor, patient_id: UUID) -> PatientSummary:
    """As `summary`, for those who keep the patient's record; NotFound for readers of other organisations."""
    return _summary(await queries.get_kept_patient(actor, patient_id))


async def demographics(actor: Actor, patient_id: UUID) -> Demographics:
    """The opened demographics; reading them is the caller's to audit with what it is read for."""
    return await _open(actor, await queries.get_patient(actor, patient_id))


async def change_contact(actor: Actor, patient_id: UUID, contact: ContactPreference) -> None:
    """Replace how the patient is reached and when not to be; the index follows."""
    authorize(actor, Action.PATIENT_UPDATE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        who = msgspec.structs.replace(await _open(actor, patient), contact=contact)
        key = await vault.key(patient.vault_id, actor.organisation_id)
        sealed = key.seal_value(sealed_name(patient_id), who)
        await scoped(actor, Patient).update({Patient.sealed: sealed}).where(Patient.id == patient_id)
        await index_patient(patient.organisation_id, patient_id, who)
        await audit.record(
            actor,
            "patient:contact-changed",
            subject_id=patient_id,
            patient_id=patient_id,
            organisation_id=patient.organisation_id,
        )


async def patients_of(actor: Actor) -> list[PatientSummary]:
    """Everyone the signed-in person acts for: themselves first, then whom they guard or help."""
    rows = await queries.patients_acted_for(actor)
    return [_summary(row) for row in rows]


async def names_of(actor: Actor, patient_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Full names of the patients the actor may see, for lists; those whose records were erased have none."""
    wanted = list(set(patient_ids))
    if not wanted:
        return {}
    rows = await scoped(actor, Patient).objects().where(Patient.id.is_in(wanted))
    return {row.id: (await _open(actor, row)).full_name for row in rows if row.erased_at is None}


async def known_patients(actor: Actor) -> list[KnownPatient]:
    """The organisation's own living patients, the last registered first, at most `MOST_KNOWN`; the look is recorded."""
    authorize(actor, Action.PATIENT_FIND)
    own = scoped(actor, Patient).objects().where(Patient.organisation_id == actor.organisation_id)
    living = own.where(Patient.erased_at.is_null()).where(Patient.is_deceased == False)  # noqa: E712  (a column)
    rows = await living.order_by(Patient.recorded_at, Patient.id, ascending=False).limit(MOST_KNOWN)
    keys = await vault.keys([row.vault_id for row in rows], actor.organisation_id)
    await audit.record(actor, "patient:listed", detail={"found": len(rows)})
    return [_known(row, keys[row.vault_id].open_value(sealed_name(row.id), row.sealed, Demographics)) for row in rows]


def _known(patient: Patient, who: Demographics) -> KnownPatient:
    return KnownPatient(
        patient_id=patient.id,
        given_name=who.given_name,
        family_name=who.family_name,
        birth_date=who.birth_date,
        sex=who.sex,
    )


async def _open(actor: Actor, patient: Patient) -> Demographics:
    key = await vault.key(patient.vault_id, actor.organisation_id)
    return key.open_value(sealed_name(patient.id), patient.sealed, Demographics)


def sealed_name(patient_id: UUID) -> str:
    return f"patient/{patient_id}/sealed"
