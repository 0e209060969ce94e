"""Makes the small pictures that cross a bad link before the photograph does: WebP, each within a bound of bytes.

WebP and not AVIF, as measured on photographs of skin and others (docs/decisions/what-matters-first.md): at a speed that
a small machine bears, AVIF is 0 to 0.6 dB better, and every server would have to let strangers' bytes reach one more
decoder.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2

from imaging.colour import Pixels
from imaging.quality_picture import scale_down

MEDIA_TYPE = "image/webp"
QUALITIES = (40, 47, 55, 65, 75, 85)
"""Below the first, blocks hide what skin looks like, and fewer pixels show more; above the last, bytes buy nothing."""
SMALLER = 0.8
LEAST_EDGE_PX = 64
"""At this size noise of the worst kind takes 6 kB."""


class PreviewBounds(NamedTuple):
    """The longest edge that is tried first, and what the encoded picture must not exceed."""

    long_edge_px: int
    bytes_max: int


SMALL = PreviewBounds(512, 12_000)
LARGE = PreviewBounds(1024, 40_000)


def make_preview(pixels: Pixels, bounds: PreviewBounds) -> bytes:
    """Upright sRGB pixels as WebP of at most `bounds.bytes_max`, with no metadata.

    The longest edge at which the least quality fits, then the best quality that fits there: at most fourteen
    encodings of shrinking pictures and three more.
    """
    for edge_px in _edges(min(bounds.long_edge_px, max(pixels.shape[:2]))):
        picture = scale_down(pixels, edge_px)
        least = _encode(picture, QUALITIES[0])
        if len(least) <= bounds.bytes_max:
            return _best(picture, least, bounds.bytes_max)
    raise ValueError(f"nothing of this picture fits into {bounds.bytes_max} bytes")


def _edges(first_px: int) -> Iterator[int]:
    edge_px = float(first_px)
    while edge_px > LEAST_EDGE_PX:
        yield round(edge_px)
        edge_px *= SMALLER
    yield min(first_px, LEAST_EDGE_PX)


def _best(picture: Pixels, least: bytes, bytes_max: int) -> bytes:
    """By halving: a better quality never takes fewer bytes, but for a few of the header."""
    low, high, found = 1, len(QUALITIES) - 1, least
    while low <= high:
        middle = (low + high) // 2
        encoded = _encode(picture, QUALITIES[middle])
        if len(encoded) <= bytes_max:
            low, found = middle + 1, encoded
        else:
            high = middle - 1
    return found


def _encode(picture: Pixels, quality: int) -> bytes:
    is_done, encoded = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, quality])
    if not is_done:
        raise RuntimeError("OpenCV could not encode a WebP")
    return encoded.tobytes()
