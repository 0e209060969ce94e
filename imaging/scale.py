"""Millimetres from the card in view, with a bound on their error; without the card measuring is refused.

The bound joins what can be wrong, so that a length lies inside it in at least 95 of 100 photographs. The first three
are independent and join as squares, the last is added:

1. the fit: residuals of the saddles (their deviation, not taken below a floor) go through the covariance of the
   homography's least squares to lengths at places around the card; the worst of them, times a factor for 95 %;
2. the lens: what a radial distortion of either sign, as strong as an uncorrected phone's, would do to the same lengths;
3. the plane: skin that lies a little above or below the card, seen from the distance that a phone's field of
   view implies;
4. the printer: how far a sheet printed at 100 % is from it.

Skin that curves away from the card by more than `OFF_PLANE_MM` is not covered, nor is a card printed at another size.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.card import CardLayout, Points
from imaging.card_finding import CardNotUsable, FoundCard, Homography, find_card, least_squares, project
from imaging.colour import Pixels
from imaging.results import Scale

VERSION = "card-1"
OFF_PLANE_MM = 1.5
PRINT_ERROR = 0.005
TILT_DEG_MAX = 60.0
RELATIVE_ERROR_MAX = 0.08
# Half a card's width around it is where a lesion lies that the card was laid beside.
REACH_CARD_WIDTHS = 0.5
_DISTORTION = 0.02
_DEVIATION_FLOOR_PX = 0.06
_DEVIATIONS = 2.2
# A flat card leaves less; one that is bent by 2 mm leaves more.
_RESIDUAL_SQUARES_MAX, _RESIDUAL_FLOOR_PX = 0.02, 0.5
# 24 to 28 mm equivalent: the main camera of phones, whose focal length is about 0.6 of the frame's diagonal.
_FOCAL_DIAGONALS = 0.6
_PROBE_MM = 10.0


class Refused(StrEnum):
    """Why there is no scale."""

    NO_CARD = "no_card"
    TOO_FEW_MARKS = "too_few_marks"
    TOO_TILTED = "too_tilted"
    NOT_FLAT = "not_flat"
    TOO_UNCERTAIN = "too_uncertain"


class Length(NamedTuple):
    """A distance and the bound of its error, both in millimetres."""

    mm: float
    error_mm: float


def find_scale(pixels: Pixels, reduced: Pixels | None = None) -> tuple[Scale | Refused, FoundCard | None]:
    """The scale in upright full-size pixels (blue green red) or why there is none, and the card if it was found.

    `reduced` is the same picture with a long edge of at least `SEARCH_LONG_EDGE_PX`, where one is there already.
    """
    try:
        card = find_card(pixels, reduced)
    except CardNotUsable as problem:
        return Refused.TOO_FEW_MARKS if problem.has_markers else Refused.NO_CARD, None
    height_px, width_px = pixels.shape[:2]
    return measure_card(card, width_px, height_px), card


def measure_card(card: FoundCard, width_px: int, height_px: int) -> Scale | Refused:
    """The scale that a card in a picture of that size gives, or why it gives none."""
    camera = _Camera(width_px, height_px)
    tilt_deg, distance_mm = camera.pose(card)
    px_per_mm = _px_per_mm(card)
    if tilt_deg > TILT_DEG_MAX:
        return Refused.TOO_TILTED
    residuals = project(card.px_from_mm, card.saddles_mm) - card.seen_px
    deviation_px = _deviation_px(residuals)
    if deviation_px > max(_RESIDUAL_FLOOR_PX, _RESIDUAL_SQUARES_MAX * card.layout.square_mm * px_per_mm):
        return Refused.NOT_FLAT
    probes = _Probes(card, width_px, height_px)
    fit_error = _DEVIATIONS * probes.deviation(max(deviation_px, _DEVIATION_FLOOR_PX))
    lens_error = max(probes.change_under(camera.distorted(each)) for each in (-_DISTORTION, _DISTORTION))
    relative_error = float(np.hypot(np.hypot(fit_error, lens_error), OFF_PLANE_MM / distance_mm)) + PRINT_ERROR
    if not relative_error <= RELATIVE_ERROR_MAX:
        return Refused.TOO_UNCERTAIN
    mm_from_px = np.linalg.inv(card.px_from_mm)
    # Its sign makes points in front of the camera have a positive third coordinate.
    mm_from_px /= (mm_from_px @ [*card.seen_px.mean(axis=0), 1.0])[2]
    return Scale(
        version=VERSION,
        card=card.layout.kind,
        batch=card.batch,
        homography=tuple(float(value) for value in mm_from_px.ravel()),  # pyright: ignore[reportArgumentType] -- nine
        relative_error=relative_error,
        reach_mm=_reach_mm(card.layout),
        card_width_mm=card.layout.width_mm,
        card_height_mm=card.layout.height_mm,
        px_per_mm=px_per_mm,
        tilt_deg=tilt_deg,
    )


def to_mm(scale: Scale, points_px: Points) -> Points:
    """Upright full-size pixels to millimetres on the card's plane, from the card's top left corner."""
    return project(np.array(scale.homography).reshape(3, 3), np.asarray(points_px, np.float64))


def measure_length(scale: Scale, one_px: tuple[float, float], other_px: tuple[float, float]) -> Length | None:
    """The distance of two upright full-size pixels; absent where either is farther from the card than its reach."""
    homography = np.array(scale.homography).reshape(3, 3)
    ends = np.array([one_px, other_px], np.float64)
    if ((np.column_stack([ends, [1.0, 1.0]]) @ homography.T)[:, 2] <= 0).any():
        return None
    ends_mm = project(homography, ends)
    reach, size = scale.reach_mm, [scale.card_width_mm, scale.card_height_mm]
    if (ends_mm < -reach).any() or (ends_mm > np.add(size, reach)).any():
        return None
    length_mm = float(np.hypot(*(ends_mm[1] - ends_mm[0])))
    return Length(length_mm, length_mm * scale.relative_error)


def _reach_mm(layout: CardLayout) -> float:
    return REACH_CARD_WIDTHS * layout.width_mm


def _px_per_mm(card: FoundCard) -> float:
    """In the middle of the card, the mean of both directions."""
    middle = np.array([[card.layout.width_mm / 2, card.layout.height_mm / 2]])
    return float(np.sqrt(abs(np.linalg.det(_local_scale(card.px_from_mm, middle)))))


def _local_scale(homography: Homography, point: Points) -> NDArray[np.float64]:
    """Derivative of the mapped point: 2 by 2."""
    step = 1e-3
    moved = [project(homography, point + np.array(each) * step) for each in ((1, 0), (0, 1))]
    here = project(homography, point)
    return np.column_stack([(each - here)[0] / step for each in moved])


def _inverse(homography: Homography) -> Homography:
    return np.asarray(np.linalg.inv(homography), np.float64)


def _deviation_px(residuals: Points) -> float:
    """Of one coordinate, over the degrees of freedom that eight parameters leave."""
    return float(np.sqrt(np.square(residuals).sum() / (residuals.size - 8)))


class _Camera:
    """A pinhole in the middle of the picture with a phone's focal length."""

    def __init__(self, width_px: int, height_px: int) -> None:
        focal_px = _FOCAL_DIAGONALS * float(np.hypot(width_px, height_px))
        self._middle = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
        self._focal_px = focal_px
        self._matrix = np.array([[focal_px, 0, self._middle[0]], [0, focal_px, self._middle[1]], [0, 0, 1.0]])

    def pose(self, card: FoundCard) -> tuple[float, float]:
        """Tilt in degrees and distance of the card's middle in millimetres.

        Zhang: A flexible new technique for camera calibration, IEEE PAMI 22(11), 2000, section 3.1.
        """
        columns = np.linalg.solve(self._matrix, card.px_from_mm)
        lengths = np.linalg.norm(columns[:, :2], axis=0)
        columns = columns / np.sqrt(lengths[0] * lengths[1])
        normal = np.cross(columns[:, 0], columns[:, 1])
        tilt_deg = float(np.degrees(np.arccos(np.clip(abs(normal[2]) / np.linalg.norm(normal), 0, 1))))
        middle = columns @ [card.layout.width_mm / 2, card.layout.height_mm / 2, 1.0]
        return tilt_deg, float(np.linalg.norm(middle))

    def distorted(self, strength: float) -> "_Distortion":
        return _Distortion(self._middle, self._focal_px, strength)


