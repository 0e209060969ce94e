"""How much finer detail is than blur would leave it, in four directions: none anywhere is defocus, one is motion."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Luma

MARGIN_PX = 5
_BLOCK_PX = 32
_COARSE_PX = 4
_LEAST_CONTRAST = 2
_SHARPEST_DENOMINATOR = 16
# (along x, along y, across x, across y): rows, columns and both diagonals.
_DIRECTIONS = ((1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 1, -1), (1, -1, 1, 1))

_Plane = NDArray[np.signedinteger[Any]]


def measure_detail(luma: Luma) -> tuple[int | None, int | None, int | None, int | None]:
    """Step 4, in ‰ along rows, columns and both diagonals; None where nothing has contrast in that direction.

    A blur wider than the coarse step leaves 1000 / 16, white detail gives 1000.
    """
    height_px, width_px = luma.shape
    top, left = height_px // 10, width_px // 10
    middle = luma[top : height_px - top, left : width_px - left].astype(np.int16)
    rows, columns, falling, rising = (_detail_along(middle, direction) for direction in _DIRECTIONS)
    return rows, columns, falling, rising


def _detail_along(luma: _Plane, direction: tuple[int, int, int, int]) -> int | None:
    if min(luma.shape) < _BLOCK_PX + 2 * MARGIN_PX:
        return None
    fine = _block_sums(_agreement(luma, direction, 1))
    coarse = _block_sums(_agreement(luma, direction, _COARSE_PX))
    has_contrast = coarse >= _LEAST_CONTRAST * _BLOCK_PX**2
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
