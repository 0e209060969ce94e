"""How much finer detail is than blur would leave it, in four directions: none anywhere is defocus, one is motion."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Luma

MARGIN_PX = 5
_BLOCK_PX = 32
_COARSE_PX = 4
_LEAST_CONTRAST, _CLEAR_CONTRAST = 3, 6
_SHARPEST_DENOMINATOR = 32
# (along x, along y, across x, across y): rows, columns and both diagonals.
_DIRECTIONS = ((1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 1, -1), (1, -1, 1, 1))

_Plane = NDArray[np.signedinteger[Any]]


class Detail(NamedTuple):
    """In ‰: the sharpest direction where contrast is clear, and each direction (rows, columns, both diagonals).

    A blur wider than the coarse step leaves 1000 / 16, white detail gives 1000. None where there is no contrast.
    """

    sharpest: int | None
    directions: tuple[int | None, ...]


def measure_detail(luma: Luma) -> Detail:
    """Step 4. Where contrast is least some of dark skin's noise is left as detail, so the sharpest asks for more."""
    height_px, width_px = luma.shape
    top, left = height_px // 10, width_px // 10
    middle = luma[top : height_px - top, left : width_px - left].astype(np.int16)
    if min(middle.shape) < _BLOCK_PX + 2 * MARGIN_PX:
        return Detail(None, (None,) * len(_DIRECTIONS))
    sums = [
        (_block_sums(_agreement(middle, direction, 1)), _block_sums(_agreement(middle, direction, _COARSE_PX)))
        for direction in _DIRECTIONS
    ]
    directions = tuple(_detail_of(fine, coarse, _LEAST_CONTRAST) for fine, coarse in sums)
    clear = [value for fine, coarse in sums if (value := _detail_of(fine, coarse, _CLEAR_CONTRAST)) is not None]
    faint = [value for value in directions if value is not None]
    return Detail(max(clear or faint, default=None), directions)


def _detail_of(fine: NDArray[np.int32], coarse: NDArray[np.int32], least_contrast: int) -> int | None:
    has_contrast = coarse >= least_contrast * _BLOCK_PX**2
    if not has_contrast.any():
        return None
    ratios = np.sort(1000 * np.maximum(fine[has_contrast], 0).astype(np.int64) // coarse[has_contrast])
    return int(ratios[len(ratios) - 1 - len(ratios) // _SHARPEST_DENOMINATOR])


def _agreement(luma: _Plane, direction: tuple[int, int, int, int], lag_px: int) -> _Plane:
    """The step over `lag_px` times the same step one line further: noise, new on every line, cancels in the sum."""
    along_x, along_y, across_x, across_y = direction
    height_px, width_px = luma.shape

    def at(x: int, y: int, rim_px: int) -> _Plane:
        """All but a margin, moved; with a rim for the line beside."""
        left, top = MARGIN_PX - rim_px, MARGIN_PX - rim_px
        return luma[top + y : height_px - top + y, left + x : width_px - left + x]

    step = at(lag_px * along_x, lag_px * along_y, 1) - at(0, 0, 1)
    high_px, wide_px = step.shape
    beside = step[1 + across_y : high_px - 1 + across_y, 1 + across_x : wide_px - 1 + across_x]
    return np.multiply(step[1:-1, 1:-1], beside, dtype=np.int32)


def _block_sums(plane: _Plane) -> NDArray[np.int32]:
    """At most 32 · 32 · 255² each, which 32 bits hold."""
    rows, columns = plane.shape[0] // _BLOCK_PX, plane.shape[1] // _BLOCK_PX
    whole = plane[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    lines = whole.reshape(rows, _BLOCK_PX, columns * _BLOCK_PX).sum(axis=1, dtype=np.int32)
    return lines.reshape(rows, columns, _BLOCK_PX).sum(axis=2, dtype=np.int32)