class _Distortion(NamedTuple):
    """Radial, `r · (1 + strength · r²)` in units of the focal length (the first term of Brown's model, 1966)."""

    middle: Points
    focal_px: float
    strength: float

    def apply(self, points_px: Points) -> Points:
        place = (points_px - self.middle) / self.focal_px
        return self.middle + (points_px - self.middle) * (1 + self.strength * np.square(place).sum(axis=1))[:, None]


class _Probes:
    """Short lengths on and around the card that the picture shows, by which an error of the fit is felt."""

    def __init__(self, card: FoundCard, width_px: int, height_px: int) -> None:
        self._card = card
        layout, reach_mm = card.layout, _reach_mm(card.layout)
        x_mm = np.linspace(-reach_mm, layout.width_mm + reach_mm, 7)
        y_mm = np.linspace(-reach_mm, layout.height_mm + reach_mm, 7)
        places = np.stack(np.meshgrid(x_mm, y_mm), axis=-1).reshape(-1, 2)
        half = _PROBE_MM / 2 * np.array([[1, 0], [0, 1], [0.707, 0.707], [0.707, -0.707]])
        starts = (places[:, None] - half).reshape(-1, 2)
        ends = (places[:, None] + half).reshape(-1, 2)
        middles_px = project(card.px_from_mm, (starts + ends) / 2)
        is_in_frame = ((middles_px >= 0) & (middles_px < [width_px, height_px])).all(axis=1)
        self._starts_px = project(card.px_from_mm, starts[is_in_frame])
        self._ends_px = project(card.px_from_mm, ends[is_in_frame])

    def deviation(self, deviation_px: float) -> float:
        """The relative deviation of the worst length, for that of a saddle's coordinate."""
        root = self._covariance_root(deviation_px)
        changes = [self._lengths(self._moved(column)) / _PROBE_MM - 1 for column in root.T]
        return float(np.sqrt(np.square(changes).sum(axis=0)).max())

    def change_under(self, distortion: _Distortion) -> float:
        """The relative change of the worst length if the picture had that distortion; both it and the fit see it."""
        refit = _inverse(least_squares(self._card.saddles_mm, distortion.apply(self._card.seen_px)))
        starts = project(refit, distortion.apply(self._starts_px))
        ends = project(refit, distortion.apply(self._ends_px))
        return float(np.abs(np.linalg.norm(ends - starts, axis=1) / _PROBE_MM - 1).max())

    def _lengths(self, mm_from_px: Homography) -> NDArray[np.float64]:
        apart = project(mm_from_px, self._ends_px) - project(mm_from_px, self._starts_px)
        return np.asarray(np.hypot(apart[:, 0], apart[:, 1]), np.float64)

    def _moved(self, change: NDArray[np.float64]) -> Homography:
        """The inverse fit with its eight parameters changed."""
        fit = self._card.px_from_mm / self._card.px_from_mm[2, 2]
        return _inverse(fit + np.append(change, 0.0).reshape(3, 3))

    def _covariance_root(self, deviation_px: float) -> NDArray[np.float64]:
        """L of L·Lᵀ = σ²·(JᵀJ)⁻¹, the covariance of the eight parameters; columns of J are scaled while inverting."""
        fit = (self._card.px_from_mm / self._card.px_from_mm[2, 2]).ravel()
        steps = 1e-6 * np.maximum(np.abs(fit[:8]), 1e-6)
        mapped = project(fit.reshape(3, 3), self._card.saddles_mm)
        columns: list[NDArray[np.float64]] = []
        for place, step in enumerate(steps):
            changed = fit.copy()
            changed[place] += step
            columns.append((project(changed.reshape(3, 3), self._card.saddles_mm) - mapped).ravel() / step)
        jacobian = np.column_stack(columns)
        sizes = np.linalg.norm(jacobian, axis=0)
        # The triangle R of QR gives (RᵀR)⁻¹ without squaring the condition.
        triangle = np.linalg.qr(jacobian / sizes, mode="r")
        return deviation_px * np.linalg.inv(triangle) / sizes[:, None]
