"""Exposure, reflections and the colour of the light."""

import cv2
import numpy as np

from imaging.quality_picture import Channels, Luma

_CLIPPED = 250
_GLARING = 225
_PERMILLE = 1000
_RED_LEAST, _BLUE_MOST = 850, 1300
_LEAST_DENOMINATOR = 30
# Where skin of all six ITA groups lies, as ratios to green in ‰ of sRGB values: very light and dark.
_LIGHTEST, _DARKEST = (1190, 890), (1430, 770)
_LIGHTEST_LUMA, _DARKEST_LUMA = 180, 75
_TOLERANCE = 400


def measure_bright_luma(luma: Luma, tenths: int = 9) -> int:
    """Step 5: the luma that `tenths` of ten places do not exceed, 0 to 255."""
    reached = 10 * np.cumsum(np.bincount(luma.ravel(), minlength=256))
    return int(np.argmax(reached >= tenths * luma.size))


def measure_clipped(small: Channels) -> int:
    """Step 6: ‰ of places where a channel is full."""
    return _PERMILLE * int(np.count_nonzero(small.max(axis=2) >= _CLIPPED)) // (small.shape[0] * small.shape[1])


def measure_glare(small: Channels) -> int:
    """Step 7: ‰ of places in white patches that do not reach the frame (a white cloth or wall does)."""
    height_px, width_px = small.shape[:2]
    is_white = np.pad((small.min(axis=2) >= _GLARING).astype(np.uint8), 1, constant_values=0)
    _, labels = cv2.connectedComponents(is_white, connectivity=4)
    labels = labels[1:-1, 1:-1]
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = (labels > 0) & ~np.isin(labels, edge)
    return _PERMILLE * int(np.count_nonzero(inside)) // (height_px * width_px)


def measure_light_colour(small: Channels) -> tuple[int, int] | None:
    """Step 9: red to green (its lower third, as lesions are redder) and blue to green (its median), ‰.

    Of places that may be skin under some light, which leaves out cloth; None where a 30th of the frame is not.
    """
    blue, green, red = (small[:, :, channel].ravel() for channel in range(3))
    may_be_skin = (_PERMILLE * red >= _RED_LEAST * green) & (_PERMILLE * blue <= _BLUE_MOST * green) & (green > 0)
    count = int(np.count_nonzero(may_be_skin))
    if count * _LEAST_DENOMINATOR < green.size:
        return None
    divisor = green[may_be_skin]
    reds, blues = (np.sort(_PERMILLE * each[may_be_skin] // divisor) for each in (red, blue))
    return int(reds[count // 3]), int(blues[count // 2])


def distance_from_skin(red: int, blue: int, luma: int) -> int:
    """How far the colour lies from that part of the line of skin's colours that fits the luma, ‰.

    The larger of both distances to the nearest place. The part is wide (a stop of exposure to either side), because
    lightness is exposure as much as tone.
    """
    expected = _PERMILLE * (_LIGHTEST_LUMA - luma) // (_LIGHTEST_LUMA - _DARKEST_LUMA)
    expected = min(_PERMILLE, max(0, expected))
    along_red, along_blue = _DARKEST[0] - _LIGHTEST[0], _DARKEST[1] - _LIGHTEST[1]
    dot = (red - _LIGHTEST[0]) * along_red + (blue - _LIGHTEST[1]) * along_blue
    share = _PERMILLE * dot // (along_red**2 + along_blue**2)
    least, most = max(0, expected - _TOLERANCE), min(_PERMILLE, expected + _TOLERANCE)
    share = min(most, max(least, share))
    nearest = (_LIGHTEST[0] + along_red * share // _PERMILLE, _LIGHTEST[1] + along_blue * share // _PERMILLE)
    return max(abs(red - nearest[0]), abs(blue - nearest[1]))
