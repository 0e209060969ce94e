"""Visits as a kiosk's screen finishes them, small and unlike any other, with marked words in them."""

import io
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import numpy as np
from PIL import Image

from imaging.preview import make_preview
from kiosk.spool.packing import Visit
from kiosk.ui.previews import BOUNDS, MadePreview
from server.contract.case import (
    Answer,
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    Media,
    Observation,
    PhotographPart,
    Quantity,
    TextPart,
    Topic,
    View,
    VitalsPart,
)
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.contract.preview import Preview, PreviewStep
from server.contract.registration import PatientRegistration
from server.contract.wire import Coding, Laterality, Moment
from tests.journeys.phone import sha256_of

PHOTO_PX = (96, 72)


def noise(random: Random, size_px: tuple[int, int] = PHOTO_PX) -> bytes:
    """A photograph of nothing."""
    file = io.BytesIO()
    Image.frombytes("RGB", size_px, random.randbytes(3 * size_px[0] * size_px[1])).save(file, "JPEG", quality=60)
    return file.getvalue()


def make_visit(
    patient_id: UUID,
    *photos: bytes,
    words: str = "It itches.",
    is_urgent: bool = False,
    registration: PatientRegistration | None = None,
    taken_by: UUID | None = None,
    has_previews: bool = False,
) -> Visit:
    """With previews of whatever size the photographs have, where they are wanted."""
    at = Moment(at=datetime.now(UTC))
    previews = [_previews(content) if has_previews else () for content in photos]
    photographs = [_photograph(content, at, made) for content, made in zip(photos, previews, strict=True)]
    temperature = Observation(
        observation_id=uuid4(),
        code=Coding(system="http://loinc.org", code="8310-5"),
        measured_at=at,
        method="manual",
        value=Quantity(text="37.2", unit="Cel"),
    )
    answers = (Answer(question="onset", choices=("this-week",)),)
    submission = CaseSubmission(
        case_id=uuid4(),
        patient_id=patient_id,
        taken_by=taken_by,
        topic=Topic.RASH,
        language="en",
        started_at=at,
        submitted_at=at,
        parts=(
            AnswersPart(
                part_id=uuid4(), instrument="skin-history", version="1", language="en", answered_at=at, answers=answers
            ),
            VitalsPart(part_id=uuid4(), taken_at=at, observations=(temperature,)),
            TextPart(part_id=uuid4(), written_at=at, text=words),
            *photographs,
        ),
        consents=(ConsentGiven(consent="care", version="1", given_at=at),),
    )
    return Visit(
        submission=submission,
        photographs={sha256_of(content): content for content in photos},
        previews={sha256_of(each.content): each.content for made in previews for each in made},
        is_urgent=is_urgent,
        registration=registration,
    )


def make_registration(name: str = "Aminata", taken_by: UUID | None = None) -> PatientRegistration:
    return PatientRegistration(
        patient_id=uuid4(),
        given_name=name,
        family_name="Sesay",
        taken_by=taken_by,
        region="SL-W",
        language="en",
        registered_at=Moment(at=datetime.now(UTC), zone="Africa/Freetown"),
    )


def _previews(jpeg: bytes) -> tuple[MadePreview, ...]:
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)))[:, :, ::-1].copy()
    return tuple(MadePreview(step=step, content=make_preview(pixels, BOUNDS[step])) for step in PreviewStep)


def _photograph(content: bytes, at: Moment, previews: tuple[MadePreview, ...]) -> PhotographPart:
    return PhotographPart(
        previews=tuple(
            Preview(step=each.step, sha256=sha256_of(each.content), size_bytes=len(each.content)) for each in previews
        ),
        part_id=uuid4(),
        media=Media(sha256=sha256_of(content), size_bytes=len(content), media_type="image/jpeg"),
        site=Coding(system=BODY_SITE_SYSTEM, code="forearm"),
        laterality=Laterality.LEFT,
        view=View.FAR,
        taken_at=at,
    )
