"""A first honest verdict on a photograph: resolution, sharpness and exposure, each against a dated threshold.

The phone computes the same values before sending, so every step is integer arithmetic:

1. Scale the upright sRGB picture (w by h) so that its long edge is at most 512 px, never up:
   L = max(w, h); if L > 512 then w' = max(1, floor((1024·w + L) / (2·L))), h' likewise. The server averages
   areas (OpenCV INTER_AREA). A browser must average too (draw with imageSmoothingQuality "high", or halve
   repeatedly): plain bilinear or cubic sampling reads 50 to 200 ‰ sharper in step 3.
2. Luma of each pixel: Y = (77·R + 150·G + 29·B) >> 8.
3. Sharpness in ‰, in the middle of the picture: leave out floor(w'/10) columns on either side and
   floor(h'/10) rows above and below (frames, captions and the surroundings), and call the rest w' by h'
   again. Along each row, for x from 5 to w' - 5 inclusive (0-based), step d = |Y[x] - Y[x-1]| and
   rise s = |Y[x+4] - Y[x-5]|; places with s < 8 are noise and skipped. Over that middle
   N = Σ 9·d, V = Σ max(0, 9·d - s), and the row value is 0 where N = 0, else floor(1000·V / N).
   The same down the columns; sharpness is the smaller of both (motion blurs one direction only).
   For an edge spread evenly over k pixels (k up to 5) it is 1000·(1 - k/9): it measures how wide edges are.
   A picture smaller than 10 px in a direction has the value 0 for it.
4. Bright luma: the smallest v with 10 · #(Y ≤ v) ≥ 9 · #pixels (the 90th percentile).
5. Clipped in ‰: floor(1000 · #(Y ≥ 250) / #pixels).

Flaws: `resolution` if the long edge < 800 or the short edge < 600 of the full picture (score: the edge that
falls short); `sharpness` if below its threshold; `too_dark` if bright luma is below its
threshold; `too_bright` if clipped is above its threshold. Pictures with their expected values, for whoever
writes this again in another language: `data/quality_vectors.json`.
"""

from importlib.resources import files

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from imaging.colour import Pixels
from imaging.results import Flaw, Verdict

_WINDOW_PX = 9
_NOISE_RISE = 8
_CLIPPED_LUMA = 250


class _Threshold(Struct, frozen=True, rename="camel"):
    value: int
    source: str


class Thresholds(Struct, frozen=True, rename="camel"):
    """The versioned data file `data/quality_thresholds.json`; each value carries its source."""

    version: str
    effective_date: str
    luma_long_edge_px: int
    min_long_edge_px: _Threshold
    min_short_edge_px: _Threshold
    min_sharpness_permille: _Threshold
    min_bright_luma: _Threshold
    max_clipped_permille: _Threshold


THRESHOLDS = msgspec.json.decode(
    files("imaging").joinpath("data/quality_thresholds.json").read_bytes(), type=Thresholds
)
"""Those in force in this release; read at import, because a sandboxed child can open no file."""


def judge(pixels: Pixels, width_px: int, height_px: int) -> Verdict:
    """Judge upright sRGB pixels (blue green red) of a photograph that was `width_px` by `height_px` in full.

    `pixels` may be the photograph itself or any reduction of it with a long edge of at least 512 px.
    """
    thresholds = THRESHOLDS
    luma = luma_of(scale_down(pixels, thresholds.luma_long_edge_px))
    sharpness = measure_sharpness(luma)
    bright = measure_bright_luma(luma)
    clipped = measure_clipped(luma)
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    checks = (
        (
            long_px < thresholds.min_long_edge_px.value,
            "resolution",
            long_px,
            thresholds.min_long_edge_px,
        ),
        (
            short_px < thresholds.min_short_edge_px.value,
            "resolution",
            short_px,
            thresholds.min_short_edge_px,
        ),
        (
            sharpness < thresholds.min_sharpness_permille.value,
            "sharpness",
            sharpness,
            thresholds.min_sharpness_permille,
        ),
        (
            bright < thresholds.min_bright_luma.value,
            "too_dark",
            bright,
            thresholds.min_bright_luma,
        ),
        (
            clipped > thresholds.max_clipped_permille.value,
            "too_bright",
            clipped,
            thresholds.max_clipped_permille,
        ),
    )
    flaws = tuple(Flaw(name, score, limit.value) for fails, name, score, limit in checks if fails)
    return Verdict(thresholds.version, sharpness, bright, clipped, flaws)


def scale_down(pixels: Pixels, long_edge_px: int) -> Pixels:
    """Average areas so that the long edge is at most `long_edge_px`; a smaller one is returned as it is."""
    height_px, width_px = pixels.shape[:2]
    long_px = max(width_px, height_px)
    if long_px <= long_edge_px:
        return pixels
    size = tuple(max(1, (2 * long_edge_px * side_px + long_px) // (2 * long_px)) for side_px in (width_px, height_px))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def luma_of(pixels: Pixels) -> NDArray[np.int32]:
    """Step 2: rows by columns, 0 to 255."""
    blue, green, red = (pixels[:, :, channel].astype(np.int32) for channel in range(3))
    return (77 * red + 150 * green + 29 * blue) >> 8


def measure_sharpness(luma: NDArray[np.int32]) -> int:
    """Step 3: 0 (no edge is sharp, or there is none) to 888 (every edge is one pixel wide)."""
    height_px, width_px = luma.shape
    top, left = height_px // 10, width_px // 10
    middle = luma[top : height_px - top, left : width_px - left]
    return min(_row_sharpness(middle), _row_sharpness(middle.T))


def measure_bright_luma(luma: NDArray[np.int32]) -> int:
    """Step 4: 0 to 255."""
    reached = 10 * np.cumsum(np.bincount(luma.ravel(), minlength=256))
    return int(np.argmax(reached >= 9 * luma.size))


def measure_clipped(luma: NDArray[np.int32]) -> int:
    """Step 5: 0 to 1000."""
    return 1000 * int(np.count_nonzero(luma >= _CLIPPED_LUMA)) // luma.size


def _row_sharpness(luma: NDArray[np.int32]) -> int:
    if luma.shape[1] <= _WINDOW_PX:
        return 0
    step = _WINDOW_PX * np.abs(luma[:, 5:-4] - luma[:, 4:-5])
    rise = np.abs(luma[:, _WINDOW_PX:] - luma[:, :-_WINDOW_PX])
    is_edge = rise >= _NOISE_RISE
    total = int(step[is_edge].sum())
    kept = int(np.maximum(0, step - rise)[is_edge].sum())
    return 1000 * kept // total if total else 0
