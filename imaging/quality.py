"""One verdict on a photograph, made of named flaws, each a score against a dated threshold (larger is worse).

The phone computes the same before sending, so every step is integer arithmetic (step 11 says where not), and `//`
is a floor. Pictures with expected values, for whoever writes this in another language: `data/quality_vectors.json`.

1. Overview: the upright sRGB picture (w by h) scaled so that its long edge is at most 1024 px, never up: L = max(w, h);
   if L > 1024 then w' = max(1, floor((2048·w + L) / (2·L))), h' likewise, averaging areas (a browser draws with
   imageSmoothingQuality "high"). `quality_picture.overview_of`.
2. Luma of each pixel: Y = (77·R + 150·G + 29·B) >> 8. `luma_of`.
3. Small picture: each channel of the overview halved by (a + b + c + d + 2) >> 2, an odd last row or column left out,
   until the long edge is at most 256 px. `reduce_to_small`.
4. Detail in ‰, of the overview's luma without a tenth at each side, in four directions. `quality_focus`.
5. Bright luma: the smallest v with 10 · #(Y ≤ v) ≥ 9 · #pixels of the small picture (the 90th percentile).
6. Clipped: ‰ of the small picture where red or green is ≥ 250.
7. Glare: ‰ of the small picture in patches of min(R, G, B) ≥ 240 (four neighbours) that do not reach the frame.
8. Skin: the places of the small picture with skin's hue, and their share in ‰. `quality_subject.find_skin`.
9. Cast: how far a tenth of what may be skin or grey lies from their colours in white light. `quality_light`.
10. Tiles of the full picture: noise and block edges. `quality_picture.plan_tiles`, `quality_grain`.
11. Cut-off: what stands out from surfaces through the skin's luma and redness and meets the frame.
    `quality_shading`, `quality_subject`.

A score is absent where it cannot be measured: noise and compression on a reduction, motion and the light's colour where
nothing shows them. Flaws: score > threshold. The scores, from the measures:
defocus 1000 - the sharpest detail (0 where there is none); motion_blur 1000 - the least
of the four directions; underexposed 255 - bright luma;
overexposed clipped; glare; noise; colour_cast; few_pixels the largest of
1000·800 // long edge, 1000·600 // short edge and isqrt(10⁶·90,000 // pixels of skin), the last at most 4000;
subject_cut_off; subject_absent 1000 - skin's share; strong_compression the excess of block edges.
"""

from importlib.resources import files
from math import isqrt

import msgspec
from msgspec import Struct

from imaging.colour import Pixels
from imaging.quality_focus import measure_detail
from imaging.quality_grain import measure_blocks, measure_noise
from imaging.quality_light import (
    measure_bright_luma,
    measure_cast,
    measure_clipped,
    measure_glare,
)
from imaging.quality_picture import (
    Channels,
    Luma,
    luma_of,
    overview_of,
    plan_tiles,
    reduce_to_small,
)
from imaging.quality_subject import find_skin, measure_cut_off, measure_skin_share
from imaging.results import Flaw, Verdict

_LONG_EDGE_PX, _SHORT_EDGE_PX, _SUBJECT_PX = 800, 600, 90_000
_PIXELS_SCORE_MOST = 4000


class Threshold(Struct, frozen=True, rename="camel"):
    """The last value that passes, and where it comes from."""

    value: int
    source: str


class Hints(Struct, frozen=True, rename="camel"):
    """The least that a frame of live video must show for no hint (`imaging.quality_hints`)."""

    least_detail_permille: Threshold
    least_skin_permille: Threshold


class Thresholds(Struct, frozen=True, rename="camel"):
    """The versioned data file `data/quality_thresholds.json`."""

    version: str
    effective_date: str
    flaws: dict[str, Threshold]
    hints: Hints


THRESHOLDS = msgspec.json.decode(
    files("imaging").joinpath("data/quality_thresholds.json").read_bytes(), type=Thresholds
)
"""Those in force in this release; read at import, because a sandboxed child can open no file."""


