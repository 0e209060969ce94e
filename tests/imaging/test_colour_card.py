"""Colours corrected by the card's patches, and the guess that stands in where there is no card."""

import numpy as np
import pytest

from imaging.colour_card import CARD, GREY_WORLD, apply_estimate, correct_from_card, estimate_grey_world
from imaging.drawn import Scene, Subject, draw
from imaging.drawn_skin import SkinTone
from imaging.results import ColourEstimate
from imaging.scale import find_scale
from tests.support.card_scenes import judge_photograph
from tests.support.scenes import Photograph, Shot, photograph


def estimate_of(taken: Photograph) -> ColourEstimate:
    _, card = find_scale(taken.pixels)
    assert card is not None
    estimate = correct_from_card(taken.pixels, card)
    assert estimate is not None
    return estimate


@pytest.mark.parametrize("kelvin", [2700.0, 4000.0, 6500.0])
def test_living_colours_beside_the_card_come_out_right(kelvin: float) -> None:
    shot = Shot(kelvin=kelvin, adaptation=0.5, contrast=0.2, shading=(0.1, -0.1), seed=11)
    outcome = judge_photograph(shot, photograph(shot))
    assert np.median(outcome.de00_after) <= 4
    assert np.median(outcome.de00_after) < np.median(outcome.de00_before)


def test_before_and_after_are_told_from_the_patches() -> None:
    estimate = estimate_of(photograph(Shot(kelvin=2800, adaptation=0.4, seed=12)))
    assert estimate.source == CARD
    assert estimate.de00_before is not None
    assert estimate.de00_after is not None
    assert estimate.de00_after < 4 < estimate.de00_before


def test_a_stain_on_one_patch_changes_little() -> None:
    taken = photograph(Shot(seed=13, noise=0.002))
    clean = estimate_of(taken)
    # The middle of the green patch, third column of the last row.
    middle = taken.camera.project(np.array([[21.2 + 2.5 * 7.4 - 0.6, 3.2 + 3.4 * 7.4, 0.0]]))[0].astype(int)
    stained = taken.pixels.copy()
    stained[middle[1] - 18 : middle[1] + 18, middle[0] - 18 : middle[0] + 18] = (20, 20, 160)
    grey = np.array([[0.4, 0.4, 0.4]])
    spoilt = estimate_of(taken._replace(pixels=stained))
    np.testing.assert_allclose(apply_estimate(spoilt, grey), apply_estimate(clean, grey), atol=0.01)


def test_uneven_light_over_the_card_does_not_spoil_the_fit() -> None:
    even, uneven = (
        estimate_of(photograph(Shot(seed=14, card_share=0.7, shading=each))) for each in ((0.0, 0.0), (0.4, -0.4))
    )
    assert even.de00_after is not None
    assert uneven.de00_after is not None
    assert uneven.de00_after < even.de00_after + 0.7


def test_without_a_card_grey_world_is_marked_and_claims_nothing() -> None:
    estimate = estimate_grey_world(draw(Scene(Subject.RASH, SkinTone.TAN)))
    assert (estimate.source, estimate.de00_before, estimate.de00_after) == (GREY_WORLD, None, None)


def test_grey_world_makes_the_mean_grey() -> None:
    pixels = np.full((64, 64, 3), (90, 120, 150), np.uint8)
    code = np.array([150, 120, 90]) / 255
    corrected = apply_estimate(estimate_grey_world(pixels), ((code + 0.055) / 1.055) ** 2.4)
    assert np.ptp(corrected) == pytest.approx(0, abs=1e-4)
