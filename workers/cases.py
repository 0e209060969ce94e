"""Runs the cases' jobs: arrivals are matched, photographs prepared in the sandbox, what is missing is chased."""

import asyncio
from functools import cache
from uuid import UUID

import msgspec
from msgspec.structs import astuple

from imaging.pack import slice_of
from imaging.prepare_options import FaceTreatment
from imaging.refusals import PhotoRefused
from imaging.results import Face, FaceFindings, PhotoFacts, PreparedPhoto
from imaging.sandbox import Sandbox
from server.cases import service as cases
from server.cases.jobs import (
    ChaseAbsent,
    EndEmergency,
    KeepMedia,
    PreparePhoto,
    PreparePreview,
    RecheckArrivals,
    ReleaseSilent,
    RemovePreview,
    TreatFaces,
)
from server.core.platform import platform
from server.identity import service as identity
from server.intake.jobs import UploadCompleted
from workers.actors import actor, every
from workers.captured import captured_at
from workers.media import MediaRefused, check_media

FIVE_MINUTES_S = 300
SHOWN = "review.jpg"
_TREATMENT = {
    cases.FaceAnswer.BLUR: FaceTreatment.COVER,
    cases.FaceAnswer.CROP: FaceTreatment.CROP,
    cases.FaceAnswer.NEEDED: FaceTreatment.SHOW,
}


@cache
def sandbox() -> Sandbox:
    """This process's sandbox; only the demo goes on without isolation, under a banner."""
    return Sandbox(allow_unsandboxed=platform().settings.is_demo)


@actor(UploadCompleted)
async def match_upload(job: UploadCompleted) -> None:
    await cases.match_arrivals(job.organisation_id, job.case_id)


@actor(RecheckArrivals)
async def recheck_arrivals(job: RecheckArrivals) -> None:
    await cases.recheck_arrivals(job.organisation_id, job.case_id)


@actor(PreparePhoto, time_limit_s=180)
async def prepare_photo(job: PreparePhoto) -> None:
    """A photograph that cannot be decoded is refused by its code; the case goes on and asks for it again."""
    content = await cases.media_to_prepare(job.organisation_id, job.part_id)
    if content is None:
        return
    try:
        photo = await asyncio.to_thread(sandbox().prepare, content, await _treatment(job.organisation_id, job.part_id))
    except PhotoRefused as refused:
        await cases.record_refused(job.organisation_id, job.part_id, refused.code)
        return
    await cases.record_prepared(job.organisation_id, job.part_id, _prepared(photo))


@actor(PreparePreview, time_limit_s=60)
async def prepare_preview(job: PreparePreview) -> None:
    """As hostile as any photograph, and treated alike: of what is made of it one picture is kept, faces covered."""
    content = await cases.preview_to_prepare(job.organisation_id, job.part_id, job.upload_id, job.step)
    if content is None:
        return
    try:
        photo = await asyncio.to_thread(sandbox().prepare, content, await _treatment(job.organisation_id, job.part_id))
    except PhotoRefused as refused:
        await cases.drop_preview(job.organisation_id, job.part_id, job.upload_id, refused.code)
        return
    await cases.record_preview(job.organisation_id, job.part_id, job.upload_id, job.step, _preview(photo))


@actor(RemovePreview)
async def remove_preview(job: RemovePreview) -> None:
    await cases.remove_preview(job.organisation_id, job.part_id)


@actor(TreatFaces, time_limit_s=180)
async def treat_faces(job: TreatFaces) -> None:
    """Kept hidden, nothing is made; cut away or shown, all renditions are made again from the clear master."""
    wanted = await cases.faces_to_treat(job.organisation_id, job.part_id)
    if wanted is None:
        return
    treatment = _TREATMENT[wanted.answer]
    photo = None
    if treatment is not FaceTreatment.COVER:
        known = _known_faces(wanted.evidence)
        photo = await asyncio.to_thread(sandbox().prepare, wanted.clear, treatment, known)
    await cases.record_treated(job.organisation_id, job.part_id, _prepared(photo) if photo else None)


