"""Proposes the outline of one lesion: where skin is half as dense as the lesion is; a person may correct it.

A level in optical density, as in threshold segmentation of pigmented lesions (Ganster et al. 2001, IEEE TMI
20:233; Otsu 1979, IEEE SMC 9:62 for the first guess), along the colour in which this lesion differs from its skin.
"""

from enum import StrEnum
from typing import NamedTuple

import cv2
import numpy as np
from msgspec import Struct

from imaging.colour import Pixels
from imaging.density import Mask, Plane, flatten, frame_mask, optical_density, spread_of
from imaging.followup_thresholds import FOLLOWUP
from imaging.outline import Outline, Points, area_of, outline_of, scale_points
from imaging.quality_picture import scale_down

VERSION = "half-density/1"
_ROUNDS = 4
_SMOOTHING_PX = 1.2
_HAIR_PX = 7
_CENTRAL_SHARE = 0.3
_FINER = 3
_MARGIN_PX = 12
_RING = (0.2, 0.6)


class NoOutline(StrEnum):
    """Why no outline is proposed; a person may still draw one."""

    NOTHING_STANDS_OUT = "nothing_stands_out"
    LEAVES_THE_PICTURE = "leaves_the_picture"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


class Proposal(Struct, frozen=True):
    """The outline, and two more by a lower and a higher level: how far the border is a matter of judgement."""

    outline: Outline
    wider: Outline
    narrower: Outline
    contrast: float
    """Density of the lesion over the skin's in deviations of the skin."""


class Density(NamedTuple):
    """A picture's density in the lesion's own colour: 0 on skin, 1 in the lesion's middle."""

    plane: Plane
    share: float
    """Size of the plane's pixels: the picture's divided by this."""
    lesion: Mask
    contrast: float


def propose_outline(pixels: Pixels, near: tuple[float, float] | None = None) -> Proposal | NoOutline:
    """The lesion at `near` (x and y in pixels), or else the one that stands out in the middle.

    `pixels` are upright sRGB, blue green red; the outlines are in their pixels.
    """
    density = measure_density(pixels, near)
    return density if isinstance(density, NoOutline) else outline_density(density)


def outline_density(density: Density) -> Proposal | NoOutline:
    """Outlines at the levels of the data file, taken between skin and lesion."""
    middle, spread = FOLLOWUP.outline_level.value, FOLLOWUP.outline_level_spread.value
    traced = [_trace(density, level) for level in (middle, middle - spread, middle + spread)]
    if any(points is None for points in traced):
        return NoOutline.NOTHING_STANDS_OUT
    outline, wider, narrower = (outline_of(scale_points(p, 1 / density.share)) for p in traced if p is not None)
    return Proposal(outline, wider, narrower, density.contrast)


def measure_density(pixels: Pixels, near: tuple[float, float] | None = None) -> Density | NoOutline:
    """Density of `pixels` in the colour of the lesion at `near`, or why there is none to outline."""
    small = scale_down(pixels, int(FOLLOWUP.outline_long_edge_px.value))
    share = small.shape[1] / pixels.shape[1]
    shown = frame_mask(small)
    at = None if near is None else (near[0] * share, near[1] * share)
    smooth = cv2.GaussianBlur(_without_hairs(small), (0, 0), _SMOOTHING_PX)
    density = optical_density(np.asarray(smooth, np.uint8))
    found = _find(density, shown, at)
    if isinstance(found, NoOutline):  # paper is lighter than skin by more than skin than the lesion: once more without
        found = _find(density, _without_lighter(density, shown), at)
    return found if isinstance(found, NoOutline) else Density(found[0], share, found[1], found[2])


def _find(density: Plane, shown: Mask, at: tuple[float, float] | None) -> tuple[Plane, Mask, float] | NoOutline:
    total = density.sum(axis=2)
    skin = shown & (total <= _otsu(total[shown]))
    flat = flatten(density, skin)
    plane = flat.sum(axis=2)
    level = _otsu(plane[shown])
    contrast = 0.0
    lesion = np.zeros_like(shown)
    for _ in range(_ROUNDS):
        picked = _pick((plane > level) & shown, plane, at)
        if picked is None:
            return NoOutline.NOTHING_STANDS_OUT
        lesion = picked
        skin = shown & ~_grown(lesion, 9)
        if int(skin.sum()) < skin.size * 0.05:
            return NoOutline.TOO_LARGE
        flat = flatten(density, skin)
        colour = np.median(flat[lesion], axis=0) - np.median(flat[skin], axis=0)
        plane = flat @ (colour / max(float(np.linalg.norm(colour)), 1e-6))
        plane = plane - float(np.median(plane[skin]))
        middle = float(np.median(plane[_shrunk(lesion)]))
        contrast = middle / max(spread_of(plane[skin]), 1e-6)
        plane = plane / max(middle, 1e-6)
        level = FOLLOWUP.outline_level.value
    return _refuse(lesion, shown, contrast) or (plane, lesion, contrast)


