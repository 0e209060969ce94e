"""Hints for whoever frames a photograph: dark, blurred, far, and silence over a good frame of any skin."""

import numpy as np
import pytest

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.quality_hints import hint
from tests.support.flaws import STRENGTHS, Source, take_clean, take_flawed

HIGH = 2


def source_of(tone: SkinTone) -> Source:
    pixels = draw(Scene(Subject.IRREGULAR_MOLE, tone, View.MEDIUM, seed=5, width_px=1600, height_px=1280))[:1220]
    return Source(pixels, (800, 640), 55)


@pytest.mark.parametrize("tone", SkinTone)
def test_a_good_frame_of_any_skin_is_met_with_silence(tone: SkinTone) -> None:
    assert hint(take_clean(source_of(tone), np.random.default_rng(1))) == ()


@pytest.mark.parametrize("tone", [SkinTone.VERY_LIGHT, SkinTone.DARK])
def test_the_dark_is_told_alone(tone: SkinTone) -> None:
    dark = take_flawed(source_of(tone), "underexposed", STRENGTHS["underexposed"][HIGH], np.random.default_rng(1))
    assert hint(dark) == ("too_dark",)


def test_a_moving_frame_is_told_to_hold_still() -> None:
    moved = take_flawed(source_of(SkinTone.TAN), "motion_blur", 60, np.random.default_rng(1))
    assert "hold_still" in hint(moved)


def test_a_frame_of_little_skin_is_told_to_move_closer() -> None:
    away = take_flawed(source_of(SkinTone.BROWN), "subject_absent", 10, np.random.default_rng(1))
    assert "move_closer" in hint(away)
