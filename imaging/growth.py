"""How much a lesion's area changed between two registered photographs, with a bound, or why nobody can say."""

import math
from enum import StrEnum

import numpy as np
from msgspec import Struct

from imaging.colour import Pixels
from imaging.compare import NotRegistered, Registration, register
from imaging.followup_thresholds import FOLLOWUP
from imaging.outline import Points, area_of, fill, transform
from imaging.segment import NoOutline, Proposal, propose_outline

_OVERLAP_MIN = 0.3
_RASTER = 256
_BORDER_SHARE = 0.25 / FOLLOWUP.outline_long_edge_px.value
"""What of a border's place the pixels themselves leave open: a quarter of one of those that are outlined."""


class NoChange(StrEnum):
    """Why no change of area is measured though both photographs are registered and outlined."""

    NOT_THE_SAME_LESION = "not_the_same_lesion"


class AreaChange(Struct, frozen=True):
    """Later area over earlier, both in the earlier photograph's plane; the truth should lie within `bound`."""

    ratio: float
    bound: float
    """As a share of the ratio."""
    is_claimed: bool
    """Whether the bound is tight enough (data file) for the number to be told as a finding."""


class Growth(Struct, frozen=True):
    """Two outlines at the same level, the registration between them, and what follows."""

    earlier: Proposal
    later: Proposal
    registration: Registration
    change: AreaChange


def measure_growth(earlier: Pixels, later: Pixels) -> Growth | NotRegistered | NoOutline | NoChange:
    """Outline the lesion in the middle of both photographs, lay them over each other and compare the areas."""
    first = propose_outline(earlier)
    if isinstance(first, NoOutline):
        return first
    second = propose_outline(later)
    if isinstance(second, NoOutline):
        return second
    registration = register(earlier, later, first.wider, second.wider)
    if isinstance(registration, NotRegistered):
        return registration
    change = compare_areas(first, second, registration, border_px_of(earlier))
    return change if isinstance(change, NoChange) else Growth(first, second, registration, change)


def border_px_of(pixels: Pixels) -> float:
    """How far a proposed border may lie beside its outline for the pixels' sake."""
    return _BORDER_SHARE * max(pixels.shape)


def compare_areas(
    earlier: Proposal, later: Proposal, registration: Registration, border_px: float
) -> AreaChange | NoChange:
    """Ratio and bound of two outlines, each with a wider and a narrower one.

    The bound adds up how the ratio moves with the level, what two visits' levels may differ by, the
    registration's own bound, and `border_px` (of the earlier picture) by which a border may lie beside its outline.
    """
    back = np.linalg.inv(registration.homography)
    before = [earlier.outline.array, earlier.wider.array, earlier.narrower.array]
    after = [transform(each.array, back) for each in (later.outline, later.wider, later.narrower)]
    if not _overlap(before[0], after[0]):
        return NoChange.NOT_THE_SAME_LESION
    areas, later_areas = [area_of(each) for each in before], [area_of(each) for each in after]
    ratios = [second / first for first, second in zip(areas, later_areas, strict=True)]
    by_level = max(abs(each / ratios[0] - 1) for each in ratios[1:])
    softness = (areas[1] - areas[2]) / areas[0] + (later_areas[1] - later_areas[2]) / later_areas[0]
    by_mismatch = softness / 4 * FOLLOWUP.level_mismatch.value / FOLLOWUP.outline_level_spread.value
    by_pixels = sum(2 * border_px * math.sqrt(math.pi / area) for area in (areas[0], later_areas[0]))
    bound = by_level + by_mismatch + registration.area_bound + by_pixels
    return AreaChange(ratios[0], bound, bound <= FOLLOWUP.max_area_bound.value)


def _overlap(one: Points, other: Points) -> bool:
    """Whether the two outlines, in one plane, have a fair part in common."""
    low = np.minimum(one.min(axis=0), other.min(axis=0))
    extent = np.maximum(one.max(axis=0), other.max(axis=0)) - low
    share = _RASTER / float(extent.max())
    first, second = (fill((points - low) * share, _RASTER, _RASTER) for points in (one, other))
    return bool((first & second).sum() >= _OVERLAP_MIN * (first | second).sum())
