"""Exposure, reflections and the colour of the light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Channels, Luma

_CLIPPED = 250
_GLARING = 240
_PERMILLE = 1000
_BLACK = 12
# Ratios to green in ‰ that skin and grey have under the lights of lamps and sky; a leaf or a cloth lies beyond.
_RED_LEAST, _RED_MOST, _BLUE_LEAST, _BLUE_MOST = 850, 2600, 350, 1300
_LEAST_DENOMINATOR, _TELLING_DENOMINATOR = 4, 10
# Where skin of all six ITA groups lies, as ratios to green in ‰ of sRGB values: very light and dark.
_LIGHTEST, _DARKEST = (1190, 890), (1430, 770)
_LIGHTEST_LUMA, _DARKEST_LUMA = 180, 75
_TOLERANCE = 400

Ratios = NDArray[np.int32]


def measure_bright_luma(luma: Luma, tenths: int = 9) -> int:
    """Step 5: the luma that `tenths` of ten places do not exceed, 0 to 255."""
    reached = 10 * np.cumsum(np.bincount(luma.ravel(), minlength=256))
    return int(np.argmax(reached >= tenths * luma.size))


def measure_clipped(small: Channels) -> int:
    """Step 6: ‰ of places where red or green is full; blue alone is the light's colour, in skin it is the darkest."""
    is_full = small[:, :, 1:].max(axis=2) >= _CLIPPED
    return _PERMILLE * int(np.count_nonzero(is_full)) // is_full.size


def measure_glare(small: Channels) -> int:
    """Step 7: ‰ of places in white patches that do not reach the frame (a white cloth or wall does)."""
    height_px, width_px = small.shape[:2]
    is_white = np.pad((small.min(axis=2) >= _GLARING).astype(np.uint8), 1, constant_values=0)
    _, labels = cv2.connectedComponents(is_white, connectivity=4)
    labels = labels[1:-1, 1:-1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = (labels > 0) & ~np.isin(labels, edge)
    return _PERMILLE * int(np.count_nonzero(inside)) // (height_px * width_px)


def measure_cast(small: Channels, middle_luma: int) -> int | None:
    """Step 9: how far from white the light must be, ‰; None where hardly a place can tell.

    Each place that may be skin or grey under some light tells how far it lies from the nearest colour that skin or grey
    has in white light; the measure is the distance that a tenth of them does not exceed. It is of the light and not of
    the subject: light colours everything, so where a tenth of what can tell looks as in white light, it is white.
    """
    blue, green, red = (small[:, :, channel].ravel() for channel in range(3))
    is_lit = green >= _BLACK
    divisor = green[is_lit]
    reds, blues = (_PERMILLE * each[is_lit] // divisor for each in (red, blue))
    tells = (reds >= _RED_LEAST) & (reds <= _RED_MOST) & (blues >= _BLUE_LEAST) & (blues <= _BLUE_MOST)
    count = int(np.count_nonzero(tells))
    if count * _LEAST_DENOMINATOR < green.size:
        return None
    distances = _distance_from_white_light(reds[tells], blues[tells], middle_luma)
    return int(np.sort(distances)[count // _TELLING_DENOMINATOR])


def _distance_from_white_light(reds: Ratios, blues: Ratios, luma: int) -> Ratios:
    """The larger of the distances in red and in blue to grey, or to the line of skin's colours where that is nearer.

    Only that part of the line counts that fits the luma. It is wide (a stop of exposure to either side), because
    lightness is exposure as much as tone.
    """
    expected = _PERMILLE * (_LIGHTEST_LUMA - luma) // (_LIGHTEST_LUMA - _DARKEST_LUMA)
    expected = min(_PERMILLE, max(0, expected))
    along_red, along_blue = _DARKEST[0] - _LIGHTEST[0], _DARKEST[1] - _LIGHTEST[1]
    dot = (reds - _LIGHTEST[0]) * along_red + (blues - _LIGHTEST[1]) * along_blue
    share = np.clip(
        _PERMILLE * dot // (along_red**2 + along_blue**2),
        max(0, expected - _TOLERANCE),
        min(_PERMILLE, expected + _TOLERANCE),
    )
    red_there = _LIGHTEST[0] + along_red * share // _PERMILLE
    blue_there = _LIGHTEST[1] + along_blue * share // _PERMILLE
    from_skin = np.maximum(abs(reds - red_there), abs(blues - blue_there))
    return np.minimum(from_skin, np.maximum(abs(reds - _PERMILLE), abs(blues - _PERMILLE)))
