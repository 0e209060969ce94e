"""A correction towards true colours: fitted to the card's patches, or guessed where there is no card."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.card import reference_reflectance
from imaging.card_finding import FoundCard
from imaging.colour import Pixels
from imaging.colour_difference import Values, difference_00, lab_from_linear
from imaging.results import ColourEstimate

VERSION = "colour-1"
CARD, GREY_WORLD = "card", "grey_world"
_SAMPLES_A_PATCH = 12
# The middle of a patch, away from blur and a sharpener's halo.
_PATCH_SHARE = 0.56
_CLIPPED_CODE = 253
_PATCHES_MIN = 14
_EXPONENT_MIN, _EXPONENT_MAX = 0.6, 1.6
_SHADING_ROUNDS = 3
# Errors in dark colours are seen more: weights follow the slope of lightness over reflectance, levelled off near black.
_WEIGHT_FLOOR = 0.06
_OUTLIER_DE00 = 8.0
_GREY_WORLD_STEP_PX = 8
_FOLDS = 6
_GAIN_MIN, _GAIN_MAX = 0.4, 2.5


class _Seen(NamedTuple):
    """Patches by row: linear red, green and blue as photographed and as printed, places on the card in -1 to 1."""

    linear: Values
    truth: Values
    is_neutral: NDArray[np.bool_]
    place: Values


class _Correction(NamedTuple):
    exponents: Values
    matrix: Values

    def apply(self, linear: Values) -> Values:
        return np.power(np.maximum(linear, 0), self.exponents) @ self.matrix.T


def correct_from_card(pixels: Pixels, card: FoundCard) -> ColourEstimate | None:
    """The correction that a found card gives; absent where too few of its patches can be read.

    A tone exponent for each channel makes the greys a straight line, uneven light over the card is divided out as a
    plane of its logarithm, and a 3 by 3 matrix takes what is left to the printed colours (least squares).
    """
    seen = _without_outliers(_read_patches(pixels, card))
    if len(seen.linear) < _PATCHES_MIN:
        return None
    before = _misses(_exposed(seen), seen.truth)
    after = np.concatenate([_predict(seen, fold) for fold in range(_FOLDS)])
    corrected, _ = _fit(seen)
    return ColourEstimate(
        VERSION,
        CARD,
        _three(corrected.exponents),
        _nine(corrected.matrix),
        round(float(np.median(before)), 2),
        round(float(np.median(after)), 2),
    )


def estimate_grey_world(pixels: Pixels) -> ColourEstimate:
    """Gains that make the picture's mean grey at the same luminance (Buchsbaum 1980): a guess, above all of skin."""
    some = pixels[::_GREY_WORLD_STEP_PX, ::_GREY_WORLD_STEP_PX, ::-1]
    mean = _linear(some.reshape(-1, 3)).mean(axis=0)
    grey = float(mean @ [0.2126, 0.7152, 0.0722])
    gains = np.clip(grey / np.maximum(mean, 1e-4), _GAIN_MIN, _GAIN_MAX)
    return ColourEstimate(VERSION, GREY_WORLD, (1.0, 1.0, 1.0), _nine(np.diag(gains)))


def apply_estimate(estimate: ColourEstimate, linear: Values) -> Values:
    """The corrected linear sRGB (red green blue) of the photograph's; may lie outside of 0 to 1."""
    return _Correction(np.array(estimate.exponents), np.array(estimate.matrix).reshape(3, 3)).apply(linear)


def _read_patches(pixels: Pixels, card: FoundCard) -> _Seen:
    """The middle value of each patch that no channel clips and that lies in the frame."""
    patches = card.layout.patches()
    codes = np.stack([_middle_code(pixels, card, patch.box) for patch in patches])
    truth = np.stack([reference_reflectance(patch.name) for patch in patches])
    neutral = np.array([patch.name == "paper" or patch.name.startswith("grey") for patch in patches])
    size = np.array([card.layout.width_mm, card.layout.height_mm])
    place = np.stack([patch.box.corners().mean(axis=0) for patch in patches]) / size * 2 - 1
    usable = (codes < _CLIPPED_CODE).all(axis=1) & (codes >= 0).all(axis=1)
    return _Seen(_linear(codes[usable]), truth[usable], neutral[usable], place[usable])


def _without_outliers(seen: _Seen) -> _Seen:
    """Without what a finger, a stain or glare made of a patch; few patches are given back as they are."""
    if len(seen.linear) < _PATCHES_MIN:
        return seen
    corrected, shading = _fit(seen)
    misses = _misses(corrected.apply(seen.linear / shading), seen.truth)
    return _chosen(seen, misses <= max(_OUTLIER_DE00, 3 * float(np.median(misses))))


