"""Annotations in the answer: the snapshot that is signed, its layout over the photograph, and its place in the PDF."""

import hashlib
import io
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import cv2
import msgspec
import numpy as np
import pytest
from pypdf import PdfReader

from server.cases import service as cases
from server.cases.service import Annotation, Arrow, Length, Mark, MeasuredLength, Outline, Point, Text
from server.core.platform import Platform
from server.core.vault import Tampered
from server.reports import service as reports
from server.reports.overlay import overlays_of
from server.reports.pdf import print_answer
from server.reports.pictures import AnnotatedPicture
from server.reports.service.statements import check_signature
from tests.reports.answering import AMENDED, CONTENT
from tests.reports.test_pdf import printed, reader
from tests.support.casework import Shot, case_of, claimed
from tests.support.clinics import Clinic, make_clinic

ARROW = Arrow(tail=Point(100, 100), tip=Point(400, 300), words="The <b>edge</b>")
AUTHOR = uuid4()


def annotation(mark: Mark, *, part_id: UUID, length: MeasuredLength | None = None) -> Annotation:
    return Annotation(
        annotation_id=uuid4(),
        part_id=part_id,
        version=1,
        author_id=AUTHOR,
        drawn_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        width_px=800,
        height_px=600,
        mark=mark,
        length=length,
    )


@pytest.fixture
async def lone_clinic(sqlite_platform: Platform) -> Clinic:
    assert sqlite_platform
    return await make_clinic()


async def drawn_and_signed(clinic: Clinic) -> tuple[UUID, Shot, Annotation, UUID]:
    case_id, taken = await claimed(clinic)
    drawn = await cases.record_annotation(clinic.reader, case_id, taken.id, uuid4(), 1, ARROW)
    version = (await case_of(clinic, case_id)).version
    return case_id, taken, drawn, await reports.sign_answer(clinic.reader, case_id, CONTENT, version)


async def test_what_stands_at_signing_is_signed_and_later_drawing_changes_nothing(lone_clinic: Clinic) -> None:
    clinic = lone_clinic
    case_id, taken, drawn, answer_id = await drawn_and_signed(clinic)
    await cases.record_annotation(clinic.reader, case_id, taken.id, drawn.annotation_id, 2, None)
    await cases.record_annotation(clinic.reader, case_id, taken.id, uuid4(), 1, Text(at=Point(1, 1), words="Later"))
    assert (await reports.read_answer(clinic.reader, answer_id)).content.annotations == (drawn,)


async def test_an_amendment_signs_what_stands_then(lone_clinic: Clinic) -> None:
    clinic = lone_clinic
    case_id, taken, drawn, answer_id = await drawn_and_signed(clinic)
    await reports.release_answer(clinic.organisation_id, answer_id)
    later = await cases.record_annotation(
        clinic.reader, case_id, taken.id, uuid4(), 1, Text(at=Point(1, 1), words="Later")
    )
    amended = await reports.amend_answer(clinic.reader, case_id, AMENDED)
    assert (await reports.read_answer(clinic.patient, answer_id)).content.annotations == (drawn,)
    assert (await reports.read_answer(clinic.reader, amended)).content.annotations == (drawn, later)


async def test_a_draft_that_comes_back_holds_no_drawings(lone_clinic: Clinic) -> None:
    case_id, _, _, answer_id = await drawn_and_signed(lone_clinic)
    await reports.void_answer(lone_clinic.reader, answer_id)
    assert (await reports.read_draft(lone_clinic.reader, case_id)).content == CONTENT


async def test_the_signature_covers_the_drawings(lone_clinic: Clinic) -> None:
    _, _, drawn, answer_id = await drawn_and_signed(lone_clinic)
    answer = await reports.read_answer(lone_clinic.reader, answer_id)
    moved = msgspec.structs.replace(drawn, mark=msgspec.structs.replace(ARROW, tip=Point(401, 300)))
    with pytest.raises(Tampered):
        check_signature(answer.row, msgspec.structs.replace(answer.content, annotations=(moved,)))


def test_an_answer_without_drawings_digests_as_before_there_were_any() -> None:
    """As signed answers of earlier versions did, byte for byte."""
    fields = (
        b'{"amendment_reason":"","diagnoses":[{"certainty":"likely","code":"L20.9","title":"Atopic dermatitis, '
        b'unspecified"}],"findings":"Findings as written.","follow_up":"The follow-up as written.","plan":"The plan as '
        b'written.","safety_net":"When to come sooner, as written."}'
    )
    assert reports.content_digest(CONTENT) == hashlib.sha256(fields).hexdigest()


def test_numbers_begin_anew_on_each_photo_and_stand_inside_it() -> None:
    first, second = uuid4(), uuid4()
    corner = Text(at=Point(799, 599), words="Corner")
    overlays = overlays_of(
        [annotation(ARROW, part_id=first), annotation(corner, part_id=second), annotation(corner, part_id=first)]
    )
    assert [[shape.number for shape in each.shapes] for each in overlays] == [[1, 2], [1]]
    for overlay in overlays:
        for shape in overlay.shapes:
            x, y = shape.number_at
            assert 0 < x - overlay.number_px / 2 < x + overlay.number_px / 2 < overlay.width_px
            assert 0 < y - overlay.number_px / 2 < y + overlay.number_px / 2 < overlay.height_px


def test_an_outline_is_closed_and_an_arrow_points_with_its_head() -> None:
    outline = Outline(points=(Point(1, 1), Point(9, 1), Point(5, 9)))
    (overlay,) = overlays_of([annotation(mark, part_id=UUID(int=1)) for mark in (outline, ARROW)])
    closed, arrow = overlay.shapes
    assert closed.lines == (((1.5, 1.5), (9.5, 1.5), (5.5, 9.5), (1.5, 1.5)),)
    assert arrow.heads[0][0] == (400.5, 300.5)


def test_photos_are_printed_with_what_was_drawn_and_its_words() -> None:
    part_id = uuid4()
    length = annotation(
        Length(start=Point(10, 500), end=Point(300, 500), pointing_px=1),
        part_id=part_id,
        length=MeasuredLength(mm=12.44, error_mm=0.31),
    )
    drawn = (annotation(ARROW, part_id=part_id), length)
    jpeg = cv2.imencode(".jpg", np.full((300, 400, 3), 128, np.uint8))[1].tobytes()
    answer = msgspec.structs.replace(
        printed(msgspec.structs.replace(CONTENT, annotations=drawn)),
        pictures=tuple(AnnotatedPicture(jpeg=jpeg, overlay=each) for each in overlays_of(drawn)),
        drawn_by={AUTHOR: "Dr Alex Vega"},
    )
    pages = PdfReader(io.BytesIO(print_answer(answer, reader()))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    assert "1 · Arrow: The <b>edge</b> · Dr Alex Vega, Mar 2, 2026, 9:00" in text
    assert "2 · Length, 12.4 mm ± 0.4 mm" in text
    assert sum(len(page.images) for page in pages) == 1
