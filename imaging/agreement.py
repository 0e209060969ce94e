"""Asks skin itself whether two registered pictures agree: block by block, outside of the lesion.

A card, a ruler or a caption that both pictures show also fits itself; so agreement must come from blocks on several
sides of the lesion, and it counts against a registration where blocks of skin do not match.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.density import Mask, Plane
from imaging.followup_thresholds import FOLLOWUP

BLOCK_PX, REACH_PX, STRIDE_PX = 72, 6, 60
_SKIN_SHARE = 0.8


class Agreement(NamedTuple):
    """How well the blocks lie on each other."""

    share: float
    residual_px: float
    area_bound: float
    """|change of area that the blocks' shifts still show| + 2 standard errors, as a share."""


def check_agreement(one: Plane, other: Plane, skin: Mask, centre: tuple[float, float]) -> Agreement | None:
    """Compare textures of one shape over `skin`; None where they do not show the same skin around `centre`."""
    places, shifts, agrees = _measure(one, other, skin)
    agreeing = int(agrees.sum())
    if agreeing < FOLLOWUP.min_agreeing_blocks.value or agrees.mean() < FOLLOWUP.min_agreeing_share.value:
        return None
    kept = places[agrees] - np.array(centre)
    if len({(x > 0, y > 0) for x, y in kept}) < FOLLOWUP.min_quadrants.value:
        return None
    residual_px = float(np.median(np.hypot(*shifts[agrees].T)))
    return Agreement(float(agrees.mean()), residual_px, _area_bound(kept, shifts[agrees]))


def _measure(one: Plane, other: Plane, skin: Mask) -> tuple[Plane, Plane, NDArray[np.bool_]]:
    """Middles of the blocks of skin, how far `other` lies beside `one` there, and whether that is agreement."""
    places: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    agrees: list[bool] = []
    height_px, width_px = one.shape
    for top in range(REACH_PX, height_px - BLOCK_PX - REACH_PX, STRIDE_PX):
        for left in range(REACH_PX, width_px - BLOCK_PX - REACH_PX, STRIDE_PX):
            block = (slice(top, top + BLOCK_PX), slice(left, left + BLOCK_PX))
            if skin[block].mean() < _SKIN_SHARE:
                continue
            shift, correlation = _compare(one[block] * skin[block], other, top, left)
            places.append((left + BLOCK_PX / 2, top + BLOCK_PX / 2))
            shifts.append(shift)
            agrees.append(
                correlation >= FOLLOWUP.min_block_correlation.value
                and float(np.hypot(*shift)) <= FOLLOWUP.max_block_shift_px.value
            )
    return (
        np.array(places, np.float64).reshape(-1, 2),
        np.array(shifts, np.float64).reshape(-1, 2),
        np.array(agrees, np.bool_) if agrees else np.zeros(1, np.bool_),
    )


def _compare(block: Plane, other: Plane, top: int, left: int) -> tuple[tuple[float, float], float]:
    """Shift in pixels, to a fraction, at the best normalised cross-correlation, and that correlation."""
    window = other[top - REACH_PX : top + BLOCK_PX + REACH_PX, left - REACH_PX : left + BLOCK_PX + REACH_PX]
    scores: NDArray[Any] = cv2.matchTemplate(window.astype(np.float32), block.astype(np.float32), cv2.TM_CCOEFF_NORMED)
    row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
    x = column - REACH_PX + _vertex(scores[row], int(column))
    y = row - REACH_PX + _vertex(scores[:, column], int(row))
    return (float(x), float(y)), float(scores[row, column])


def _vertex(values: Plane, at: int) -> float:
    """Where between its neighbours the parabola through a maximum has its top."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, middle, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * middle + after
    return 0.0 if bend >= 0 else 0.5 * (before - after) / bend


def _area_bound(places: Plane, shifts: Plane) -> float:
    """From an affine fit to the shifts by least squares: the trace of its gradient is the relative change of area."""
    terms = np.column_stack([np.ones(len(places)), places])
    solution, *_ = np.linalg.lstsq(terms, shifts, rcond=None)
    rest = shifts - terms @ solution
    variance = (rest**2).sum(axis=0) / max(1, len(places) - 3)
    spread = np.linalg.pinv(terms.T @ terms)
    error = float(np.sqrt(variance[0] * spread[1, 1] + variance[1] * spread[2, 2]))
    return abs(float(solution[1, 0] + solution[2, 1])) + 2 * error