def _middle_code(pixels: Pixels, card: FoundCard, box: tuple[float, float, float, float]) -> Values:
    """The median red, green and blue over the patch's middle; -1 where any of it is outside of the frame."""
    left_mm, top_mm, width_mm, height_mm = box
    steps = (np.arange(_SAMPLES_A_PATCH) + 0.5) / _SAMPLES_A_PATCH * _PATCH_SHARE + (1 - _PATCH_SHARE) / 2
    x_mm, y_mm = np.meshgrid(left_mm + steps * width_mm, top_mm + steps * height_mm)
    points = np.stack([x_mm, y_mm, np.ones_like(x_mm)], axis=-1) @ card.px_from_mm.T
    at = np.rint(points[..., :2] / points[..., 2:]).astype(int)
    if (at < 0).any() or (at >= [pixels.shape[1], pixels.shape[0]]).any():
        return np.full(3, -1.0)
    return np.median(pixels[at[..., 1], at[..., 0]].reshape(-1, 3), axis=0)[::-1].astype(np.float64)


def _fit(seen: _Seen) -> tuple[_Correction, Values]:
    """The correction, and the light at each patch relative to the card's middle."""
    shading = np.ones((len(seen.linear), 1))
    exponents, matrix = np.ones(3), np.eye(3)
    for _ in range(_SHADING_ROUNDS):
        linear = seen.linear / shading
        exponents = _tone_exponents(linear[seen.is_neutral], seen.truth[seen.is_neutral])
        bent = np.power(np.maximum(linear, 1e-5), exponents)
        weights = 1 / (seen.truth.mean(axis=1, keepdims=True) + _WEIGHT_FLOOR)
        matrix = _least_squares(bent * weights, seen.truth * weights).T
        shading = shading * _light_plane(bent @ matrix.T, seen)
    return _Correction(exponents, matrix), shading


def _least_squares(left: Values, right: Values) -> Values:
    return np.asarray(np.linalg.lstsq(left, right, rcond=None)[0], np.float64)


def _tone_exponents(linear: Values, truth: Values) -> Values:
    """Slopes of the printed over the photographed greys, both as logarithms."""
    if len(linear) < 3:
        return np.ones(3)
    seen, printed = np.log(np.maximum(linear, 1e-4)), np.log(truth)
    seen, printed = seen - seen.mean(axis=0), printed - printed.mean(axis=0)
    slopes = (seen * printed).sum(axis=0) / np.maximum(np.square(seen).sum(axis=0), 1e-9)
    return np.clip(slopes, _EXPONENT_MIN, _EXPONENT_MAX)


def _light_plane(corrected: Values, seen: _Seen) -> Values:
    """How much brighter than printed the patches came out, as a plane over the card; 1 in its middle."""
    ratio = np.log(np.maximum(corrected.mean(axis=1), 1e-4) / seen.truth.mean(axis=1))
    terms = np.column_stack([np.ones(len(ratio)), seen.place])
    plane = _least_squares(terms, ratio)
    return np.exp(seen.place @ plane[1:])[:, None]


def _predict(seen: _Seen, fold: int) -> Values:
    """ΔE00 of every sixth patch from a fit to the others."""
    is_left_out = np.arange(len(seen.linear)) % _FOLDS == fold
    others, left_out = _chosen(seen, ~is_left_out), _chosen(seen, is_left_out)
    corrected, shading = _fit(others)
    # The light at a patch is nearly its nearest neighbour's: it changes as a plane over the card.
    away = np.linalg.norm(left_out.place[:, None] - others.place[None], axis=2)
    return _misses(corrected.apply(left_out.linear / shading[away.argmin(axis=1)]), left_out.truth)


def _exposed(seen: _Seen) -> Values:
    """As photographed, at the brightness that fits best: being dark alone is not a wrong colour."""
    return seen.linear * float((seen.truth / np.maximum(seen.linear, 1e-3)).mean(axis=1).mean())


def _misses(linear: Values, truth: Values) -> Values:
    return difference_00(lab_from_linear(np.clip(linear, 0, 1)), lab_from_linear(truth))


def _chosen(seen: _Seen, which: NDArray[np.bool_]) -> _Seen:
    return _Seen(seen.linear[which], seen.truth[which], seen.is_neutral[which], seen.place[which])


def _linear(codes: Values | NDArray[np.uint8]) -> Values:
    """IEC 61966-2-1, of codes 0 to 255."""
    code = np.asarray(codes, np.float64) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def _three(values: Values) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 5) for value in values)
    return red, green, blue


def _nine(matrix: Values) -> tuple[float, float, float, float, float, float, float, float, float]:
    a, b, c, d, e, f, g, h, i = (round(float(value), 6) for value in matrix.ravel())
    return a, b, c, d, e, f, g, h, i
