"""Photographs of one site find each other, are compared once, and outlines that people draw are never overwritten."""

from uuid import uuid4

import pytest

from server.cases import service as cases
from server.contract.case import View
from server.core.audit.tables import AuditEvent
from server.core.faults import Forbidden, NotFound
from server.followup import service as followup
from server.followup.service import OutlineChanged
from server.followup.tables import LesionOutline, SiteComparison
from tests.followup.visits import FOUND, SQUARE, compare, planned, planned_pairs, two_visits, visit, visit_of_two
from tests.support.casework import AGAIN, COVERED
from tests.support.clinics import Clinic, make_clinic

TRIANGLE = ((0.4, 0.4), (0.7, 0.4), (0.5, 0.7))


async def test_visits_of_one_lesion_are_planned_once_however_often_they_are_prepared(clinic: Clinic) -> None:
    earlier, later = await two_visits(clinic)
    await visit(clinic, uuid4())
    for part_id in (earlier.part_id, later.part_id, later.part_id):
        await followup.plan_comparisons(clinic.organisation_id, part_id)
    assert await planned() == 1


async def test_without_a_lesion_the_same_place_and_view_is_one_site(clinic: Clinic) -> None:
    for view in (View.CLOSE_STRAIGHT, View.CLOSE_STRAIGHT, View.FAR, View.CLOSE_OBLIQUE):
        last = await visit(clinic, None, view)
        await followup.plan_comparisons(clinic.organisation_id, last.part_id)
    assert await planned() == 1


async def test_two_photographs_of_one_case_are_one_visit(clinic: Clinic) -> None:
    lesion_id = uuid4()
    first, second = await visit_of_two(clinic, lesion_id)
    for part_id in (first, second):
        await followup.plan_comparisons(clinic.organisation_id, part_id)
    assert await planned() == 0
    later = await visit(clinic, lesion_id)
    await followup.plan_comparisons(clinic.organisation_id, later.part_id)
    assert len((await followup.open_site(clinic.reader, later.case_id, later.part_id)).visits) == 2


async def test_a_visit_is_compared_with_the_first_and_its_neighbours_and_another_pair_when_it_is_asked_for(
    clinic: Clinic,
) -> None:
    lesion_id = uuid4()
    visits = [await visit(clinic, lesion_id, days_ago=days) for days in (50, 40, 30, 20, 10)]
    await followup.plan_comparisons(clinic.organisation_id, visits[-1].part_id)
    assert await planned_pairs() == {(visits[0].part_id, visits[4].part_id), (visits[3].part_id, visits[4].part_id)}
    await followup.plan_comparisons(clinic.organisation_id, visits[2].part_id)
    assert await planned() == 5
    await followup.open_site(clinic.reader, visits[4].case_id, visits[4].part_id, visits[1].part_id)
    assert (visits[1].part_id, visits[4].part_id) in await planned_pairs()
    chart = {(visits[0].part_id, each.part_id) for each in visits[1:]}
    assert chart <= await planned_pairs()


