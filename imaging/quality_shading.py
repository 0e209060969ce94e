"""What skin's luma would be without a lesion: a curved surface through it, as light falls on a limb."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Luma

_DARKER = 820
_TERMS = 6

Matrix = list[list[float]]


def fit_shading(luma: Luma, is_skin: NDArray[np.bool_]) -> Luma:
    """Step 11: c0 + c1·x + c2·y + c3·x² + c4·x·y + c5·y², fitted to skin, then to skin without its dark places.

    x and y are counted from (floor(w/2), floor(h/2)). Sums are exact integers; the six equations are solved in IEEE
    double precision in the order of `solve`, so that another language gets the same bits; values are floored.
    """
    first = _fit(luma, is_skin)
    is_plain = is_skin & (1000 * luma >= _DARKER * first)
    return _fit(luma, is_plain) if np.count_nonzero(is_plain) >= _TERMS else first


def _fit(luma: Luma, counts: NDArray[np.bool_]) -> Luma:
    height_px, width_px = luma.shape
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.int64)
    x, y = x - width_px // 2, y - height_px // 2
    terms = (np.ones_like(x), x, y, x * x, x * y, y * y)
    chosen = np.stack([term[counts] for term in terms])
    squares = chosen @ chosen.T
    sums = chosen @ luma[counts].astype(np.int64)
    rows = zip(squares.tolist(), sums.tolist(), strict=True)
    factors = solve([[*map(float, row), float(last)] for row, last in rows])
    surface = np.zeros(luma.shape, np.float64)
    for factor, term in zip(factors, terms, strict=True):
        surface = surface + factor * term
    return np.clip(np.floor(surface), 0, 255).astype(np.int32)


def solve(rows: Matrix) -> Sequence[Any]:
    """Gauss-Jordan with the largest pivot of each column; a column without one (below 1e-9) has the factor 0."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if abs(rows[column][column]) < 1e-9:
            return [0.0] * size
        for row in range(size):
            if row == column:
                continue
            share = rows[row][column] / rows[column][column]
            rows[row] = [value - share * above for value, above in zip(rows[row], rows[column], strict=True)]
    return [rows[row][size] / rows[row][row] for row in range(size)]
