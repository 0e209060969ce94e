"""Faces in a photograph of something else stay hidden until its sender has said: keep hidden, cut away, or needed."""

import asyncio
import hashlib
from uuid import UUID

from msgspec import Struct, structs

from server.cases import queries
from server.cases.jobs import PhotoPrepared, TreatFaces
from server.cases.lifecycle import Status
from server.cases.schemas import FaceAnswer, PhotoEvidence, Prepared
from server.cases.service.steps import open_part, sealed_name
from server.cases.tables import Case, CasePart, FaceState
from server.contract import catalogue
from server.contract.case import PhotographPart
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction
from server.core.faults import Conflict
from server.core.outbox import enqueue
from server.core.platform import platform

HEAD = "head"
BEFORE_A_READER = frozenset({Status.SUBMITTED, Status.PREPARING, Status.WAITING})


class FacesSettled(Conflict):
    code = "faces-settled"
    title = "This was answered already"
    next_step = "Reload the page: it shows what was chosen."


class CropTooLate(Conflict):
    code = "crop-too-late"
    title = "The photo cannot be cut any more"
    next_step = "Keep the face hidden, or say that it is needed."


class FacesToTreat(Struct, frozen=True, kw_only=True):
    """What remains to be done with one photograph: its clear master, what was seen in it, and what was chosen."""

    answer: FaceAnswer
    clear: bytes
    evidence: PhotoEvidence


async def is_of_the_head(organisation_id: UUID, part_id: UUID) -> bool:
    """Whether the photograph was taken of the face or head itself, where a face is what is to be seen."""
    part = await queries.get_part(system_actor(organisation_id), part_id)
    opened = open_part(await vault.key(part.vault_id, organisation_id), part)
    sites = {site.code: site for site in catalogue.body_sites().sites}
    site = sites.get(opened.site.code) if isinstance(opened, PhotographPart) else None
    return site is not None and site.region == HEAD


async def keep_clear(actor: Actor, part: CasePart, clear: bytes) -> str:
    """Store the master without covers where no address leads to it; its key, which is this part's alone."""
    key = await vault.key(part.vault_id, actor.organisation_id)
    object_key = f"clear/{part.id}/{key.digest_address(hashlib.sha256(clear).hexdigest())}"
    await platform().objects.put(object_key, await asyncio.to_thread(key.seal_object, object_key, clear))
    return object_key


def may_crop(case: Case, evidence: PhotoEvidence | None) -> bool:
    """Whether cutting is offered: enough is left, and no reader has measured or marked anything on the whole yet."""
    return evidence is not None and evidence.can_crop and case.status in BEFORE_A_READER


async def answer_faces(actor: Actor, case_id: UUID, part_id: UUID, answer: FaceAnswer) -> None:
    """The sender says what becomes of the faces, once: FacesSettled afterwards, CropTooLate where cutting is none."""
    authorize(actor, Action.CASE_SUBMIT)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        queries.require_given(actor, case)
        part = await queries.get_part(actor, part_id)
        if part.case_id != case_id or part.faces != FaceState.ASKED:
            raise FacesSettled
        key = await vault.key(part.vault_id, actor.organisation_id)
        if answer is FaceAnswer.CROP and not may_crop(case, _evidence(key, part)):
            raise CropTooLate
        is_asked = (CasePart.id == part_id) & (CasePart.faces == FaceState.ASKED)
        if not await CasePart.update({CasePart.faces: answer.value}).where(is_asked).returning(CasePart.id):
            raise FacesSettled
        await audit.record(
            actor,
            "part:faces-answered",
            subject_id=part_id,
            patient_id=part.patient_id,
            organisation_id=case.organisation_id,
            detail={"answer": answer.value},
        )
        await enqueue(TreatFaces(organisation_id=case.organisation_id, part_id=part_id))


async def faces_to_treat(organisation_id: UUID, part_id: UUID) -> FacesToTreat | None:
    """None where nothing was answered yet, or all is done."""
    part = await queries.get_part(system_actor(organisation_id), part_id)
    if not part.clear_key or part.faces == FaceState.ASKED:
        return None
    key = await vault.key(part.vault_id, organisation_id)
    evidence = _evidence(key, part)
    if evidence is None:
        return None
    if await platform().objects.size(part.clear_key) is None:  # removed by a run that ended before it wrote so
        await record_treated(organisation_id, part_id, None)
        return None
    clear = key.open(part.clear_key, await platform().objects.get(part.clear_key))
    return FacesToTreat(answer=FaceAnswer(part.faces), clear=clear, evidence=evidence)


async def record_treated(organisation_id: UUID, part_id: UUID, prepared: Prepared | None) -> None:
    """Put what was made in place of the covered renditions, if anything was, and remove the clear master for good."""
    actor = system_actor(organisation_id)
    part = await queries.get_part(actor, part_id)
    if not part.clear_key:  # another run was faster
        return
    covered_key = part.object_key
    if prepared is not None:
        await _replace(actor, part, prepared)
    await platform().objects.delete(part.clear_key)
    async with transaction():
        await CasePart.update({CasePart.clear_key: ""}).where(CasePart.id == part_id)
        await audit.record(actor, "part:faces-treated", subject_id=part_id, patient_id=part.patient_id)
    if prepared is not None and not await CasePart.exists().where(CasePart.object_key == covered_key):
        await platform().objects.delete(covered_key)


async def _replace(actor: Actor, part: CasePart, prepared: Prepared) -> None:
    """What the camera wrote is known from the first preparation: the clear master carries none of it."""
    key = await vault.key(part.vault_id, actor.organisation_id)
    before = _evidence(key, part)
    evidence = prepared.evidence
    if before is not None:
        evidence = structs.replace(
            evidence,
            captured_at=before.captured_at,
            camera=before.camera,
            was_location_removed=before.was_location_removed,
            notes=before.notes,
        )
    object_key = f"parts/{key.digest_address(hashlib.sha256(prepared.pack).hexdigest())}"
    await platform().objects.put(object_key, await asyncio.to_thread(key.seal_object, object_key, prepared.pack))
    async with transaction():
        await CasePart.update(
            {
                CasePart.object_key: object_key,
                CasePart.preparation: prepared.preparation,
                CasePart.renditions: key.seal_value(sealed_name("case_part", part.id, "renditions"), prepared.index),
                CasePart.evidence: key.seal_value(sealed_name("case_part", part.id, "evidence"), evidence),
            }
        ).where(CasePart.id == part.id)
        await enqueue(PhotoPrepared(organisation_id=part.organisation_id, part_id=part.id))


def _evidence(key: vault.VaultKey, part: CasePart) -> PhotoEvidence | None:
    if part.evidence is None:
        return None
    return key.open_value(sealed_name("case_part", part.id, "evidence"), part.evidence, PhotoEvidence)
