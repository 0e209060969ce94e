"""Lengths on a photograph in millimetres, with the bound of their error, or the reason why none can be told."""

import math
from collections.abc import Iterable

from server.cases.annotation import Length, MeasuredLength, Point
from server.cases.schemas import PhotoEvidence, Scale
from server.core.faults import BadInput
from server.web.catalogue import N_

Millimetres = tuple[float, float]

NOT_LOOKED_FOR = N_("Nobody has looked for a scale in this photo: nothing can be measured in it.")
SCALE_REFUSED = {
    "no_card": N_("There is no scale card in this photo: nothing can be measured in it."),
    "too_few_marks": N_("Too little of the scale card can be seen: nothing can be measured in this photo."),
    "too_tilted": N_("The scale card is tilted too far: nothing can be measured in this photo."),
    "not_flat": N_("The scale card is bent: nothing can be measured in this photo."),
    "too_uncertain": N_("The scale card gives no sure scale: nothing can be measured in this photo."),
}
TOO_FAR = N_("An end lies too far from the scale card to be measured.")
NO_LENGTH = N_("Both ends are at the same place.")


class MeasuringRefused(BadInput):
    code = "measuring-refused"
    title = "This cannot be measured"
    next_step = "Ask for a photo with the scale card lying beside the spot."


def why_no_scale(evidence: PhotoEvidence) -> str:
    """The text of the catalogue that says why nothing can be measured; empty where something can."""
    return "" if evidence.scale else SCALE_REFUSED.get(evidence.scale_refused, NOT_LOOKED_FOR)


def measure_length(evidence: PhotoEvidence, length: Length) -> MeasuredLength:
    """The length between two points of the photograph on the card's plane, or MeasuringRefused with the reason.

    The bound is the fit's share of the length, and for each end how far `pointing_px` reach there: the Frobenius norm
    of the homography's Jacobian, which no direction exceeds.
    """
    scale = evidence.scale
    if scale is None:
        why = why_no_scale(evidence)
        raise MeasuringRefused(why)
    ends = [_within_reach(scale, point) for point in (length.start, length.end)]
    mm = math.dist(*ends)
    if mm == 0:
        raise MeasuringRefused(NO_LENGTH)
    pointing_mm = length.pointing_px * sum(_mm_per_px(scale, point) for point in (length.start, length.end))
    return MeasuredLength(mm=round(mm, 2), error_mm=round(scale.relative_error * mm + pointing_mm, 2))


def _within_reach(scale: Scale, point: Point) -> Millimetres:
    at = _map(scale, point.x, point.y)
    if at is None or _distance_mm(scale, at) > scale.reach_mm:
        raise MeasuringRefused(TOO_FAR)
    return at


def _distance_mm(scale: Scale, at: Millimetres) -> float:
    """From the card's rectangle, 0 inside of it."""
    return math.hypot(_outside(at[0], scale.card_width_mm), _outside(at[1], scale.card_height_mm))


def _outside(value: float, width: float) -> float:
    return max(-value, value - width, 0.0)


def _map(scale: Scale, x: float, y: float) -> Millimetres | None:
    """None at the plane's horizon and behind it."""
    u, v, s = (_dot(scale.homography[row : row + 3], (x, y, 1.0)) for row in (0, 3, 6))
    return (u / s, v / s) if s > 0 else None


def _dot(row: Iterable[float], column: Iterable[float]) -> float:
    return sum(a * b for a, b in zip(row, column, strict=True))


def _mm_per_px(scale: Scale, point: Point) -> float:
    here = _map(scale, point.x, point.y)
    beside = _map(scale, point.x + 1, point.y), _map(scale, point.x, point.y + 1)
    steps = [math.dist(here, each) if here and each else math.inf for each in beside]
    return math.hypot(*steps)