def judge(pixels: Pixels, width_px: int, height_px: int) -> Verdict:
    """Judge upright sRGB pixels (blue green red) of a photograph that was `width_px` by `height_px` in full.

    `pixels` is the photograph itself; a reduction of it (long edge 1024 px or more) has no noise and compression.
    """
    is_full = pixels.shape[:2] == (height_px, width_px)
    overview = overview_of(pixels)
    small = reduce_to_small(overview)
    luma = luma_of(small)
    found = _measure_frame(luma_of(overview), small, luma) | (_measure_tiles(pixels) if is_full else {})
    measures = {name: value for name, value in found.items() if value is not None}
    scores = _score(measures, width_px, height_px)
    return Verdict(THRESHOLDS.version, scores, measures, find_flaws(scores))


def find_flaws(scores: dict[str, int]) -> tuple[Flaw, ...]:
    """Those whose score exceeds the threshold, in the order of the data file."""
    limits = THRESHOLDS.flaws.items()
    return tuple(
        Flaw(name, scores[name], limit.value) for name, limit in limits if scores.get(name, limit.value) > limit.value
    )


def _measure_frame(overview_luma: Luma, small: Channels, luma: Luma) -> dict[str, int | None]:
    detail = measure_detail(overview_luma)
    is_skin = find_skin(small)
    middle_luma = measure_bright_luma(luma, tenths=5)
    return {
        "sharpest_permille": detail.sharpest,
        "detail_rows_permille": detail.directions[0],
        "detail_columns_permille": detail.directions[1],
        "detail_falling_permille": detail.directions[2],
        "detail_rising_permille": detail.directions[3],
        "bright_luma": measure_bright_luma(luma),
        "middle_luma": middle_luma,
        "clipped_permille": measure_clipped(small),
        "glare_permille": measure_glare(small),
        "skin_permille": measure_skin_share(is_skin),
        "cast_permille": measure_cast(small, middle_luma),
        "cut_off_permille": measure_cut_off(small, luma, is_skin),
    }


def _measure_tiles(pixels: Pixels) -> dict[str, int | None]:
    height_px, width_px = pixels.shape[:2]
    tiles = [
        luma_of(pixels[tile.top : tile.top + tile.height_px, tile.left : tile.left + tile.width_px])
        for tile in plan_tiles(width_px, height_px)
    ]
    return {"noise_hundredths": measure_noise(tiles), "blocks_permille": measure_blocks(tiles)}


def _score(measures: dict[str, int], width_px: int, height_px: int) -> dict[str, int]:
    detail = [value for name, value in measures.items() if name.startswith("detail_")]
    scores = {"defocus": max(0, 1000 - measures.get("sharpest_permille", 0))}
    if len(detail) == 4:
        scores["motion_blur"] = max(0, 1000 - min(detail))
    scores["underexposed"] = 255 - measures["bright_luma"]
    scores["overexposed"] = measures["clipped_permille"]
    scores["glare"] = measures["glare_permille"]
    if "noise_hundredths" in measures:
        scores["noise"] = measures["noise_hundredths"]
    if "cast_permille" in measures:
        scores["colour_cast"] = measures["cast_permille"]
    scores["few_pixels"] = _score_pixels(measures["skin_permille"], width_px, height_px)
    scores["subject_cut_off"] = measures["cut_off_permille"]
    scores["subject_absent"] = 1000 - measures["skin_permille"]
    if "blocks_permille" in measures:
        scores["strong_compression"] = measures["blocks_permille"]
    return scores


def _score_pixels(skin_permille: int, width_px: int, height_px: int) -> int:
    """‰ of the length that is needed to what there is; 1000 is just enough."""
    edges = 1000 * _LONG_EDGE_PX // max(width_px, height_px), 1000 * _SHORT_EDGE_PX // min(width_px, height_px)
    skin_px = max(1, skin_permille * width_px * height_px // 1000)
    return max(*edges, min(_PIXELS_SCORE_MOST, isqrt(1_000_000 * _SUBJECT_PX // skin_px)))
