"""Finds the card of scale and colour in a photograph, and the homography of its plane."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy import ma
from numpy.typing import NDArray

from imaging.card import BATCHES, DICTIONARY, LAYOUTS, CardLayout, Points, read_batch
from imaging.colour import Pixels
from imaging.quality_picture import scale_down

# Its median imports these on first use, which in a child without files is too late.
NUMPY_PARTS = (ma,)

Homography = NDArray[np.float64]
"""3 by 3, up to scale."""

# Markers of a credit card in a view 400 mm wide are still five pixels a cell's side at twice this.
SEARCH_LONG_EDGE_PX = 1280
_MARKERS_MIN, _MARKERS_ENOUGH = 3, 6
_SADDLES_MIN = 7
_MORE_ROUNDS = 3
# In a blurred picture a marker's corners lie 3 to 4 px inside of it.
_MARKER_ERRORS_PX = (4.0, 8.0)
_SHARPENED_PX, _SHARPENING = 2.0, 3.0
# As shares of a square's side: how far a saddle is looked for, short of the next marker's corner, and how far from it
# brightness is compared.
_WINDOW, _LOOK = 0.2, 0.1
_WINDOW_PX_MAX = 14
_CONTRAST_MIN = 18.0
_OUTLIER_FLOOR_PX = 0.6
_STOP = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 0.01)


class FoundCard(NamedTuple):
    """A card in view: `seen_px` are the saddles found at full size, `saddles_mm` where they are on the card.

    `px_from_mm` is the least-squares fit between the two, in full-size pixels.
    """

    layout: CardLayout
    batch: int | None
    px_from_mm: Homography
    saddles_mm: Points
    seen_px: Points


class CardNotUsable(Exception):
    """There is no card, or too little of it is seen; `has_markers` tells the two apart."""

    def __init__(self, *, has_markers: bool) -> None:
        super().__init__("too few marks" if has_markers else "no card")
        self.has_markers = has_markers


def find_card(pixels: Pixels, reduced: Pixels | None = None) -> FoundCard:
    """The card in upright full-size pixels (blue green red). Raises `CardNotUsable`.

    `reduced` is the same picture, smaller but not below `SEARCH_LONG_EDGE_PX`: reducing it further costs less.
    """
    markers = _find_markers(pixels, pixels if reduced is None else reduced)
    layout = max(LAYOUTS.values(), key=lambda each: len(each.markers().keys() & markers.keys()))
    shared = sorted(layout.markers().keys() & markers.keys())
    if len(shared) < _MARKERS_MIN:
        raise CardNotUsable(has_markers=bool(shared))
    seen = np.concatenate([markers[i] for i in shared])
    on_card = np.concatenate([layout.markers()[i].corners() for i in shared])
    saddles_mm, seen_px = _find_saddles(pixels, layout, on_card, seen)
    fit, saddles_mm, seen_px = _fit(saddles_mm, seen_px)
    return FoundCard(layout, _batch_in_place(layout, fit, markers), fit, saddles_mm, seen_px)


def _find_saddles(pixels: Pixels, layout: CardLayout, on_card: Points, seen: Points) -> tuple[Points, Points]:
    """The saddles by the markers' corners, trusted first to a few pixels and then to more."""
    for error_px in _MARKER_ERRORS_PX:
        rough, _ = cv2.findHomography(on_card, seen, cv2.RANSAC, error_px * max(1.0, _reduction(pixels)))
        if rough is not None:
            saddles_mm, seen_px = _refine_saddles(pixels, layout, np.asarray(rough, np.float64))
            if len(saddles_mm) >= _SADDLES_MIN and _spans_a_plane(saddles_mm):
                return saddles_mm, seen_px
    raise CardNotUsable(has_markers=True)