@actor(KeepMedia, time_limit_s=180)
async def keep_media(job: KeepMedia) -> None:
    content = await cases.media_to_prepare(job.organisation_id, job.part_id)
    if content is None:
        return
    try:
        media_type = check_media(content)
    except MediaRefused as refused:
        await cases.record_refused(job.organisation_id, job.part_id, refused.code)
        return
    await cases.record_kept(job.organisation_id, job.part_id, content, media_type)


@actor(ChaseAbsent)
async def chase_absent(job: ChaseAbsent) -> None:
    await cases.chase_absent(job.organisation_id, job.case_id)


@actor(EndEmergency)
async def end_emergency(job: EndEmergency) -> None:
    await cases.end_expired(job.organisation_id, job.opening_id)


async def organisation_ids() -> list[UUID]:
    return [card.organisation_id for card in await identity.organisations()]


@every(seconds=FIVE_MINUTES_S, organisations=organisation_ids)
@actor(ReleaseSilent)
async def release_silent(job: ReleaseSilent) -> None:
    await cases.release_silent(job.organisation_id)


async def _treatment(organisation_id: UUID, part_id: UUID) -> FaceTreatment:
    is_of_the_head = await cases.is_of_the_head(organisation_id, part_id)
    return FaceTreatment.SHOW if is_of_the_head else FaceTreatment.COVER


def _preview(photo: PreparedPhoto) -> cases.PreparedPreview:
    shown = next(each for each in photo.facts.renditions if each.name == SHOWN)
    start, length = slice_of(photo.index, SHOWN)
    facts = cases.PreviewFacts(width_px=shown.width_px, height_px=shown.height_px)
    return cases.PreparedPreview(jpeg=photo.packed[start : start + length], facts=facts)


def _prepared(photo: PreparedPhoto) -> cases.Prepared:
    return cases.Prepared(
        pack=photo.packed,
        index=tuple(cases.PackEntry(*entry) for entry in photo.index),
        preparation=_preparation(photo.facts),
        evidence=_evidence(photo.facts),
        clear=photo.clear,
    )


def _known_faces(evidence: cases.PhotoEvidence) -> FaceFindings:
    return FaceFindings(evidence.faces_version, tuple(Face(*astuple(face)) for face in evidence.faces))


def _preparation(facts: PhotoFacts) -> str:
    return ";".join(f"{made.algorithm}/{made.version}" for made in facts.renditions[:1])


def _evidence(facts: PhotoFacts) -> cases.PhotoEvidence:
    camera = f"{facts.metadata.device_make or ''} {facts.metadata.device_model or ''}".strip()
    notes = (f"{facts.trailing_bytes} bytes of {facts.trailing_kind} removed",) if facts.trailing_bytes else ()
    return cases.PhotoEvidence(
        width_px=facts.width_px,
        height_px=facts.height_px,
        verdict_version=facts.verdict.version,
        flaws=tuple((flaw.name, float(flaw.score), float(flaw.threshold)) for flaw in facts.verdict.flaws),
        measures=facts.verdict.measures,
        captured_at=captured_at(facts.metadata),
        camera=camera,
        was_location_removed=facts.metadata.location_removed,
        notes=notes,
        faces=tuple(cases.SeenFace(*astuple(face)) for face in facts.faces.faces),
        faces_version=facts.faces.version,
        can_crop=facts.faces.can_crop,
        scale=None if facts.scale is None else cases.Scale(**msgspec.structs.asdict(facts.scale)),
        scale_refused=facts.scale_refused,
        colour_estimate=cases.ColourEstimate(**msgspec.structs.asdict(facts.colour_estimate)),
        stated=None if facts.dicom is None else cases.StatedByFile(**msgspec.structs.asdict(facts.dicom)),
    )
