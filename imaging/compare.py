"""Lays a later photograph of the same skin over an earlier one, with a confidence, or says why it cannot.

Features first (SIFT, Lowe 2004, IJCV 60:91, fitted by MAGSAC++, Barath et al. 2020, CVPR 1304), then the enhanced
correlation coefficient (Evangelidis and Psarakis 2008, IEEE TPAMI 30:1858). Skin is taken as a plane; what speaks
against that, or against the two being the same skin at all, is found by `imaging.agreement`. The lesions themselves
are left out of every step, because they are what may have changed.
"""

from enum import StrEnum
from typing import Any, NamedTuple

import cv2
import numpy as np
from msgspec import Struct

from imaging.agreement import Agreement, check_agreement
from imaging.colour import Pixels
from imaging.density import Mask, Plane, frame_mask, optical_density
from imaging.followup_thresholds import FOLLOWUP
from imaging.outline import Homography, Outline, fill, scale_points, transform
from imaging.quality_picture import scale_down

VERSION = "sift+magsac+ecc/1"
_FEATURES_MAX = 4000
_RATIO = 0.8
_INLIER_PX = 3.0
_FINE_PX, _COARSE_PX = 1.5, 12.0
_ECC_ROUNDS, _ECC_CHANGE, _ECC_SMOOTHING_PX = 60, 1e-5, 5
_LESION_MARGIN = 1.25
_GRID = 24


class NotRegistered(StrEnum):
    """Why two photographs cannot be laid over each other."""

    TOO_LITTLE_IN_COMMON = "too_little_in_common"
    VIEWS_TOO_DIFFERENT = "views_too_different"
    TOO_LITTLE_OVERLAP = "too_little_overlap"
    SKIN_DOES_NOT_AGREE = "skin_does_not_agree"


class Registration(Struct, frozen=True):
    """Where the earlier photograph's pixels lie in the later one, and how far that is to be trusted."""

    matrix: tuple[float, ...]
    """Row by row: earlier to later, pixels of the two pictures as given."""
    confidence: float
    """Share of the skin's blocks, seen by both and outside of the lesion, that lie on each other: 0 to 1."""
    residual_px: float
    """Median distance of those blocks after registration, in pixels of the earlier picture."""
    area_bound: float
    """How far areas around the lesion may be off for the registration's sake, as a share."""

    @property
    def homography(self) -> Homography:
        """3 by 3."""
        return np.array(self.matrix, np.float64).reshape(3, 3)


class View(NamedTuple):
    """A photograph made ready: its skin's texture alone, and where there is skin to look at."""

    texture: Plane
    skin: Mask
    share: float


def register(
    earlier: Pixels, later: Pixels, earlier_lesion: Outline | None = None, later_lesion: Outline | None = None
) -> Registration | NotRegistered:
    """Register upright sRGB pixels; give the lesions' outlines where they are known, in the pictures' pixels.

    Deterministic: the same pair gives the same answer.
    """
    one, other = _make_view(earlier, earlier_lesion), _make_view(later, later_lesion)
    guess = _match(one, other)
    if isinstance(guess, NotRegistered):
        return guess
    refusal = _refuse(guess, one, other)
    if refusal is not None:
        return refusal
    fine = _refine(guess, one, other)
    refusal = _refuse(fine, one, other)
    if refusal is not None:
        return refusal
    warped, shown = lay_over(other, fine, one.texture.shape)
    centre = _centre(earlier_lesion, one)
    agreement = check_agreement(one.texture, warped, one.skin & shown, centre)
    if agreement is None:
        return NotRegistered.SKIN_DOES_NOT_AGREE
    return _registration(fine, one, other, agreement)


