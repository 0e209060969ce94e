"""CIELAB from linear sRGB, and the colour difference CIEDE2000."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Any number of axes, the last of which holds the three values of a colour."""

# IEC 61966-2-1: linear sRGB to XYZ under D65; its white is the sum of the columns.
_XYZ_FROM_SRGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _XYZ_FROM_SRGB.sum(axis=1)
_25_TO_7 = 25.0**7


def lab_from_linear(linear: Values) -> Values:
    """CIE L*, a*, b* (D65) of linear sRGB, red green blue, 1 is white. CIE 15:2004, 8.2.1."""
    ratio = np.asarray(linear, np.float64) @ _XYZ_FROM_SRGB.T / _WHITE
    is_bright = ratio > (6 / 29) ** 3
    f = np.asarray(np.where(is_bright, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29), np.float64)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def difference_00(one: Values, other: Values) -> Values:
    """ΔE00 of two arrays of CIELAB colours, with kL = kC = kH = 1.

    Sharma, Wu, Dalal: The CIEDE2000 color-difference formula: implementation notes, supplementary test data, and
    mathematical observations. Color Research and Application 30(1), 2005; the numbers are its equations'.
    """
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(np.asarray(each, np.float64), -1, 0) for each in (one, other))
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2  # 2, 3
    stretch = 1.5 - 0.5 * np.sqrt(mean_c**7 / (mean_c**7 + _25_TO_7))  # 4: 1 + G
    a1, a2 = a1 * stretch, a2 * stretch  # 5
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)  # 6
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360  # 7
    is_grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(is_grey, 0, turn - 360 * (turn > 180) + 360 * (turn < -180))  # 10
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)  # 11
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2  # 12, 13
    mean_h = _mean_hue(h1, h2, is_grey)
    weight_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)  # 18
    weight_c = 1 + 0.045 * mean_c  # 19
    weight_h = 1 + 0.015 * mean_c * _hue_term(mean_h)  # 20
    rotation = -np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))  # 16, 21
    rotation = rotation * 2 * np.sqrt(mean_c**7 / (mean_c**7 + _25_TO_7))  # 17
    by_l, by_c, by_h = (l2 - l1) / weight_l, (c2 - c1) / weight_c, delta_h / weight_h
    return np.sqrt(by_l**2 + by_c**2 + by_h**2 + rotation * by_c * by_h)  # 22


def _mean_hue(h1: Values, h2: Values, is_grey: NDArray[np.bool_]) -> Values:
    """Equation 14."""
    total = h1 + h2
    wraps = np.abs(h1 - h2) > 180
    mean = np.where(wraps, np.where(total < 360, total + 360, total - 360), total) / 2
    return np.where(is_grey, total, mean)


def _hue_term(mean_h: Values) -> Values:
    """Equation 15."""
    return (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
