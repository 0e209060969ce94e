"""What skin's luma and redness would be without a lesion: a curved surface through them, as a limb is shaded."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.quality_picture import Luma

_PERMILLE = 1000
_TERMS = 6
_ROUNDS = 3
_STEP = 2

Matrix = list[list[float]]


class Plain(NamedTuple):
    """What of the values is still plain skin, in ‰ of the surface through them."""

    least: int
    most: int


PLAIN_LUMA, PLAIN_REDNESS = Plain(820, 1200), Plain(880, 1120)


def fit_surface(values: Luma, is_skin: NDArray[np.bool_], plain: Plain) -> Luma:
    """Step 11: c0 + c1·x + c2·y + c3·x² + c4·x·y + c5·y², fitted to skin, then three times to what of it is plain.

    A wound is brighter than dark skin and darker than light skin, so both are left out. x and y are counted from
    (floor(w/2), floor(h/2)); every second place in every second row is fitted to. Sums are exact integers; the six
    equations are solved in IEEE double precision in the order of `solve`, so that another language gets the same bits;
    values are floored and held within 0 to 255.
    """
    surface = _fit(values, is_skin)
    for _ in range(_ROUNDS):
        thousandfold = _PERMILLE * values
        is_plain = is_skin & (thousandfold >= plain.least * surface) & (thousandfold <= plain.most * surface)
        if np.count_nonzero(is_plain[::_STEP, ::_STEP]) < _TERMS:
            break
        surface = _fit(values, is_plain)
    return surface


def _fit(values: Luma, counts: NDArray[np.bool_]) -> Luma:
    terms = _terms(*values.shape)
    sampled = counts[::_STEP, ::_STEP]
    chosen = np.stack([term[::_STEP, ::_STEP][sampled] for term in terms])
    squares = chosen @ chosen.T
    sums = chosen @ values[::_STEP, ::_STEP][sampled].astype(np.int64)
    rows = zip(squares.tolist(), sums.tolist(), strict=True)
    factors = solve([[*map(float, row), float(last)] for row, last in rows])
    surface = np.zeros(values.shape, np.float64)
    for factor, term in zip(factors, terms, strict=True):
        surface = surface + factor * term
    return np.clip(np.floor(surface), 0, 255).astype(np.int32)


def _terms(height_px: int, width_px: int) -> tuple[NDArray[np.int64], ...]:
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.int64)
    x, y = x - width_px // 2, y - height_px // 2
    return np.ones_like(x), x, y, x * x, x * y, y * y


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