def lay_over(view: View, matrix: Homography, shape: tuple[int, ...]) -> tuple[Plane, Mask]:
    """`view` seen through `matrix` (to it from the wanted plane of `shape`), and where it shows skin."""
    size = (shape[1], shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    texture = cv2.warpPerspective(view.texture, matrix, size, flags=flags)
    skin = cv2.warpPerspective(view.skin.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(texture, np.float32), np.asarray(skin > 0)


def _make_view(pixels: Pixels, lesion: Outline | None) -> View:
    small = scale_down(pixels, int(FOLLOWUP.registration_long_edge_px.value))
    share = small.shape[1] / pixels.shape[1]
    density = optical_density(small).mean(axis=2)
    fine, coarse = (np.asarray(cv2.GaussianBlur(density, (0, 0), px), np.float32) for px in (_FINE_PX, _COARSE_PX))
    band = fine - coarse
    strength: Plane = _root(cv2.GaussianBlur(band * band, (0, 0), 2 * _COARSE_PX))
    texture: Plane = (band / (strength + 1e-4)).clip(-3, 3).astype(np.float32)
    skin = frame_mask(small)
    if lesion is not None:
        corners = scale_points(lesion.array, share)
        middle = corners.mean(axis=0)
        skin = skin & ~fill(middle + (corners - middle) * _LESION_MARGIN, *skin.shape)
    return View(texture, skin, share)


def _root(values: Any) -> Plane:
    return np.asarray(np.sqrt(values))


def _match(one: View, other: View) -> Homography | NotRegistered:
    points, descriptions = _describe(one)
    other_points, other_descriptions = _describe(other)
    if min(len(points), len(other_points)) < FOLLOWUP.min_feature_inliers.value:
        return NotRegistered.TOO_LITTLE_IN_COMMON
    pairs = _mutual_pairs(descriptions, other_descriptions)
    if len(pairs) < FOLLOWUP.min_feature_inliers.value:
        return NotRegistered.TOO_LITTLE_IN_COMMON
    cv2.setRNGSeed(1)
    found: Any = cv2.findHomography(
        points[pairs[:, 0]], other_points[pairs[:, 1]], cv2.USAC_MAGSAC, _INLIER_PX, maxIters=5000, confidence=0.999
    )
    matrix, inliers = found
    if matrix is None or int(np.sum(inliers)) < FOLLOWUP.min_feature_inliers.value:
        return NotRegistered.TOO_LITTLE_IN_COMMON
    return np.asarray(matrix, np.float64)


def _describe(view: View) -> tuple[Plane, Plane]:
    sift = cv2.SIFT.create(nfeatures=_FEATURES_MAX, contrastThreshold=0.02)
    codes = np.clip(128 + 42 * view.texture, 0, 255).astype(np.uint8)
    found, descriptions = sift.detectAndCompute(codes, view.skin.astype(np.uint8) * 255)
    points = np.array([each.pt for each in found], np.float32).reshape(-1, 2)
    return points, np.zeros((0, 128), np.float32) if descriptions is None else np.asarray(descriptions, np.float32)


def _mutual_pairs(one: Plane, other: Plane) -> Plane:
    """Row numbers of descriptions that are each other's nearest by a margin (Lowe's ratio)."""
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    back = {match.queryIdx: match.trainIdx for match in matcher.match(other, one)}
    pairs = [
        (near.queryIdx, near.trainIdx)
        for near, far in (both for both in matcher.knnMatch(one, other, k=2) if len(both) == 2)
        if near.distance < _RATIO * far.distance and back.get(near.trainIdx) == near.queryIdx
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _refine(guess: Homography, one: View, other: View) -> Homography:
    """By ECC over the skin that both show; the guess where that does not converge."""
    size = (other.skin.shape[1], other.skin.shape[0])
    seen = cv2.warpPerspective(one.skin.astype(np.uint8), guess, size, flags=cv2.INTER_NEAREST)
    mask = (other.skin & (seen > 0)).astype(np.uint8) * 255
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ECC_ROUNDS, _ECC_CHANGE)
    try:
        _, matrix = cv2.findTransformECC(
            one.texture,
            other.texture,
            (guess / guess[2, 2]).astype(np.float32),
            cv2.MOTION_HOMOGRAPHY,
            criteria,
            mask,
            _ECC_SMOOTHING_PX,
        )
    except cv2.error:
        return guess
    return np.asarray(matrix, np.float64)


def _refuse(matrix: Homography, one: View, other: View) -> NotRegistered | None:
    """What no two views of one site taken for comparison do to each other."""
    height_px, width_px = one.skin.shape
    frame = np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], np.float64)
    most = FOLLOWUP.max_local_stretch.value
    stretches = [_stretch(matrix, x, y) for x, y in frame]
    if min(stretches) < 1 / most**2 or max(stretches) > most**2:
        return NotRegistered.VIEWS_TOO_DIFFERENT
    return NotRegistered.TOO_LITTLE_OVERLAP if _overlap(matrix, one, other) < FOLLOWUP.min_overlap_share.value else None


def _overlap(matrix: Homography, one: View, other: View) -> float:
    """Share of the earlier picture that the later one shows, by points of a grid."""
    height_px, width_px = one.skin.shape
    down, across = (np.indices((_GRID, _GRID)) + 0.5) / _GRID
    seen = transform(np.column_stack([across.ravel() * width_px, down.ravel() * height_px]), matrix)
    inside = (seen >= 0) & (seen <= np.array(other.skin.shape[::-1]) - 1)
    return float(inside.all(axis=1).mean())


def _stretch(matrix: Homography, x: float, y: float) -> float:
    """Change of area at a point; negative where the matrix mirrors or the point lies behind the camera."""
    depth = float(matrix[2] @ (x, y, 1.0)) / float(matrix[2, 2])
    if depth <= 0:
        return -1.0
    return float(np.linalg.det(matrix / matrix[2, 2])) / depth**3


def _centre(lesion: Outline | None, view: View) -> tuple[float, float]:
    if lesion is None:
        return view.skin.shape[1] / 2, view.skin.shape[0] / 2
    x, y = scale_points(lesion.array, view.share).mean(axis=0)
    return float(x), float(y)


def _registration(matrix: Homography, one: View, other: View, agreement: Agreement) -> Registration:
    whole = np.linalg.inv(_resizing(other.share)) @ matrix @ _resizing(one.share)
    return Registration(
        matrix=tuple(float(v) for v in (whole / whole[2, 2]).ravel()),
        confidence=agreement.share,
        residual_px=agreement.residual_px / one.share,
        area_bound=agreement.area_bound,
    )


def _resizing(share: float) -> Homography:
    """From a picture to itself resized by `share`, pixel middles to pixel middles."""
    offset = (share - 1) / 2
    return np.array([[share, 0, offset], [0, share, offset], [0, 0, 1]])
