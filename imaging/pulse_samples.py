"""What a film of a face is reduced to for its pulse: a few mean colours and one movement for each frame."""

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from imaging.colour import Pixels
from imaging.results import Face

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in shares of the face's box, which reaches from brow to chin."""

FACE: Box = (0.15, 0.05, 0.85, 0.9)
PATCHES: tuple[Box, ...] = ((0.32, 0.02, 0.68, 0.2), (0.18, 0.45, 0.38, 0.66), (0.62, 0.45, 0.82, 0.66))
"""Forehead and cheeks: skin that blood reaches well and that moves little in talking."""
_BACKGROUND_SHARE = 0.12
_BLACK, _WHITE = 4, 250


class Sample(Struct, frozen=True):
    """One frame; colours are red, green, blue in the linear light of sRGB, 0 to 1.

    `clipped` is the share of the face's green that is black or white, `moved` how far the face went since the frame
    before, in widths of itself.
    """

    time_s: float
    face: tuple[float, float, float]
    patches: tuple[tuple[float, float, float], ...]
    background: tuple[float, float, float]
    clipped: float
    moved: float


def take_sample(pixels: Pixels, face: Face, time_s: float, moved: float) -> Sample:
    """The sample of an upright blue-green-red frame with the face at `face`."""
    height_px = pixels.shape[0]
    skin = _cut(pixels, face, FACE)
    strip = pixels[: max(round(height_px * _BACKGROUND_SHARE), 1)]
    green = skin[::2, ::2, 1]
    return Sample(
        time_s=time_s,
        face=_mean(skin),
        patches=tuple(_mean(_cut(pixels, face, box)) for box in PATCHES),
        background=_mean(strip[::2, ::4]),
        clipped=float(np.mean((green <= _BLACK) | (green >= _WHITE))),
        moved=moved,
    )


def _mean(pixels: Pixels) -> tuple[float, float, float]:
    """Of the light and not of its code: the tone curve would mix shading into the pulse."""
    blue, green, red = (float(np.dot(counts, _LINEAR)) for counts in _histograms(pixels))
    return red, green, blue


def _histograms(pixels: Pixels) -> NDArray[np.float64]:
    """How many of the pixels have each of the 256 values, in shares, for each channel."""
    part = np.ascontiguousarray(pixels)
    counted = [cv2.calcHist([part], [channel], None, [256], [0, 256]).ravel() for channel in range(3)]
    return np.asarray(counted, np.float64) / max(part.shape[0] * part.shape[1], 1)


def _cut(pixels: Pixels, face: Face, box: Box) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    left, top = face.left_permille / 1000 * width_px, face.top_permille / 1000 * height_px
    wide, high = face.width_permille / 1000 * width_px, face.height_permille / 1000 * height_px
    start_x, end_x = (min(max(round(left + share * wide), 0), width_px - 1) for share in (box[0], box[2]))
    start_y, end_y = (min(max(round(top + share * high), 0), height_px - 1) for share in (box[1], box[3]))
    return pixels[start_y : max(end_y, start_y + 1), start_x : max(end_x, start_x + 1)]


def _make_linear() -> NDArray[np.float64]:
    """IEC 61966-2-1, from the eight-bit code to light."""
    code = np.arange(256) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


_LINEAR = _make_linear()
