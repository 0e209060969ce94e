"""Previews are made when a photograph is kept, travel in its part, and only where they are worth their bytes."""

from uuid import uuid4

import numpy as np
import pytest

from imaging.drawn import Scene, Subject, draw_jpeg
from imaging.drawn_skin import SkinTone
from kiosk.camera.stills import encode, make_still
from kiosk.ui.draft import Photo, begin, moment, visit_of
from kiosk.ui.known import Known
from kiosk.ui.previews import previews_of
from server.contract.case import PhotographPart, View
from server.contract.preview import PREVIEW_BYTES, PreviewStep
from server.contract.registration import KnownPatient
from tests.journeys.phone import sha256_of

NOISE = np.random.default_rng(1)


def jpeg_of(width_px: int) -> bytes:
    return encode(NOISE.integers(0, 256, (width_px * 3 // 4, width_px, 3), dtype=np.uint8), 92)


@pytest.mark.parametrize(
    "width_px, wanted",
    [(120, ()), (320, (PreviewStep.SMALL,)), (1600, tuple(PreviewStep))],
    ids=["tiny", "small", "real"],
)
def test_a_photograph_that_is_soon_there_itself_has_none(width_px: int, wanted: tuple[PreviewStep, ...]) -> None:
    made = previews_of(jpeg_of(width_px))
    assert tuple(each.step for each in made) == wanted
    assert all(len(each.content) <= PREVIEW_BYTES[each.step] for each in made)


def test_a_visit_names_the_previews_of_what_was_kept() -> None:
    jpeg = draw_jpeg(Scene(Subject.MOLE, SkinTone.DARK))
    still = make_still(NOISE.integers(0, 256, (90, 120, 3), dtype=np.uint8))
    draft = begin(
        Known(patient=KnownPatient(patient_id=uuid4(), given_name="Fatu", family_name="Sesay")), None, "UTC", "en"
    )
    photo = Photo(part_id=uuid4(), view=View.FAR, still=still, taken_at=moment("UTC"), previews=previews_of(jpeg))
    draft.photos.append(photo)
    visit = visit_of(draft, is_urgent=False)
    (part,) = [part for part in visit.submission.parts if isinstance(part, PhotographPart)]
    assert [each.step for each in part.previews] == [each.step for each in photo.previews] != []
    for named, made in zip(part.previews, photo.previews, strict=True):
        assert (named.sha256, named.size_bytes) == (sha256_of(made.content), len(made.content))
        assert visit.previews[named.sha256] == made.content