async def test_of_many_visits_the_page_shows_those_before_the_photograph(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.followup.service.VISITS_MAX", 3)
    lesion_id = uuid4()
    visits = [await visit(clinic, lesion_id, days_ago=days) for days in (50, 40, 30, 20, 10)]
    for at, shown in ((0, visits[:3]), (3, visits[1:4]), (4, visits[2:])):
        site = await followup.open_site(clinic.reader, visits[at].case_id, visits[at].part_id)
        assert [each.part_id for each in site.visits] == [each.part_id for each in shown]


async def test_a_pair_is_compared_once_for_its_outlines(clinic: Clinic) -> None:
    earlier, later = await two_visits(clinic)
    assert await compare(clinic, earlier, later)
    assert not await compare(clinic, earlier, later)
    pair = await followup.pair_to_compare(clinic.organisation_id, earlier.part_id, later.part_id, "test/2")
    assert pair is not None
    for _ in range(2):
        await followup.record_comparison(clinic.organisation_id, earlier.part_id, later.part_id, pair, FOUND)
    assert await SiteComparison.count() == 2, "once by each algorithm"


async def test_what_was_found_of_pixels_that_are_replaced_is_not_shown_and_the_pair_is_compared_again(
    clinic: Clinic,
) -> None:
    lesion_id = uuid4()
    earlier = await visit(clinic, lesion_id, days_ago=30, prepared=COVERED)
    later = await visit(clinic, lesion_id)
    await compare(clinic, earlier, later)
    await cases.answer_faces(clinic.patient, earlier.case_id, earlier.part_id, cases.FaceAnswer.NEEDED)
    await cases.record_treated(clinic.organisation_id, earlier.part_id, AGAIN)
    assert (await followup.open_site(clinic.reader, later.case_id, later.part_id)).pair is None
    assert await compare(clinic, earlier, later)
    assert (await followup.open_site(clinic.reader, later.case_id, later.part_id)).pair == FOUND


async def test_the_reader_sees_the_visits_and_what_was_found(clinic: Clinic) -> None:
    earlier, later = await two_visits(clinic)
    await compare(clinic, earlier, later)
    site = await followup.open_site(clinic.reader, later.case_id, later.part_id)
    assert [each.part_id for each in site.visits] == [earlier.part_id, later.part_id]
    assert site.pair == FOUND
    assert site.visits[1].compared == FOUND
    assert await followup.earlier_visits(clinic.reader, later.case_id) == [(later.part_id, 1)]
    assert await followup.earlier_visits(clinic.reader, earlier.case_id) == []
    assert await AuditEvent.exists().where(AuditEvent.tag == "site:read")


async def test_another_clinic_s_reader_does_not_find_the_site(clinic: Clinic) -> None:
    _, later = await two_visits(clinic)
    other = await make_clinic()
    with pytest.raises(NotFound):
        await followup.open_site(other.reader, later.case_id, later.part_id)
    with pytest.raises(NotFound):
        await followup.draw_outline(other.reader, later.case_id, later.part_id, SQUARE, 0)


async def test_an_outline_is_a_new_version_that_is_compared_again(clinic: Clinic) -> None:
    earlier, later = await two_visits(clinic)
    await compare(clinic, earlier, later)
    await followup.draw_outline(clinic.reader, later.case_id, later.part_id, SQUARE, 0)
    await followup.draw_outline(clinic.reader, later.case_id, later.part_id, TRIANGLE, 1)
    assert [row["version"] for row in await LesionOutline.select(LesionOutline.version)] == [1, 2]
    assert await followup.drawn_corners(clinic.reader, later.part_id) == TRIANGLE
    assert await planned() == 1
    assert (await followup.open_site(clinic.reader, later.case_id, later.part_id)).pair is None
    pair = await followup.pair_to_compare(clinic.organisation_id, earlier.part_id, later.part_id, FOUND.version)
    assert pair is not None
    assert (pair.later_points, pair.later_version) == (TRIANGLE, 2)


async def test_two_hands_do_not_overwrite_each_other(clinic: Clinic) -> None:
    _, later = await two_visits(clinic)
    await followup.draw_outline(clinic.reader, later.case_id, later.part_id, SQUARE, 0)
    with pytest.raises(OutlineChanged):
        await followup.draw_outline(clinic.reader, later.case_id, later.part_id, TRIANGLE, 0)
    assert await followup.drawn_corners(clinic.reader, later.part_id) == SQUARE


async def test_only_a_specialist_draws(clinic: Clinic) -> None:
    _, later = await two_visits(clinic)
    with pytest.raises(Forbidden):
        await followup.draw_outline(clinic.coordinator, later.case_id, later.part_id, SQUARE, 0)


async def test_what_is_kept_is_sealed(clinic: Clinic) -> None:
    earlier, later = await two_visits(clinic)
    await compare(clinic, earlier, later)
    await followup.draw_outline(clinic.reader, later.case_id, later.part_id, SQUARE, 0)
    (compared,), (drawn,) = await SiteComparison.objects(), await LesionOutline.objects()
    assert b"matrix" not in compared.sealed
    assert b"0.4" not in drawn.sealed
