"""Each measure on shapes whose value is known, in pixels and in millimetres."""

import cv2
import numpy as np
import pytest

from imaging.lesion_measures import Plane, asymmetry_of, colour_spread_of, irregularity_of, measure_lesion
from imaging.outline import Outline, Points, area_of, centre_of, largest_diameter_of, outline_of
from imaging.segment import Proposal

TURN = np.linspace(0, 2 * np.pi, 400, endpoint=False)


def ellipse(long_px: float, short_px: float) -> Points:
    return np.column_stack([300 + long_px * np.cos(TURN), 200 + short_px * np.sin(TURN)])


def proposal(points: Points, spread: float = 0.02) -> Proposal:
    middle = points.mean(axis=0)
    outlines = [outline_of(middle + (points - middle) * share) for share in (1, 1 + spread, 1 - spread)]
    return Proposal(outlines[0], outlines[1], outlines[2], 10.0)


def test_an_ellipse_has_the_area_and_diameter_of_geometry() -> None:
    points = ellipse(100, 60)
    assert area_of(points) == pytest.approx(np.pi * 100 * 60, rel=1e-3)
    assert largest_diameter_of(points) == pytest.approx(200, rel=1e-3)
    assert centre_of(points) == pytest.approx((300, 200))


def test_an_ellipse_is_symmetric_and_a_lopsided_shape_is_not() -> None:
    assert asymmetry_of(ellipse(100, 60)) < 0.02
    lopsided = ellipse(100, 60)
    lopsided[(lopsided[:, 0] > 300) & (lopsided[:, 1] > 200)] = (300, 200)
    assert 0.1 < asymmetry_of(lopsided) < 0.4


def test_a_circle_s_border_is_one_and_a_star_s_is_more() -> None:
    assert irregularity_of(ellipse(80, 80)) == pytest.approx(1.0, abs=0.01)
    star = ellipse(80, 80) + 12 * np.column_stack([np.cos(TURN), np.sin(TURN)]) * np.cos(7 * TURN)[:, None]
    assert irregularity_of(star) > 1.15


def test_one_colour_has_no_spread_and_black_with_white_has_half_of_l() -> None:
    pixels = np.full((400, 600, 3), 90, np.uint8)
    assert colour_spread_of(pixels, ellipse(100, 60)) == pytest.approx(0, abs=0.01)
    pixels[:200], pixels[200:] = 0, 255
    assert colour_spread_of(pixels, ellipse(100, 60)) == pytest.approx(50, abs=1)


def test_millimetres_come_from_the_scale_and_its_error_adds_to_the_uncertainty() -> None:
    pixels = np.full((400, 600, 3), 90, np.uint8)
    plain = measure_lesion(pixels, proposal(ellipse(100, 60)))
    scaled = measure_lesion(pixels, proposal(ellipse(100, 60)), Plane(np.diag([0.1, 0.1, 1.0]), 0.02))
    assert (plain.unit, scaled.unit) == ("px", "mm")
    assert scaled.largest_diameter.value == pytest.approx(20, rel=1e-3)
    assert scaled.area.value == pytest.approx(plain.area.value / 100)
    assert plain.area.uncertainty == pytest.approx(0.04 * plain.area.value, rel=0.02)
    assert scaled.area.uncertainty == pytest.approx(0.08 * scaled.area.value, rel=0.02)


def test_corners_are_thinned_evenly() -> None:
    many = np.column_stack([np.cos(np.linspace(0, 6.2, 4000)), np.sin(np.linspace(0, 6.2, 4000))]) * 200
    outline = outline_of(many)
    assert isinstance(outline, Outline)
    assert len(outline.points) <= 512
    assert area_of(outline.array) == pytest.approx(area_of(many), rel=1e-3)
    assert cv2.contourArea(outline.array.astype(np.float32)) == pytest.approx(area_of(outline.array), rel=1e-3)
