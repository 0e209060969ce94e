"""What a comparison says, as the workers write it and pages read it; corners are shares of a photograph's size."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]
Corners = Annotated[tuple[tuple[Share, Share], ...], Meta(min_length=3, max_length=512)]


class Measured(Struct, frozen=True):
    """A value, and half the width of the interval that it may lie in."""

    value: float
    uncertainty: float


class LesionMeasures(Struct, frozen=True):
    """Of one outline; `unit` is mm where the photograph has a scale."""

    unit: str
    area: Measured
    largest_diameter: Measured
    asymmetry: Measured
    border: Measured
    colour_spread: Measured


class OutlinedLesion(Struct, frozen=True):
    """The lesion in one photograph, or a code that says why it is not outlined."""

    points: tuple[tuple[float, float], ...] = ()
    measures: LesionMeasures | None = None
    declined: str = ""


class AreaChange(Struct, frozen=True):
    """Later area over earlier; the truth should lie within `bound`, a share."""

    ratio: float
    bound: float
    is_claimed: bool


class Comparison(Struct, frozen=True):
    """Two photographs of one site; `declined` is a code, empty where they were laid over each other."""

    version: str
    earlier: OutlinedLesion
    later: OutlinedLesion
    matrix: tuple[float, ...] = ()
    """Nine numbers row by row: from the earlier photograph to the later, both in shares of width and height."""
    confidence: float = 0.0
    residual_share: float = 0.0
    change: AreaChange | None = None
    declined: str = ""


class CardScale(Struct, frozen=True, kw_only=True):
    """A card's scale in one photograph (`server.cases.schemas.Scale`), with the photograph's full size."""

    homography: tuple[float, ...]
    relative_error: float
    reach_mm: float
    card_width_mm: float
    card_height_mm: float
    width_px: int
    height_px: int


class Pair(Struct, frozen=True):
    """What the workers need for one comparison: two JPEGs, and corners that people drew (or none)."""

    earlier: bytes
    later: bytes
    earlier_points: tuple[tuple[float, float], ...]
    later_points: tuple[tuple[float, float], ...]
    earlier_version: int
    later_version: int
    made_with: str
    """The algorithm, and which pixels it saw."""
    earlier_scale: CardScale | None = None
    later_scale: CardScale | None = None


class Visit(Struct, frozen=True, kw_only=True):
    """One photograph of the site, oldest first in a list."""

    part_id: UUID
    case_id: UUID
    taken_at: datetime
    address: str
    width_px: int
    height_px: int
    outline_version: int
    outline_author_id: UUID | None
    outlined_at: datetime | None
    compared: Comparison | None
    """This visit against the first; None for the first, and while the workers have not come to it."""


class Site(Struct, frozen=True, kw_only=True):
    """The visits of one site, and the pair that is looked at."""

    visits: tuple[Visit, ...]
    earlier: Visit | None
    later: Visit
    pair: Comparison | None
    """None while it waits for the workers."""