def project(homography: Homography, points: Points) -> Points:
    """Points through a homography; where the plane vanishes they are infinite or not numbers."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return mapped[:, :2] / mapped[:, 2:]


def _reduction(pixels: Pixels) -> float:
    return max(pixels.shape[:2]) / SEARCH_LONG_EDGE_PX


def _find_markers(pixels: Pixels, source: Pixels) -> dict[int, Points]:
    """Corners of each marker in full-size pixels, by id; an id seen twice is left out."""
    reduced = scale_down(np.asarray(cv2.cvtColor(source, cv2.COLOR_BGR2GRAY), np.uint8), SEARCH_LONG_EDGE_PX)
    found = _detect(reduced)
    # A blurred card seldom shows no marker at all, and most photographs show no card: those are not searched twice.
    if 0 < len(found) < _MARKERS_ENOUGH:
        found = _detect(_sharpen(reduced)) | found
    times = np.array([pixels.shape[1] / reduced.shape[1], pixels.shape[0] / reduced.shape[0]])
    return {identifier: (corners + 0.5) * times - 0.5 for identifier, corners in found.items()}


def _sharpen(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Unsharp masking so strong that cells which a lens ran into each other come apart; for reading only."""
    smooth = cv2.GaussianBlur(grey, (0, 0), _SHARPENED_PX)
    return np.asarray(cv2.addWeighted(grey, 1 + _SHARPENING, smooth, -_SHARPENING, 0), np.uint8)


def _detect(grey: NDArray[np.uint8]) -> dict[int, Points]:
    corners, identifiers, _ = _DETECTOR.detectMarkers(grey)
    if identifiers is None:
        return {}
    ids = [int(i) for i in identifiers.ravel()]
    return {
        identifier: np.asarray(corner, np.float64).reshape(4, 2)
        for identifier, corner in zip(ids, corners, strict=True)
        if ids.count(identifier) == 1
    }


def _refine_saddles(pixels: Pixels, layout: CardLayout, rough: Homography) -> tuple[Points, Points]:
    """The saddles that look like saddles, on the card and in the picture, to a fraction of a pixel.

    Those near the markers that were read come first; a fit to them says better where the others are.
    """
    saddles_mm = layout.saddles()
    is_saddle, refined = _look_for_saddles(pixels, layout, rough)
    for _ in range(_MORE_ROUNDS):
        found = np.count_nonzero(is_saddle)
        if found == len(saddles_mm) or found < _SADDLES_MIN - 2 or not _spans_a_plane(saddles_mm[is_saddle]):
            break
        is_more, refined_more = _look_for_saddles(
            pixels, layout, least_squares(saddles_mm[is_saddle], refined[is_saddle])
        )
        if np.count_nonzero(is_more) <= found:
            break
        is_saddle, refined = is_more, refined_more
    return saddles_mm[is_saddle], refined[is_saddle]


def _spans_a_plane(saddles_mm: Points) -> bool:
    """Whether two or more lie on either strip: those of one strip are in line."""
    if not len(saddles_mm):
        return False
    on_left = int(np.count_nonzero(saddles_mm[:, 0] == saddles_mm[:, 0].min()))
    return 2 <= on_left <= len(saddles_mm) - 2


def _look_for_saddles(pixels: Pixels, layout: CardLayout, rough: Homography) -> tuple[NDArray[np.bool_], Points]:
    """Which of the layout's saddles are seen where `rough` expects them, and where each came to."""
    saddles_mm = layout.saddles()
    expected = project(rough, saddles_mm)
    axes_mm = layout.square_mm * np.array([[1.0, 0.0], [0.0, 1.0]])
    sides = [np.linalg.norm(project(rough, saddles_mm + each) - expected, axis=1) for each in axes_mm]
    side_px = float(np.median(np.minimum(*sides)))
    window_px = int(np.clip(round(_WINDOW * side_px), 2, _WINDOW_PX_MAX))
    grey, origin = _crop_grey(pixels, expected, 2 * side_px)
    start = np.clip(expected - origin, 0, [grey.shape[1] - 1, grey.shape[0] - 1])
    refined = cv2.cornerSubPix(
        grey, start.astype(np.float32).reshape(-1, 1, 2), (window_px, window_px), (-1, -1), _STOP
    )
    refined = np.asarray(refined, np.float64).reshape(-1, 2)
    stays = np.linalg.norm(refined - start, axis=1) < window_px
    is_inside = (np.abs(start - (expected - origin)) < 1).all(axis=1)
    return stays & is_inside & _are_saddles(grey, refined, layout, rough), refined + origin


