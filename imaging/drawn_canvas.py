"""The sheet that drawings are made on: millimetres to pixels, smooth noise, and Lab colours to pixels."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels

Plane = NDArray[np.floating[Any]]
"""Rows by columns."""
Lab = NDArray[np.floating[Any]]
"""CIE L* (0 to 100), a* and b*, each a plane; one colour is 3 by 1 by 1."""

_LATTICE_CELLS = 512
_PIXELS_A_CELL_MIN, _PIXELS_A_CELL_MAX = 2, 16
_GRAIN = 0.006
# Of a cubic interpolation between independent values of deviation 1.
_CUBIC_DEVIATION = 0.7


class Canvas:
    """Coordinates in millimetres from the lesion's centre, and a seeded source of shapes in those coordinates.

    Noise depends on the seed and the place in millimetres only, so a closer view shows the same skin.
    """

    def __init__(self, width_px: int, height_px: int, width_mm: float, seed: int) -> None:
        self.width_px, self.height_px = width_px, height_px
        self.px_per_mm = width_px / width_mm
        self._seed = seed
        lattice = self.random(0).standard_normal((_LATTICE_CELLS, _LATTICE_CELLS), np.float32)
        reach = max(width_px, height_px) // _PIXELS_A_CELL_MIN + 8
        self._lattice = cv2.copyMakeBorder(lattice / _CUBIC_DEVIATION, 0, reach, 0, reach, cv2.BORDER_WRAP)
        across = (np.arange(width_px, dtype=np.float32) - width_px / 2) / self.px_per_mm
        down = (np.arange(height_px, dtype=np.float32) - height_px / 2) / self.px_per_mm
        x_mm, y_mm = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        self.x_mm: Plane = x_mm
        self.y_mm: Plane = y_mm

    def random(self, pattern: int) -> np.random.Generator:
        """Random numbers that belong to the seed and the pattern alone."""
        return np.random.default_rng([self._seed, pattern])

    def noise(self, scale_mm: float, pattern: int) -> Plane:
        """Smooth noise of mean 0 and deviation about 1, bumps `scale_mm` apart; 0 where too fine to see.

        Each `pattern` is independent of the others.
        """
        cell_px = scale_mm * self.px_per_mm
        if cell_px < _PIXELS_A_CELL_MIN:
            return np.zeros_like(self.x_mm)
        # OpenCV interpolates in 32nds of a cell, which shows when cells are large: those are made small first.
        step_px = max(1, int(cell_px / _PIXELS_A_CELL_MAX))
        size = (-(-self.width_px // step_px), -(-self.height_px // step_px))
        first_x = ((step_px - 1) / 2 - self.width_px / 2) / cell_px + 37.7 * pattern
        first_y = ((step_px - 1) / 2 - self.height_px / 2) / cell_px + 91.3 * pattern
        share = step_px / cell_px
        place = np.array([[share, 0, first_x % _LATTICE_CELLS], [0, share, first_y % _LATTICE_CELLS]])
        plane = cv2.warpAffine(self._lattice, place, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        if step_px > 1:
            full = (size[0] * step_px, size[1] * step_px)
            plane = cv2.resize(plane, full, interpolation=cv2.INTER_CUBIC)[: self.height_px, : self.width_px]
        return np.asarray(plane, dtype=np.float32)

    def develop(self, colour: Lab) -> Pixels:
        """Lab to sRGB pixels, with a camera's grain."""
        grain = self.random(1).standard_normal(colour.shape[1:], np.float32) * _GRAIN
        bgr = cv2.cvtColor(cv2.merge(list(colour)), cv2.COLOR_Lab2BGR)
        return np.asarray(cv2.convertScaleAbs(np.maximum(cv2.add(bgr, cv2.merge([grain] * 3)), 0), alpha=255), np.uint8)


def smooth_step(values: Plane, low: float, high: float) -> Plane:
    """0 below `low`, 1 above `high`, and a soft rise between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(colour: Lab, other: Lab, share: Plane) -> Lab:
    """`other` over `colour` by `share` (0 to 1); `other` may be one colour."""
    return colour + (other - colour) * share


def lab(lightness: float, a: float, b: float) -> Lab:
    """One colour."""
    return np.array([lightness, a, b], np.float32).reshape(3, 1, 1)
