"""Makes a photograph of a frame, with the verdict on it before anyone walks away."""

import cv2
import msgspec

from imaging.colour import Pixels
from imaging.quality import judge
from imaging.quality_picture import scale_down
from imaging.results import Verdict

QUALITY = 92
PREVIEW_QUALITY = 70
PREVIEW_LONG_EDGE_PX = 640


class Still(msgspec.Struct, frozen=True, kw_only=True):
    jpeg: bytes
    small: bytes
    """The same, small, for the screen."""
    verdict: Verdict


def make_still(frame: Pixels) -> Still:
    height_px, width_px = frame.shape[:2]
    jpeg, small = encode(frame, QUALITY), encode(scale_down(frame, PREVIEW_LONG_EDGE_PX), PREVIEW_QUALITY)
    return Still(jpeg=jpeg, small=small, verdict=judge(frame, width_px, height_px))


def make_preview(frame: Pixels) -> bytes:
    return encode(scale_down(frame, PREVIEW_LONG_EDGE_PX), PREVIEW_QUALITY)


def encode(pixels: Pixels, quality: int) -> bytes:
    is_done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return encoded.tobytes()
