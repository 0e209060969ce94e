"""One face that everybody may show: scikit-image's astronaut (NASA, public domain)."""

from typing import cast

import cv2
import numpy as np
from skimage import data

from imaging.colour import Pixels

_stored = cast("Pixels", data.astronaut())
PORTRAIT: Pixels = np.ascontiguousarray(_stored[:, :, ::-1], np.uint8)
"""512 x 512 px, blue green red; the face's middle is at (222, 114) and it is some 100 px wide."""


def portrait_jpeg(side_px: int = 512) -> bytes:
    pixels = cv2.resize(PORTRAIT, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", pixels)[1].tobytes()
