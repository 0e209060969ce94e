"""A known growth is measured within its bound whatever the camera did, and other skin is never compared."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.compare import NotRegistered, register
from imaging.growth import Growth, NoChange, compare_areas, measure_growth
from imaging.outline import Outline
from imaging.segment import NoOutline, Proposal
from tests.support.visit_pairs import a_look, drawn_pairs, photograph, real_pairs, unrelated_pairs

PHOTOS = Path(os.environ.get("CAREFERRY_DATA", "")) / "photos"


@pytest.mark.parametrize("number", range(3))
def test_a_drawn_growth_is_right_within_its_bound(number: int) -> None:
    pair = list(drawn_pairs(number + 1, seed=5))[number]
    found = measure_growth(pair.earlier, pair.later)
    assert isinstance(found, Growth)
    assert pair.ratio is not None
    assert found.change.ratio == pytest.approx(pair.ratio, rel=found.change.bound)
    assert found.registration.confidence > 0.9
    assert found.change.bound < 0.08


def test_a_growth_in_a_real_photograph_is_right_within_five_per_cent() -> None:
    (pair,) = real_pairs(PHOTOS, 1, seed=5)
    found = measure_growth(pair.earlier, pair.later)
    assert isinstance(found, Growth)
    assert pair.ratio is not None
    assert found.change.is_claimed
    assert found.change.ratio == pytest.approx(pair.ratio, rel=0.05)


def test_two_people_s_skin_is_declined() -> None:
    for pair in unrelated_pairs(PHOTOS, 2, seed=5):
        assert isinstance(measure_growth(pair.earlier, pair.later), NotRegistered | NoOutline)


def test_a_card_that_lies_in_both_pictures_does_not_make_strangers_skin_agree() -> None:
    random = np.random.default_rng(3)
    card = cv2.resize(random.integers(0, 255, (24, 60, 3), np.uint8), (600, 240), interpolation=cv2.INTER_NEAREST)
    (pair,) = list(unrelated_pairs(PHOTOS, 2, seed=5))[1:]
    for picture in (pair.earlier, pair.later):
        picture[20:260, 500:1100] = card
    assert register(pair.earlier, pair.later) == NotRegistered.SKIN_DOES_NOT_AGREE


def test_a_photograph_turned_moved_and_darkened_is_laid_back_to_a_pixel() -> None:
    (pair,) = drawn_pairs(1, seed=5)
    look = a_look(np.random.default_rng(9), mildness=0.6)
    again = photograph(pair.earlier, look, np.random.default_rng(9))
    found = register(pair.earlier, again)
    assert not isinstance(found, NotRegistered)
    width_px, height_px = pair.earlier.shape[1], pair.earlier.shape[0]
    half = np.array([[2 / width_px, 0, -1], [0, 2 / width_px, -height_px / width_px], [0, 0, 1]])
    truth = np.linalg.inv(half) @ look.matrix @ half
    for corner in ((500, 400), (1100, 400), (800, 800)):
        expected, seen = (matrix @ (*corner, 1) for matrix in (truth, found.homography))
        assert np.hypot(*(expected[:2] / expected[2] - seen[:2] / seen[2])) < 1.5


def test_outlines_of_different_places_are_no_change_of_one_lesion() -> None:
    (pair,) = drawn_pairs(1, seed=5)
    registration = register(pair.earlier, pair.earlier)
    assert not isinstance(registration, NotRegistered)
    one, other = (
        Outline(tuple((at + x, at + y) for x, y in ((0, 0), (90, 0), (90, 90), (0, 90)))) for at in (300, 800)
    )
    found = compare_areas(_sure(one), _sure(other), registration, border_px=0.5)
    assert found == NoChange.NOT_THE_SAME_LESION


def _sure(outline: Outline) -> Proposal:
    return Proposal(outline, outline, outline, 10.0)
