"""An outline: a closed polygon around a lesion, and what plane geometry says of it."""

import math
from typing import Any

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Points = NDArray[Any]
"""n by 2: x and y, the polygon's corners in order, not closed."""
Homography = NDArray[Any]
"""3 by 3, of column vectors (x, y, 1)."""

POINTS_MAX = 512


class Outline(Struct, frozen=True):
    """Corners in pixels of one picture (x right, y down, the middle of the first pixel is 0, 0), in order."""

    points: tuple[tuple[float, float], ...]

    @property
    def array(self) -> Points:
        """n by 2."""
        return np.array(self.points, np.float64).reshape(-1, 2)


def outline_of(points: Points) -> Outline:
    """At most `POINTS_MAX` of the corners, evenly taken."""
    step = max(1, math.ceil(len(points) / POINTS_MAX))
    return Outline(tuple((float(x), float(y)) for x, y in points[::step]))


def transform(points: Points, matrix: Homography) -> Points:
    """The corners as `matrix` shows them."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return homogeneous[:, :2] / homogeneous[:, 2:]


def scale_points(points: Points, share: float) -> Points:
    """The corners in a picture resized by `share`, whose pixels' middles lie half a pixel in."""
    return (points + 0.5) * share - 0.5


def area_of(points: Points) -> float:
    """Enclosed area by the trapezoid formula (Gauss, Meister 1769), without sign."""
    x, y = points[:, 0], points[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def perimeter_of(points: Points) -> float:
    """Length of the closed polygon."""
    return float(np.hypot(*(np.roll(points, -1, axis=0) - points).T).sum())


def largest_diameter_of(points: Points) -> float:
    """Largest distance of two corners (maximum Feret diameter), over the convex hull (Shamos 1978)."""
    hull = np.asarray(cv2.convexHull(points.astype(np.float32)), np.float64).reshape(-1, 2)
    return float(np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1)).max())


def centre_of(points: Points) -> tuple[float, float]:
    """Centre of the enclosed area."""
    x, y = points[:, 0], points[:, 1]
    cross = x * np.roll(y, -1) - y * np.roll(x, -1)
    twice = cross.sum() * 3
    if abs(twice) < 1e-9:
        return float(x.mean()), float(y.mean())
    return float(((x + np.roll(x, -1)) * cross).sum() / twice), float(((y + np.roll(y, -1)) * cross).sum() / twice)


def resample(points: Points, count: int) -> Points:
    """`count` points at equal distances along the closed polygon."""
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at: Points = np.arange(count) * (float(along[-1]) / count)
    return np.column_stack([np.asarray(np.interp(at, along, closed[:, axis])) for axis in range(2)])


def fill(points: Points, height_px: int, width_px: int) -> NDArray[np.bool_]:
    """True inside, for a picture of that size."""
    mask = np.zeros((height_px, width_px), np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], (1,), shift=4)
    return mask > 0