def _crop_grey(pixels: Pixels, points: Points, margin_px: float) -> tuple[NDArray[np.uint8], Points]:
    """The grey picture around the points, and the full-size pixel of its first one."""
    height_px, width_px = pixels.shape[:2]
    margin = margin_px + 2 * _WINDOW_PX_MAX
    if not np.isfinite(points).all():
        raise CardNotUsable(has_markers=True)
    low = np.clip(np.floor(points.min(axis=0) - margin), 0, [width_px - 1, height_px - 1]).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + margin), 1, [width_px, height_px]).astype(int)
    crop = pixels[low[1] : high[1], low[0] : high[0]]
    if min(crop.shape[:2]) < 4 * _WINDOW_PX_MAX:
        raise CardNotUsable(has_markers=True)
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8), low.astype(np.float64)


def _are_saddles(grey: NDArray[np.uint8], places: Points, layout: CardLayout, rough: Homography) -> NDArray[np.bool_]:
    """Whether brightness around each place goes dark, light, dark, light, as only an uncovered saddle's does."""
    step_mm = _LOOK * layout.square_mm
    saddles_mm = layout.saddles()
    expected = project(rough, saddles_mm)
    looks = [
        _brightness(grey, places + project(rough, saddles_mm + step_mm * np.array(corner)) - expected)
        for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    # The square above and left of a saddle in row r is black where r is odd: see `CardLayout.black_squares`.
    rows = np.tile(np.arange(1, len(saddles_mm) // 2 + 1), 2)
    is_black_first = rows % 2 == 1
    one = np.stack([looks[0], looks[2]])
    other = np.stack([looks[1], looks[3]])
    dark, light = np.where(is_black_first, one, other), np.where(is_black_first, other, one)
    return light.min(axis=0) - dark.max(axis=0) > _CONTRAST_MIN


def _brightness(grey: NDArray[np.uint8], points: Points) -> NDArray[np.float64]:
    """Of the nearest pixel; black outside."""
    at = np.rint(points).astype(int)
    inside = np.asarray(((at >= 0) & (at < [grey.shape[1], grey.shape[0]])).all(axis=1), np.bool_)
    at = np.where(inside[:, np.newaxis], at, 0)
    return np.where(inside, grey[at[:, 1], at[:, 0]], 0).astype(np.float64)


def _fit(saddles_mm: Points, seen_px: Points) -> tuple[Homography, Points, Points]:
    """Least squares over what is left when outliers beyond three times the middle residual are gone."""
    fit = least_squares(saddles_mm, seen_px)
    residual = np.linalg.norm(project(fit, saddles_mm) - seen_px, axis=1)
    keeps = residual <= max(3 * float(np.median(residual)), _OUTLIER_FLOOR_PX)
    if np.count_nonzero(keeps) < _SADDLES_MIN:
        raise CardNotUsable(has_markers=True)
    if keeps.all():
        return fit, saddles_mm, seen_px
    return least_squares(saddles_mm[keeps], seen_px[keeps]), saddles_mm[keeps], seen_px[keeps]


def least_squares(saddles_mm: Points, seen_px: Points) -> Homography:
    """Millimetres to pixels with the least squared distances in pixels. Raises `CardNotUsable` where there is none."""
    fit, _ = cv2.findHomography(saddles_mm, seen_px, 0)
    if fit is None:
        raise CardNotUsable(has_markers=True)
    return np.asarray(fit, np.float64)


def _batch_in_place(layout: CardLayout, fit: Homography, markers: dict[int, Points]) -> int | None:
    """The batch, if its markers are where this card has them."""
    batch = read_batch(set(markers))
    if batch is None or batch >= BATCHES:
        return None
    for identifier, box in layout.batch_markers(batch).items():
        off_px = np.linalg.norm(project(fit, box.corners()) - markers[identifier], axis=1)
        side_px = np.linalg.norm(markers[identifier][0] - markers[identifier][2])
        if off_px.max() > side_px / 4:
            return None
    return batch


def _make_detector() -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    # The smallest marker worth measuring with is 15 px wide; smaller candidates only cost time.
    parameters.minMarkerPerimeterRate = 0.035
    parameters.adaptiveThreshWinSizeMin = 5
    parameters.adaptiveThreshWinSizeMax = 25
    parameters.adaptiveThreshWinSizeStep = 20
    # One wrong cell is put right, which finds twice as many in blurred pictures; a marker that is then taken for
    # another stands in the wrong place.
    parameters.errorCorrectionRate = 1.0
    return cv2.aruco.ArucoDetector(DICTIONARY, parameters)


_DETECTOR = _make_detector()
