"""Lays the measured areas of one site out over time, for a chart that is drawn on the server."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from server.followup.schemas import Visit

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 16, 40
_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)
_LINES_MAX = 6


class Point(Struct, frozen=True):
    """One visit in the chart's units; `low` and `high` are the ends of its uncertainty."""

    x: float
    y: float
    low: float
    high: float
    taken_at: datetime
    percent: int
    is_claimed: bool


class Chart(Struct, frozen=True):
    """Points oldest first, and the lines of the scale as (y, per cent)."""

    points: tuple[Point, ...]
    lines: tuple[tuple[float, int], ...]


def chart_of(visits: Sequence[Visit]) -> Chart | None:
    """The area of each visit in per cent of the first's; None where no visit is measured against the first."""
    measured = [
        (visit.taken_at, *_area_of(visit, n)) for n, visit in enumerate(visits) if n == 0 or _is_measured(visit)
    ]
    if len(measured) < 2:
        return None
    top = max(ratio * (1 + bound) for _, ratio, bound, _ in measured) * 1.1
    start, end = measured[0][0], measured[-1][0]
    span_s = max((end - start).total_seconds(), 1.0)

    def across(at: datetime) -> float:
        return round(LEFT + (at - start).total_seconds() / span_s * (WIDTH - LEFT - RIGHT), 1)

    def down(ratio: float) -> float:
        return round(HEIGHT - BOTTOM - min(ratio, top) / top * (HEIGHT - TOP - BOTTOM), 1)

    points = tuple(
        Point(
            x=across(at),
            y=down(ratio),
            low=down(ratio * (1 - min(bound, 1.0))),
            high=down(ratio * (1 + bound)),
            taken_at=at,
            percent=round(ratio * 100),
            is_claimed=is_claimed,
        )
        for at, ratio, bound, is_claimed in measured
    )
    step = next((each for each in _STEPS if top / each <= _LINES_MAX), top)
    lines = tuple((down(n * step), round(n * step * 100)) for n in range(int(top / step) + 1))
    return Chart(points, lines)


def _is_measured(visit: Visit) -> bool:
    return visit.compared is not None and visit.compared.change is not None


def _area_of(visit: Visit, place: int) -> tuple[float, float, bool]:
    change = visit.compared.change if visit.compared else None
    return (1.0, 0.0, True) if place == 0 or change is None else (change.ratio, change.bound, change.is_claimed)
