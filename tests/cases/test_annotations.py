"""Drawings on photographs: kept by version, refused where they cannot be, nothing lost between two people."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest

from server.cases import service as cases
from server.cases.annotation import Annotation, Arrow, Length, Mark, Outline, Point, Text
from server.cases.schemas import Scale
from server.cases.service import annotations
from server.cases.service.annotations import (
    AnnotationChanged,
    NotYourAnnotation,
    TooManyAnnotations,
    record_annotation,
    standing_of,
)
from server.cases.service.measuring import MeasuringRefused
from server.cases.tables import PhotoAnnotation
from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import BadInput, Conflict, Forbidden, NotFound
from tests.support.casework import EVIDENCE, PREPARED, Shot, answers, arrive, claimed, send, shot, waiting
from tests.support.clinics import REGION, Clinic, join
from tests.support.people import make_organisation, make_person

ARROW = Arrow(tail=Point(700, 500), tip=Point(10, 20), words="Here it scales.")
NOTE = Text(at=Point(3, 4), words="Dry")
SCALE = Scale(
    version="1",
    card="credit-card",
    homography=(0.1, 0, 0, 0, 0.1, 0, 0, 0, 1),
    relative_error=0.02,
    reach_mm=20,
    card_width_mm=50,
    card_height_mm=40,
    px_per_mm=10,
    tilt_deg=0,
)


async def draw(
    actor: Actor, case_id: UUID, taken: Shot, mark: Mark | None = ARROW, *, of: UUID | None = None, version: int = 1
) -> Annotation:
    return await record_annotation(actor, case_id, taken.id, of or uuid4(), version, mark)


async def second_reader(clinic: Clinic) -> Actor:
    other = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=(REGION,))
    await join(clinic.pool_id, clinic.reading_id, other)
    return other


async def standing(clinic: Clinic, case_id: UUID) -> tuple[Annotation, ...]:
    return standing_of(await cases.annotation_versions(clinic.reader, case_id))


async def case_with_scale(clinic: Clinic) -> tuple[UUID, Shot]:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    evidence = msgspec.structs.replace(EVIDENCE, scale=SCALE)
    await cases.record_prepared(clinic.organisation_id, taken.id, msgspec.structs.replace(PREPARED, evidence=evidence))
    await cases.claim_case(clinic.reader, case_id)
    return case_id, taken


async def test_what_was_drawn_is_there_again_with_its_author_and_sealed(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    drawn = await draw(clinic.reader, case_id, taken)
    (found,) = await standing(clinic, case_id)
    assert found == drawn
    assert (found.mark, found.author_id, found.width_px, found.height_px) == (ARROW, clinic.reader.actor_id, 800, 600)
    row = await PhotoAnnotation.objects().first()
    assert row is not None
    assert b"scales" not in row.sealed
    assert await AuditEvent.exists().where(AuditEvent.tag == "annotation:drawn")


async def test_a_change_and_a_removal_are_versions_and_nothing_is_written_over(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    first = await draw(clinic.reader, case_id, taken)
    await draw(clinic.reader, case_id, taken, NOTE, of=first.annotation_id, version=2)
    await draw(clinic.reader, case_id, taken, None, of=first.annotation_id, version=3)
    assert await standing(clinic, case_id) == ()
    versions = await cases.annotation_versions(clinic.reader, case_id)
    assert [(each.version, each.mark) for each in versions] == [(1, ARROW), (2, NOTE), (3, None)]


async def test_what_was_removed_can_be_brought_back_as_a_version(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    first = await draw(clinic.reader, case_id, taken)
    await draw(clinic.reader, case_id, taken, None, of=first.annotation_id, version=2)
    await draw(clinic.reader, case_id, taken, ARROW, of=first.annotation_id, version=3)
    assert [each.version for each in await standing(clinic, case_id)] == [3]


async def test_the_same_version_sent_twice_is_one(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    of = uuid4()
    assert await draw(clinic.reader, case_id, taken, of=of) == await draw(clinic.reader, case_id, taken, of=of)
    assert len(await cases.annotation_versions(clinic.reader, case_id)) == 1


@pytest.mark.parametrize("version", [0, 1, 3, 9])
async def test_a_version_over_another_than_the_last_is_refused(clinic: Clinic, version: int) -> None:
    case_id, taken = await claimed(clinic)
    first = await draw(clinic.reader, case_id, taken)
    with pytest.raises(AnnotationChanged):
        await draw(clinic.reader, case_id, taken, NOTE, of=first.annotation_id, version=version)
    assert [each.mark for each in await standing(clinic, case_id)] == [ARROW]


async def test_two_specialists_draw_at_once_and_nothing_is_lost(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    other = await second_reader(clinic)
    await asyncio.gather(*(draw(who, case_id, taken) for who in (clinic.reader, other) * 4))
    authors = [each.author_id for each in await standing(clinic, case_id)]
    assert sorted(authors) == sorted([clinic.reader.actor_id, other.actor_id] * 4)


async def test_only_who_drew_it_changes_it(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    first = await draw(clinic.reader, case_id, taken)
    with pytest.raises(NotYourAnnotation):
        await draw(await second_reader(clinic), case_id, taken, None, of=first.annotation_id, version=2)
    assert len(await standing(clinic, case_id)) == 1


@pytest.mark.parametrize("point", [Point(800, 0), Point(0, 600), Point(65_535, 65_535)])
async def test_what_lies_outside_of_the_photo_is_refused(clinic: Clinic, point: Point) -> None:
    case_id, taken = await claimed(clinic)
    with pytest.raises(BadInput, match="outside"):
        await draw(clinic.reader, case_id, taken, Outline(points=(Point(1, 1), Point(5, 9), point)))
    assert await standing(clinic, case_id) == ()


@pytest.mark.parametrize("words", ["a\x00b", "\x1b[2J", "   "])
async def test_words_that_cannot_be_shown_are_refused(clinic: Clinic, words: str) -> None:
    case_id, taken = await claimed(clinic)
    with pytest.raises(BadInput):
        await draw(clinic.reader, case_id, taken, Text(at=Point(1, 1), words=words))


async def test_a_photo_holds_so_much_and_removing_makes_room(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotations, "MOST_ON_A_PHOTO", 2)
    case_id, taken = await claimed(clinic)
    first, _ = await draw(clinic.reader, case_id, taken), await draw(clinic.reader, case_id, taken)
    with pytest.raises(TooManyAnnotations):
        await draw(clinic.reader, case_id, taken)
    await draw(clinic.reader, case_id, taken, NOTE, of=first.annotation_id, version=2)
    await draw(clinic.reader, case_id, taken, None, of=first.annotation_id, version=3)
    await draw(clinic.reader, case_id, taken)


async def test_a_photo_of_another_case_is_none_of_this(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    _, elsewhere = await waiting(clinic)
    with pytest.raises(NotFound):
        await draw(clinic.reader, case_id, elsewhere)


async def test_nobody_draws_on_a_case_that_they_do_not_see(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    stranger = await make_person((await make_organisation("Elsewhere")).organisation_id, Role.SPECIALIST)
    with pytest.raises(NotFound):
        await draw(stranger, case_id, taken)
    with pytest.raises(NotFound):
        await cases.annotation_versions(stranger, case_id)


async def test_patients_and_workers_neither_draw_nor_see_what_is_being_drawn(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    for who in (clinic.patient, clinic.worker):
        with pytest.raises(Forbidden):
            await draw(who, case_id, taken)
        with pytest.raises(Forbidden):
            await cases.annotation_versions(who, case_id)


async def test_nothing_is_added_to_a_withdrawn_case(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    with pytest.raises((Conflict, NotFound)):
        await draw(clinic.reader, case_id, taken)


async def test_a_length_is_measured_with_its_bound(clinic: Clinic) -> None:
    """300 pixels at a tenth of a millimetre; 2 % of the fit, and one pixel of pointing in either way at either end."""
    case_id, taken = await case_with_scale(clinic)
    drawn = await draw(clinic.reader, case_id, taken, Length(start=Point(0, 0), end=Point(300, 0), pointing_px=1))
    assert drawn.length is not None
    assert drawn.length.mm == 30.0
    assert drawn.length.error_mm == pytest.approx(0.6 + 2 * 0.1 * 2**0.5, abs=0.01)


async def test_without_a_scale_nothing_is_measured_and_the_reason_is_told(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    with pytest.raises(MeasuringRefused, match="scale"):
        await draw(clinic.reader, case_id, taken, Length(start=Point(0, 0), end=Point(300, 0), pointing_px=1))
    assert await standing(clinic, case_id) == ()


@pytest.mark.parametrize("end", [Point(701, 0), Point(0, 0)])
async def test_what_is_too_far_from_the_card_or_no_length_is_refused(clinic: Clinic, end: Point) -> None:
    """The card reaches 500 pixels across, and the measuring 200 beyond it."""
    case_id, taken = await case_with_scale(clinic)
    await draw(clinic.reader, case_id, taken, Length(start=Point(0, 0), end=Point(700, 0), pointing_px=1))
    with pytest.raises(MeasuringRefused):
        await draw(clinic.reader, case_id, taken, Length(start=Point(0, 0), end=end, pointing_px=1))
