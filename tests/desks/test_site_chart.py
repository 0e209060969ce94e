"""The chart's points stand where the numbers say, and there is none before two visits are measured."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from server.desks.site_chart import HEIGHT, WIDTH, chart_of
from server.followup.schemas import AreaChange, Comparison, OutlinedLesion, Visit

START = datetime(2026, 3, 2, tzinfo=UTC)


def visit(days: int, change: AreaChange | None) -> Visit:
    compared = Comparison("test/1", OutlinedLesion(), OutlinedLesion(), change=change) if days else None
    return Visit(
        part_id=uuid4(),
        case_id=uuid4(),
        taken_at=START + timedelta(days=days),
        address="",
        width_px=0,
        height_px=0,
        outline_version=0,
        outline_author_id=None,
        outlined_at=None,
        compared=compared,
    )


def test_growth_rises_and_its_uncertainty_surrounds_it() -> None:
    chart = chart_of([visit(0, None), visit(10, AreaChange(1.3, 0.04, True)), visit(40, AreaChange(1.8, 0.2, False))])
    assert chart is not None
    assert [point.percent for point in chart.points] == [100, 130, 180]
    assert [point.is_claimed for point in chart.points] == [True, True, False]
    heights = [point.y for point in chart.points]
    assert heights == sorted(heights, reverse=True)
    assert all(point.high <= point.y <= point.low for point in chart.points)
    assert all(0 <= point.x <= WIDTH and point.high >= 0 and point.low <= HEIGHT for point in chart.points)


def test_a_visit_that_was_declined_is_no_point() -> None:
    chart = chart_of([visit(0, None), visit(5, None), visit(10, AreaChange(1.1, 0.03, True))])
    assert chart is not None
    assert [point.percent for point in chart.points] == [100, 110]


def test_one_visit_makes_no_chart() -> None:
    assert chart_of([visit(0, None), visit(5, None)]) is None
