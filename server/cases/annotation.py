"""What is drawn on a photograph: vectors in its own pixels, alike on the wire, in the store and under a signature."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from server.contract.wire import Version, Wire

MOST_CORNERS = 400
"""A corner every three pixels of an outline across a screen; more is a scribble or an attack."""

Pixel = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Words = Annotated[str, msgspec.Meta(max_length=300)]


class Point(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`[x, y]` in pixels of the upright photograph in full size, x to the right, y down, centres at integers."""

    x: Pixel
    y: Pixel


class Arrow(Wire, frozen=True, kw_only=True, tag_field="kind", tag="arrow"):
    tail: Point
    tip: Point
    words: Words = ""

    @property
    def points(self) -> tuple[Point, ...]:
        return self.tail, self.tip


class Outline(Wire, frozen=True, kw_only=True, tag_field="kind", tag="outline"):
    """A closed line; its last corner is joined to its first."""

    points: Annotated[tuple[Point, ...], msgspec.Meta(min_length=3, max_length=MOST_CORNERS)]
    words: Words = ""


class Text(Wire, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    at: Point
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]

    @property
    def points(self) -> tuple[Point, ...]:
        return (self.at,)


class Length(Wire, frozen=True, kw_only=True, tag_field="kind", tag="length"):
    """A straight measurement; `pointing_px` is how far off either end may be, in pixels of the photograph."""

    start: Point
    end: Point
    pointing_px: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    words: Words = ""

    @property
    def points(self) -> tuple[Point, ...]:
        return self.start, self.end


Mark = Arrow | Outline | Text | Length


class MeasuredLength(Wire, frozen=True, kw_only=True):
    """A length with the bound of its error, both in millimetres."""

    mm: float
    error_mm: float


class Annotation(Wire, frozen=True, kw_only=True):
    """One version of something drawn; without a mark it is the version that removed it."""

    annotation_id: UUID
    part_id: UUID
    version: Version
    author_id: UUID
    drawn_at: datetime
    width_px: int
    height_px: int
    """The photograph's size when it was drawn."""
    mark: Mark | None
    length: MeasuredLength | None = None
    """Of a length, as it was measured when it was drawn."""


class StoredMark(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed in `PhotoAnnotation.sealed`."""

    width_px: int
    height_px: int
    mark: Mark | None
    length: MeasuredLength | None = None
