"""Erasing a record: asked for by one person, decided by another, refused while a legal hold stands."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.core import audit, notices, vault
from server.core.access import Action, Actor, authorize
from server.core.access.grants import live
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import scoped, transaction
from server.core.faults import Conflict, Forbidden
from server.core.outbox import PLATFORM_WIDE, enqueue
from server.core.platform import now
from server.core.vault import Shredded
from server.identity import service as identity
from server.patients import queries
from server.patients.jobs import EndErased, ScrubRemains
from server.patients.service.acting import capacities_of
from server.patients.tables import ErasureState, Patient, PatientErasure, PatientIdentifier, PatientToken

MOST_LISTED = 100


class ErasureReason(StrEnum):
    PATIENT_ASKS = "patient-asks"
    REGISTERED_IN_ERROR = "registered-in-error"
    NO_LONGER_NEEDED = "no-longer-needed"


class SecondPersonNeeded(Conflict):
    code = "second-person-needed"
    title = "Somebody else has to confirm this"
    kept = "Nothing was erased."
    next_step = "Ask another coordinator to confirm it: whoever asked for an erasure does not decide on it."


class NothingAsked(Conflict):
    code = "nothing-asked"
    title = "Nobody asks for this erasure any more"
    kept = "Nothing was erased."


async def ask_erasure(actor: Actor, patient_id: UUID, reason: ErasureReason) -> UUID:
    """Ask that everything of the patient be erased; asking again changes nothing. Of the patient's side only they do.

    Returns the id of what was asked; Shredded when it was erased already.
    """
    authorize(actor, Action.ERASURE_ASK)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        if patient.erased_at is not None:
            raise Shredded
        if actor.is_patient and (await capacities_of(actor)).get(patient_id) is not Capacity.SELF:
            raise Forbidden
        earlier = await _asked(patient_id)
        if earlier is not None:
            return earlier.id
        row = PatientErasure(
            recorded_at=now(),
            organisation_id=patient.organisation_id,
            patient_id=patient_id,
            reason=reason,
            asked_by=actor.actor_id,
        )
        await row.save()
        await _record(actor, "patient:erasure-asked", patient, {"reason": reason})
        return row.id


async def refuse_erasure(actor: Actor, patient_id: UUID) -> None:
    """Decide that the record stays; it can be asked for again."""
    authorize(actor, Action.ERASURE_DECIDE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        await _decide(actor, patient_id, ErasureState.REFUSED)
        await _record(actor, "patient:erasure-refused", patient)


async def confirm_erasure(actor: Actor, patient_id: UUID) -> None:
    """Destroy the keys of the patient's vault and everything by which the patient could be found or reached.

    SecondPersonNeeded when the actor asked for it, HeldByLaw while a legal hold stands: then nothing changes.
    """
    authorize(actor, Action.ERASURE_DECIDE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        await _decide(actor, patient_id, ErasureState.ERASED)
        await _end_acting(actor, patient)
        await vault.shred(actor, patient.vault_id)
        await _unfind(actor, patient)
        await _record(actor, "patient:erased", patient)
        await enqueue(EndErased(organisation_id=patient.organisation_id, patient_id=patient_id))
        await enqueue(ScrubRemains(organisation_id=PLATFORM_WIDE))


async def erasure_of(actor: Actor, patient_id: UUID) -> PatientErasure | None:
    """The newest that was asked for, decided or not."""
    await queries.get_kept_patient(actor, patient_id)
    rows = PatientErasure.objects().where(PatientErasure.patient_id == patient_id)
    return await rows.order_by(PatientErasure.id, ascending=False).first()


async def erasures(actor: Actor) -> Sequence[PatientErasure]:
    """Those that wait for a decision, the oldest first, then the decided, the newest first."""
    authorize(actor, Action.ERASURE_DECIDE)
    ours = PatientErasure.organisation_id == actor.organisation_id
    waits = PatientErasure.state == ErasureState.ASKED
    rows = scoped(actor, PatientErasure)
    waiting = await rows.objects().where(ours & waits).order_by(PatientErasure.id).limit(MOST_LISTED)
    decided = rows.objects().where(ours & (PatientErasure.state != ErasureState.ASKED))
    newest = await decided.order_by(PatientErasure.decided_at, ascending=False).limit(MOST_LISTED)
    return [*waiting, *newest]


async def _asked(patient_id: UUID) -> PatientErasure | None:
    is_asked = (PatientErasure.patient_id == patient_id) & (PatientErasure.state == ErasureState.ASKED)
    return await PatientErasure.objects().where(is_asked).first()


async def _decide(actor: Actor, patient_id: UUID, state: ErasureState) -> None:
    row = await _asked(patient_id)
    if row is None:
        raise NothingAsked
    if state is ErasureState.ERASED and row.asked_by == actor.actor_id:
        raise SecondPersonNeeded
    decided: dict[Any, Any] = {
        PatientErasure.state: state,
        PatientErasure.decided_by: actor.actor_id,
        PatientErasure.decided_at: now(),
    }
    still_asked = (PatientErasure.id == row.id) & (PatientErasure.state == ErasureState.ASKED)
    if not await PatientErasure.update(decided).where(still_asked).returning(PatientErasure.id):
        raise NothingAsked


async def _end_acting(actor: Actor, patient: Patient) -> None:
    """Nobody acts for an erased record; the patient's own sign-in goes too, unless it acts for somebody else."""
    people = [each.value for each in (Capacity.SELF, Capacity.GUARDIAN, Capacity.HELPER)]
    ours = (AccessGrant.patient_id == patient.id) & AccessGrant.capacity.is_in(people)
    own = await AccessGrant.select(AccessGrant.grantee_id).where(ours & (AccessGrant.capacity == Capacity.SELF))
    still = AccessGrant.ends_at.is_null() | (AccessGrant.ends_at > now())
    ended: dict[Any, Any] = {AccessGrant.ends_at: now(), AccessGrant.ended_by: actor.actor_id}
    await AccessGrant.update(ended).where(ours & still)
    person_ids = {row["grantee_id"] for row in own}
    for person_id in person_ids:
        if await AccessGrant.exists().where(live(person_id)):
            await identity.keep_apart(actor, person_id)
        else:
            await identity.forget_person(actor, person_id)
    await notices.forget(patient.id, person_ids)


async def _unfind(actor: Actor, patient: Patient) -> None:
    """Without tokens nobody can ask the index whether somebody was a patient here."""
    await PatientToken.delete().where(PatientToken.patient_id == patient.id)
    unfound: dict[Any, Any] = {PatientIdentifier.token: b"", PatientIdentifier.sealed: b""}
    await PatientIdentifier.update(unfound).where(PatientIdentifier.patient_id == patient.id)
    erased: dict[Any, Any] = {Patient.sealed: b"", Patient.majority_on: None, Patient.erased_at: now()}
    await scoped(actor, Patient).update(erased).where(Patient.id == patient.id)


async def _record(actor: Actor, tag: str, patient: Patient, detail: dict[str, Any] | None = None) -> None:
    await audit.record(
        actor,
        tag,
        subject_id=patient.id,
        patient_id=patient.id,
        organisation_id=patient.organisation_id,
        detail=detail or {},
    )
