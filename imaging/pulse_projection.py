"""Projects the mean colour of skin over time onto the one direction in which blood moves it and light does not.

POS: Wang, den Brinker, Stuijk, de Haan, "Algorithmic Principles of Remote PPG", IEEE TBME 64(7), 2017, algorithm 1.
"""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
"""One value a sample, (n,)."""
Colours = NDArray[np.float64]
"""Mean red, green, blue of a region a sample, (n, 3), any linear unit."""

WINDOW_S = 1.6
"""Wang et al., section IV: a heartbeat or two, so that the light hardly changes within it."""
_PLANE = np.array([[0.0, 1.0, -1.0], [-2.0, 1.0, 1.0]])


def project(colours: Colours, rate_hz: float) -> Signal:
    """The pulse signal of evenly sampled `colours`, without unit; ValueError where they are shorter than a window.

    Every window is normalised by its own mean, projected, and added to the others where they overlap. A sample
    without light gives no signal instead of a division by zero.
    """
    length = max(round(WINDOW_S * rate_hz), 2)
    if len(colours) < length:
        raise ValueError(f"{len(colours)} samples are less than a window of {length}")
    windows = np.lib.stride_tricks.sliding_window_view(colours, length, axis=0)  # (windows, 3, length)
    means = windows.mean(axis=2, keepdims=True)
    lit = means > 0
    normal = np.divide(windows, means, out=np.ones(windows.shape), where=lit) - 1
    one, other = np.einsum("pc,wcl->pwl", _PLANE, normal)
    pulse = one + _ratio(one.std(axis=1), other.std(axis=1))[:, None] * other
    pulse -= pulse.mean(axis=1, keepdims=True)
    return _overlap_add(pulse, len(colours))


def _ratio(one: Signal, other: Signal) -> Signal:
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)


def _overlap_add(windows: NDArray[np.float64], length: int) -> Signal:
    """The sum of windows that begin one sample after the other."""
    added = np.zeros(length)
    count, width = windows.shape
    for offset in range(width):
        added[offset : offset + count] += windows[:, offset]
    return added
