"""Photographs whose small pictures travel before them, and the ways of those pictures through the platform."""

import hashlib
import os
from typing import Any
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.contract.preview import PREVIEW_MEDIA_TYPE, Preview, PreviewStep, preview_id
from tests.support.casework import Shot, jobs, shot
from tests.support.clinics import Clinic, media, upload_bytes

EARLY_JPEG = b"\xff\xd8a small picture"
FACTS = cases.PreviewFacts(width_px=512, height_px=384)


class Previewed(msgspec.Struct, kw_only=True):
    """A photograph with the bytes of its previews."""

    shot: Shot
    contents: dict[PreviewStep, bytes]


def previewed_shot(contents: dict[PreviewStep, bytes] | None = None) -> Previewed:
    contents = contents or {step: os.urandom(200) for step in PreviewStep}
    named = tuple(
        Preview(step=step, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
        for step, content in contents.items()
    )
    taken = shot()
    taken.part = msgspec.structs.replace(taken.part, previews=named)
    return Previewed(shot=taken, contents=contents)


async def arrive_early(clinic: Clinic, case_id: UUID, taken: Previewed, step: PreviewStep = PreviewStep.SMALL) -> None:
    """The preview's bytes come and are matched."""
    content = taken.contents[step]
    promised = media(content, PREVIEW_MEDIA_TYPE)
    own_id = preview_id(taken.shot.id, step)
    await upload_bytes(clinic.patient, clinic.patient_id, case_id, own_id, promised, content)
    await cases.match_arrivals(clinic.organisation_id, case_id)


async def early_job(taken: Previewed, step: PreviewStep = PreviewStep.SMALL) -> dict[str, Any]:
    """The one job that is to prepare it."""
    every = await jobs("cases.prepare_preview")
    (found,) = [job for job in every if (job["part_id"], job["step"]) == (str(taken.shot.id), step)]
    return found


async def prepare_early(
    clinic: Clinic, taken: Previewed, step: PreviewStep = PreviewStep.SMALL, jpeg: bytes = EARLY_JPEG
) -> None:
    upload_id = UUID((await early_job(taken, step))["upload_id"])
    prepared = cases.PreparedPreview(jpeg=jpeg, facts=FACTS)
    await cases.record_preview(clinic.organisation_id, taken.shot.id, upload_id, step, prepared)


async def show_early(
    clinic: Clinic, case_id: UUID, taken: Previewed, step: PreviewStep = PreviewStep.SMALL, jpeg: bytes = EARLY_JPEG
) -> None:
    """The preview comes and can be looked at."""
    await arrive_early(clinic, case_id, taken, step)
    await prepare_early(clinic, taken, step, jpeg)
