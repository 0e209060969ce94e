"""Whether there is skin, how much of it, and whether what is on it runs out of the frame."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Channels, Luma
from imaging.quality_shading import PLAIN_LUMA, PLAIN_REDNESS, fit_surface

_PERMILLE = 1000
_BLACK = 12
_RED_LEAST, _RED_MOST = 1060, 2600
_BLUE_LEAST, _BLUE_MOST = 350, 1150
_DARKER, _REDDER = 820, 1120
_LEAST_AREA_DENOMINATOR = 600
_LEAST_SHARE_DENOMINATOR = 2
_STRIP = 6500
_BACKGROUND_DENOMINATOR = 150
_OPENING = np.ones((3, 3), np.uint8)
_RIM = np.ones((11, 11), np.uint8)
_JOINING = np.ones((17, 17), np.uint8)


def find_skin(small: Channels) -> NDArray[np.bool_]:
    """Step 8: places with the hue of skin of any tone; a hue has no lightness, so no tone is preferred."""
    blue, green, red = (small[:, :, channel] for channel in range(3))
    return (
        (red >= _BLACK)
        & (_PERMILLE * red >= _RED_LEAST * green)
        & (_PERMILLE * red <= _RED_MOST * green)
        & (_PERMILLE * blue >= _BLUE_LEAST * green)
        & (_PERMILLE * blue <= _BLUE_MOST * green)
    )


def measure_skin_share(is_skin: NDArray[np.bool_]) -> int:
    """‰ of the frame."""
    return _PERMILLE * int(np.count_nonzero(is_skin)) // is_skin.size


def measure_cut_off(small: Channels, luma: Luma, is_skin: NDArray[np.bool_]) -> int:
    """Step 11: of what stands out from the skin, the largest square of its length on the frame to its area, ‰.

    A disc whose middle lies on the frame has 2546, one whose middle is the frame's corner 5093, one that touches it
    nearly none; size does not matter. A strip along the frame (6500 or more) is the shading of a limb. Patches below a
    600th of the frame, or below half of the largest one, do not count: what runs out of the frame beside a lesion that
    is whole is not the subject.
    """
    if not is_skin.any():
        return 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_stands_out(small, luma, is_skin), connectivity=4)
    on_edge = _on_edge(labels, len(stats))
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    counts = area * _LEAST_AREA_DENOMINATOR >= luma.size
    counts &= area * _LEAST_SHARE_DENOMINATOR >= area[1:].max(initial=0)
    counts[0] = False
    scores = (_PERMILLE * on_edge**2 // np.maximum(area, 1))[counts]
    return int(scores[scores < _STRIP].max(initial=0))


def _stands_out(small: Channels, luma: Luma, is_skin: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Skin that is darker or redder than the skin around, and what is not skin but no background either."""
    redness = np.minimum(100 * small[:, :, 2] // np.maximum(small[:, :, 1], 1), 255)
    is_darker = _PERMILLE * luma < _DARKER * fit_surface(luma, is_skin, PLAIN_LUMA)
    is_redder = _PERMILLE * redness > _REDDER * fit_surface(redness, is_skin, PLAIN_REDNESS)
    found = (~is_skin | is_darker | is_redder) & ~_background_of(is_skin | is_redder)
    # an opening parts the lesion from what touches it by a thread, and spreading makes one patch of a rash
    eroded = cv2.erode(found.astype(np.uint8), _OPENING, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    opened = cv2.dilate(eroded, _OPENING, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(cv2.dilate(opened, _JOINING, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8)


def _background_of(is_subject: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Patches of neither skin nor wound on the frame, a 150th of it or more, and five places around them.

    A limb is dark at its rim.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~is_subject).astype(np.uint8), connectivity=4)
    is_background = (_on_edge(labels, len(stats)) > 0) & (
        stats[:, cv2.CC_STAT_AREA].astype(np.int64) * _BACKGROUND_DENOMINATOR >= is_subject.size
    )
    is_background[0] = False
    found = is_background[np.asarray(labels, np.int32)].astype(np.uint8)
    return cv2.dilate(found, _RIM, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _on_edge(labels: NDArray[Any], count: int) -> NDArray[np.int64]:
    """How many places of each label lie on the frame."""
    edge = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    return np.bincount(edge, minlength=count).astype(np.int64)
