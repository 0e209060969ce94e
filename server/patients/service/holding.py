"""Legal holds: while one stands a record is not erased, whoever asks."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import Conflict
from server.core.platform import now
from server.patients import queries
from server.patients.tables import LegalHold, Patient


class HoldReason(StrEnum):
    COURT_ORDER = "court-order"
    COMPLAINT = "complaint"
    INVESTIGATION = "investigation"
    OTHER = "other"


class HeldAlready(Conflict):
    code = "held-already"
    title = "A legal hold stands on this record already"


async def set_hold(actor: Actor, patient_id: UUID, reason: HoldReason) -> None:
    """From now on the record is not erased; HeldAlready where a hold stands, Shredded where nothing is left."""
    authorize(actor, Action.HOLD_MANAGE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        await vault.hold(actor, patient.vault_id)
        if await LegalHold.exists().where(_standing(patient_id)):
            raise HeldAlready
        await LegalHold(
            recorded_at=now(),
            organisation_id=patient.organisation_id,
            patient_id=patient_id,
            reason=reason,
            set_by=actor.actor_id,
        ).save()
        await _note(actor, patient, is_held=True)


async def release_hold(actor: Actor, patient_id: UUID) -> None:
    """Lift the hold; nothing is changed where none stands."""
    authorize(actor, Action.HOLD_MANAGE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        await vault.release_hold(actor, patient.vault_id)
        released: dict[Any, Any] = {LegalHold.released_at: now(), LegalHold.released_by: actor.actor_id}
        if await LegalHold.update(released).where(_standing(patient_id)).returning(LegalHold.id):
            await _note(actor, patient, is_held=False)


async def holds_of(actor: Actor, patient_id: UUID) -> list[LegalHold]:
    """Every hold there ever was, the newest first."""
    authorize(actor, Action.HOLD_MANAGE)
    await queries.get_kept_patient(actor, patient_id)
    rows = LegalHold.objects().where(LegalHold.patient_id == patient_id)
    return await rows.order_by(LegalHold.id, ascending=False)


def _standing(patient_id: UUID) -> Any:
    return (LegalHold.patient_id == patient_id) & LegalHold.released_at.is_null()


async def _note(actor: Actor, patient: Patient, *, is_held: bool) -> None:
    await scoped(actor, Patient).update({Patient.has_legal_hold: is_held}).where(Patient.id == patient.id)
    tag = "patient:hold-set" if is_held else "patient:hold-released"
    await audit.record(
        actor, tag, subject_id=patient.id, patient_id=patient.id, organisation_id=patient.organisation_id
    )
