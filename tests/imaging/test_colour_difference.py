"""ΔE00 against the published pairs and a second implementation."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import color

from imaging.colour_difference import difference_00, lab_from_linear

SKIMAGE: Any = color  # it has no types

# Sharma, Wu, Dalal 2005, table 1: L*, a*, b* twice, and ΔE00.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
PAIRS = np.array([[float(value) for value in line.split()] for line in SHARMA.strip().splitlines()])
LAB = arrays(np.float64, (20, 3), elements=st.floats(0, 1)).map(lambda x: x * [100, 200, 200] - [0, 100, 100])


def test_there_are_all_34_published_pairs() -> None:
    assert len(PAIRS) == 34


@pytest.mark.parametrize("row", range(len(PAIRS)))
def test_a_published_pair_is_right_to_four_digits(row: int) -> None:
    found = difference_00(PAIRS[row, :3], PAIRS[row, 3:6])
    assert float(found) == pytest.approx(PAIRS[row, 6], abs=5e-5)


def are_opposite(one: np.ndarray, other: np.ndarray) -> Any:
    """Where hues lie half a circle apart the formula jumps (Sharma et al., section 4); rounding decides which way."""
    (a1, b1), (a2, b2) = one[:, 1:].T, other[:, 1:].T
    return (np.abs(a1 * b2 - b1 * a2) <= 1e-6 * np.hypot(a1, b1) * np.hypot(a2, b2)) & (a1 * a2 + b1 * b2 <= 0)


@given(LAB, LAB)
def test_it_agrees_with_scikit_image(one: np.ndarray, other: np.ndarray) -> None:
    found, theirs = difference_00(one, other), SKIMAGE.deltaE_ciede2000(one, other)
    told = ~are_opposite(one, other)
    np.testing.assert_allclose(found[told], theirs[told], atol=1e-6)


@given(LAB, LAB)
def test_it_is_the_same_both_ways(one: np.ndarray, other: np.ndarray) -> None:
    told = ~are_opposite(one, other)
    np.testing.assert_allclose(difference_00(one, other)[told], difference_00(other, one)[told], atol=1e-9)


@given(arrays(np.float64, (20, 3), elements=st.floats(0, 1)))
def test_lab_agrees_with_scikit_image(code: np.ndarray) -> None:
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(lab_from_linear(linear), SKIMAGE.rgb2lab(code), atol=0.02)