def _without_lighter(density: Plane, shown: Mask) -> Mask:
    total = density.sum(axis=2)
    lighter = shown & (total <= _otsu(total[shown]))
    return shown & ~_grown(lighter, 5)


def _refuse(lesion: Mask, shown: Mask, contrast: float) -> NoOutline | None:
    if contrast < FOLLOWUP.min_outline_contrast.value:
        return NoOutline.NOTHING_STANDS_OUT
    if 2 * np.sqrt(lesion.sum() / np.pi) < FOLLOWUP.min_outline_diameter_px.value:
        return NoOutline.TOO_SMALL
    if lesion.sum() > FOLLOWUP.max_outline_share.value * shown.sum():
        return NoOutline.TOO_LARGE
    inside = cv2.erode(cv2.copyMakeBorder(shown.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.ones((7, 7)))
    if (lesion & (inside[1:-1, 1:-1] == 0)).any():
        return NoOutline.LEAVES_THE_PICTURE
    return None


def _without_hairs(pixels: Pixels) -> Pixels:
    """Thin dark lines closed over (after Lee et al. 1997, "DullRazor", Comput Biol Med 27:533), kept elsewhere."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_HAIR_PX, _HAIR_PX))
    luma = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    hair = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, kernel) > 18
    wide = cv2.dilate(hair.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    median = cv2.medianBlur(pixels, _HAIR_PX)
    return np.where(wide[:, :, None], median, pixels).astype(np.uint8)


def _pick(mask: Mask, plane: Plane, at: tuple[float, float] | None) -> Mask | None:
    """The piece under `at` or nearest to it; without it, the one with most density near the middle."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return None
    height_px, width_px = mask.shape
    middle = np.array(at if at is not None else ((width_px - 1) / 2, (height_px - 1) / 2))
    reach = _CENTRAL_SHARE * float(np.hypot(height_px, width_px)) / (1 if at is None else 4)
    weight = np.bincount(labels.ravel(), np.maximum(plane, 0).ravel(), count)
    away = np.hypot(*(centres - middle).T) / reach
    scores = weight * np.exp(-(away**2)) * (stats[:, cv2.CC_STAT_AREA] > 30)
    scores[0] = 0
    if not scores.any():
        return None
    return _filled(labels == int(np.argmax(scores)))


def _filled(mask: Mask) -> Mask:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(out, contours, -1, 1, cv2.FILLED)
    return out > 0


def _grown(mask: Mask, by_px: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by_px + 1, 2 * by_px + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def _shrunk(mask: Mask) -> Mask:
    """The ring within the soft border, whose density the border fades from; the middle is often denser."""
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outer, inner = _RING
    return np.asarray((depth > outer * depth.max()) & (depth < inner * depth.max()))


def _otsu(values: Plane) -> float:
    low, high = (float(v) for v in np.percentile(values, (0.5, 99.5)))
    codes = np.clip((values - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(codes.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return low + level / 255 * (high - low)


def _trace(density: Density, level: float) -> Points | None:
    """The level's outer line around the lesion, to a fraction of a pixel: traced finer, then one Newton step."""
    rows, columns = np.nonzero(_grown(density.lesion, _MARGIN_PX))
    top, left = int(rows.min()), int(columns.min())
    crop = density.plane[top : rows.max() + 1, left : columns.max() + 1].astype(np.float32)
    size = (crop.shape[1] * _FINER, crop.shape[0] * _FINER)
    fine = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC), np.float32)
    contours, _ = cv2.findContours((fine > level).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max((np.asarray(c, np.float64).reshape(-1, 2) for c in contours), key=area_of)
    if len(largest) < 12:
        return None
    refined = _to_level(fine, largest, level)
    return scale_points(refined, 1 / _FINER) + np.array([left, top])


def _to_level(plane: Plane, points: Points, level: float) -> Points:
    smooth = cv2.GaussianBlur(plane, (0, 0), 1.0)
    x, y = (points[:, axis].astype(np.float32).reshape(-1, 1) for axis in range(2))

    def at(values: Plane) -> Plane:
        return np.asarray(cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)).ravel()

    slope = np.column_stack(
        [at(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)), at(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8))]
    )
    steepness = np.maximum((slope**2).sum(axis=1), 1e-8)
    step = slope * ((level - at(smooth)) / steepness)[:, None]
    length = np.maximum(np.hypot(*step.T), 1e-9)
    return points + step * np.minimum(1.0, 1.0 / length)[:, None]
