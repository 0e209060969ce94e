"""Measures the shape and colour of an outlined lesion, each with its uncertainty; never a diagnosis.

Every measure is taken of the outline, of a wider and of a narrower one; half their spread is the uncertainty. No
number here says what a lesion is: the published scores that weigh such measures are not computed.
"""

from typing import NamedTuple

import cv2
import numpy as np
from msgspec import Struct

from imaging.colour import Pixels
from imaging.outline import (
    Homography,
    Points,
    area_of,
    centre_of,
    fill,
    largest_diameter_of,
    perimeter_of,
    resample,
    transform,
)
from imaging.segment import Proposal

VERSION = "shape+colour/1"
_CONTOUR_POINTS = 256
_CONTOUR_SMOOTHING = 4
_RASTER = 256


class Measured(Struct, frozen=True):
    """A value with half the width of the interval that it may lie in."""

    value: float
    uncertainty: float


class LesionMeasures(Struct, frozen=True):
    """`unit` is `mm` where the photograph has a scale, otherwise `px`, which compares only registered photographs."""

    unit: str
    area: Measured
    """Trapezoid formula over the outline, in square units."""
    largest_diameter: Measured
    """Maximum Feret diameter (Shamos 1978)."""
    asymmetry: Measured
    """Share of the area that does not cover itself folded over the better of its principal axes: 0 to 1.
    Stoecker, Li and Moss 1992, Comput Med Imaging Graph 16:191."""
    border: Measured
    """Perimeter² / (4 pi area): 1 for a circle, more when ragged.
    Golston, Stoecker, Moss and Dhillon 1992, Comput Med Imaging Graph 16:199."""
    colour_spread: Measured
    """Root of the summed variances of L*, a* and b* (CIE 1976, D65) inside: Celebi et al. 2007, Comput Med Imaging
    Graph 31:362, who take each channel's deviation. In delta E; uncorrected colours compare one camera and light."""


class Plane(NamedTuple):
    """A scale: from the photograph's pixels to millimetres, and the bound of a length in it as a share."""

    matrix: Homography
    relative_error: float


def measure_lesion(pixels: Pixels, proposal: Proposal, plane: Plane | None = None) -> LesionMeasures:
    """Measures of the lesion in upright sRGB `pixels`; in millimetres where `plane` says how."""
    outlines = [each.array for each in (proposal.outline, proposal.wider, proposal.narrower)]
    flat = outlines if plane is None else [transform(each, plane.matrix) for each in outlines]
    scale = 0.0 if plane is None else plane.relative_error
    return LesionMeasures(
        unit="px" if plane is None else "mm",
        area=_measured([area_of(each) for each in flat], 2 * scale),
        largest_diameter=_measured([largest_diameter_of(each) for each in flat], scale),
        asymmetry=_measured([asymmetry_of(each) for each in flat]),
        border=_measured([irregularity_of(each) for each in flat]),
        colour_spread=_measured([colour_spread_of(pixels, each) for each in outlines]),
    )


def irregularity_of(points: Points) -> float:
    """Perimeter² / (4 pi area) of the outline, even-spaced and smoothed so that pixels' stairs do not count."""
    even = resample(points, _CONTOUR_POINTS)
    reach = 3 * _CONTOUR_SMOOTHING
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _CONTOUR_SMOOTHING) ** 2)
    around = np.concatenate([even[-reach:], even, even[:reach]])
    columns: list[Points] = [np.convolve(around[:, axis], kernel / kernel.sum(), "valid") for axis in range(2)]
    smooth = np.column_stack(columns)
    return perimeter_of(smooth) ** 2 / (4 * np.pi * area_of(smooth))


def asymmetry_of(points: Points) -> float:
    """Half the area of the shape and its mirror image that only one of them covers, over the shape's area; the
    smaller of the two principal axes' values."""
    centred = points - np.array(centre_of(points))
    _, _, axes = np.linalg.svd(resample(centred, _CONTOUR_POINTS), full_matrices=False)
    turned = centred @ axes.T
    turned = turned * (_RASTER * 0.46 / np.abs(turned).max())
    shape = fill(turned + _RASTER / 2, _RASTER, _RASTER)
    folds = [fill(turned * np.array(sign) + _RASTER / 2, _RASTER, _RASTER) for sign in ((1, -1), (-1, 1))]
    return min(float((shape ^ fold).sum()) / 2 for fold in folds) / float(shape.sum())


def colour_spread_of(pixels: Pixels, points: Points) -> float:
    """Root of the summed variances of L*, a* and b* of the pixels inside."""
    height_px, width_px = pixels.shape[:2]
    lab = cv2.cvtColor((pixels / np.float32(255)).astype(np.float32), cv2.COLOR_BGR2LAB)
    inside = np.asarray(lab, np.float64)[fill(points, height_px, width_px)]
    return float(np.sqrt(inside.var(axis=0).sum())) if len(inside) else 0.0


def _measured(values: list[float], scale_share: float = 0.0) -> Measured:
    """The first value; uncertain by half the spread of all, and by the scale's share of it."""
    return Measured(values[0], (max(values) - min(values)) / 2 + scale_share * values[0])
