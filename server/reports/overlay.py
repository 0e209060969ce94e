"""Lays a photograph's annotations out: numbered shapes in its own pixels, for a page's SVG and for the PDF."""

import math
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from server.cases import service as cases

Place = tuple[float, float]

STROKE_SHARE = 1 / 260
"""Of the long edge: three points of a printed page, two pixels on a small phone."""
NUMBER_SHARE = 1 / 28
HEAD_STROKES = 7.0
HEAD_ANGLE_RAD = math.radians(26)
TICK_STROKES = 4.0
BESIDE_STROKES = 10.0
"""How far a length's number stands from its end, which it would cover."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation: `lines` to be stroked, `heads` to be filled, and where its number stands."""

    number: int
    kind: str
    lines: tuple[tuple[Place, ...], ...]
    heads: tuple[tuple[Place, ...], ...]
    number_at: Place
    words: str
    length: cases.MeasuredLength | None
    author_id: UUID
    drawn_at: datetime


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """Everything drawn on one photograph, in its pixels."""

    part_id: UUID
    width_px: int
    height_px: int
    stroke_px: float
    number_px: float
    """Height of a number's letters."""
    shapes: tuple[Shape, ...]


def overlays_of(annotations: Iterable[cases.Annotation]) -> tuple[Overlay, ...]:
    """One for each photograph that anything stands on, in the order in which they were first drawn on.

    Numbers begin anew on each photograph.
    """
    by_part: dict[tuple[UUID, int, int], list[cases.Annotation]] = {}
    for each in annotations:
        by_part.setdefault((each.part_id, each.width_px, each.height_px), []).append(each)
    return tuple(_overlay(*of, drawn) for of, drawn in by_part.items())


def _overlay(part_id: UUID, width_px: int, height_px: int, drawn: list[cases.Annotation]) -> Overlay:
    long_edge_px = max(width_px, height_px)
    stroke_px, number_px = long_edge_px * STROKE_SHARE, long_edge_px * NUMBER_SHARE
    return Overlay(
        part_id=part_id,
        width_px=width_px,
        height_px=height_px,
        stroke_px=round(stroke_px, 2),
        number_px=round(number_px, 2),
        shapes=tuple(
            _shape(number, each, each.mark, stroke_px, (width_px, height_px), number_px)
            for number, each in enumerate(drawn, start=1)
            if each.mark is not None
        ),
    )


def _shape(
    number: int, each: cases.Annotation, mark: cases.Mark, stroke_px: float, size: tuple[int, int], number_px: float
) -> Shape:
    lines, heads, at = _lines(mark, stroke_px)
    return Shape(
        number=number,
        kind=type(mark).__name__.lower(),
        lines=lines,
        heads=heads,
        number_at=_inside(at, size, number_px * 0.8),
        words=mark.words,
        length=each.length,
        author_id=each.author_id,
        drawn_at=each.drawn_at,
    )


def _lines(
    mark: cases.Mark, stroke_px: float
) -> tuple[tuple[tuple[Place, ...], ...], tuple[tuple[Place, ...], ...], Place]:
    """What is stroked, what is filled, and where the number stands: away from what is pointed at."""
    match mark:
        case cases.Arrow():
            tail, tip = _place(mark.tail), _place(mark.tip)
            return ((tail, tip),), (_head(tail, tip, stroke_px * HEAD_STROKES),), tail
        case cases.Outline():
            corners = tuple(_place(point) for point in mark.points)
            return ((*corners, corners[0]),), (), min(corners, key=lambda corner: corner[1])
        case cases.Length():
            start, end = _place(mark.start), _place(mark.end)
            tick = stroke_px * TICK_STROKES
            beside = _at(start, math.atan2(start[1] - end[1], start[0] - end[0]), stroke_px * BESIDE_STROKES)
            return ((start, end), _tick(start, end, tick), _tick(end, start, tick)), (), beside
        case cases.Text():
            return (), (), _place(mark.at)


def _place(point: cases.Point) -> Place:
    """Pixel centres stand at integers in a photograph, and at halves in a picture's own coordinates."""
    return point.x + 0.5, point.y + 0.5


def _head(tail: Place, tip: Place, length: float) -> tuple[Place, ...]:
    angle = math.atan2(tail[1] - tip[1], tail[0] - tip[0])
    wings = (angle - HEAD_ANGLE_RAD, angle + HEAD_ANGLE_RAD)
    return tip, *((_at(tip, wing, length)) for wing in wings)


def _tick(at: Place, other: Place, half: float) -> tuple[Place, Place]:
    """The stroke across the end of a measured line."""
    angle = math.atan2(other[1] - at[1], other[0] - at[0]) + math.pi / 2
    return _at(at, angle, half), _at(at, angle, -half)


def _at(origin: Place, angle: float, length: float) -> Place:
    return round(origin[0] + length * math.cos(angle), 2), round(origin[1] + length * math.sin(angle), 2)


def _inside(at: Place, size: tuple[int, int], margin: float) -> Place:
    """A number is never cut off by the photograph's edge."""
    x, y = (min(max(value, margin), max(edge - margin, margin)) for value, edge in zip(at, size, strict=True))
    return round(x, 2), round(y, 2)
