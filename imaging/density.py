"""Optical density of skin: pixels on a scale on which exposure, white balance and tone curves are only affine."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels

Plane = NDArray[Any]
"""Rows by columns, floating."""
Mask = NDArray[np.bool_]
"""Rows by columns."""

_LEAST_LIGHT = 0.002
_FIT_ROUNDS = 6
_FIT_SAMPLES = 3000
_DARKER_DEVIATIONS, _LIGHTER_DEVIATIONS = 1.5, 3.0
_SPREAD_SAMPLES = 20_000
_MAD_TO_DEVIATION = 1.4826


def optical_density(pixels: Pixels) -> Plane:
    """Rows by columns by 3 (blue green red): -log10 of the linear light that sRGB codes stand for.

    Absorbed light adds in it (Beer-Lambert); a gain shifts it and a power law stretches it, and neither moves a
    level half way between two tissues. Codes to light: IEC 61966-2-1.
    """
    return np.asarray(_DENSITY_OF_CODE[pixels], dtype=np.float32)


def flatten(density: Plane, skin: Mask) -> Plane:
    """`density` without the light's own fall over the picture: a quadratic surface through `skin`, taken off.

    The surface is fitted again without what is darker or much lighter than it, so that hairs, lesions and paper do
    not pull it.
    """
    terms = _terms(density.shape[0], density.shape[1])
    flat = np.empty_like(density)
    for channel in range(density.shape[2]):
        values = density[:, :, channel].reshape(-1)
        flat[:, :, channel] = (values - terms @ _fit(terms, values, skin.reshape(-1))).reshape(skin.shape)
    return flat


def frame_mask(pixels: Pixels) -> Mask:
    """Where the picture shows something: false in the black surround of a dermatoscope's round field."""
    dark = (pixels.max(axis=2) < 48).astype(np.uint8)
    labels: Plane = _labels_of(dark)
    edge: Plane = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outside = np.isin(labels, np.setdiff1d(edge, [0])).astype(np.uint8)
    reach = max(3, min(dark.shape) // 40)
    return np.asarray(cv2.dilate(outside, np.ones((reach, reach), np.uint8)) == 0)


def spread_of(values: Plane) -> float:
    """Robust standard deviation: 1.4826 times the median absolute deviation, over an even sample."""
    some = values.reshape(-1)[:: max(1, values.size // _SPREAD_SAMPLES)]
    return float(np.median(np.abs(some - np.median(some)))) * _MAD_TO_DEVIATION


def _labels_of(mask: Plane) -> Plane:
    found: Any = cv2.connectedComponents(mask)
    return np.asarray(found[1])


def _fit(terms: Plane, values: Plane, skin: Mask) -> Plane:
    where = np.flatnonzero(skin)
    where = where[:: max(1, len(where) // _FIT_SAMPLES)]
    kept_terms, kept = terms[where], values[where]
    rest = kept - np.median(kept)
    solution = np.zeros(kept_terms.shape[1])
    for _ in range(_FIT_ROUNDS):
        spread = max(spread_of(rest), 1e-4)
        near = (rest < _DARKER_DEVIATIONS * spread) & (rest > -_LIGHTER_DEVIATIONS * spread)
        solution = np.linalg.lstsq(kept_terms[near], kept[near], rcond=None)[0]
        rest = kept - kept_terms @ solution
    return np.asarray(solution)


def _terms(height_px: int, width_px: int) -> Plane:
    y, x = np.mgrid[-1 : 1 : height_px * 1j, -1 : 1 : width_px * 1j]
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1).reshape(-1, 6)


def _density_of_code() -> Plane:
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return -np.log10(np.maximum(light, _LEAST_LIGHT)).astype(np.float32)


_DENSITY_OF_CODE = _density_of_code()
