"""Drawn pictures are the same for the same seed, differ for others, show their tones and say what they are."""

import cv2
import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.drawn import Condition, Scene, Subject, View, draw, draw_jpeg
from imaging.drawn_skin import TONE_COLOURS, SkinTone, typology_angle
from imaging.formats import Limits, PhotoFormat, probe

GROUPS = {
    SkinTone.VERY_LIGHT: (55, 90),
    SkinTone.LIGHT: (41, 55),
    SkinTone.INTERMEDIATE: (28, 41),
    SkinTone.TAN: (10, 28),
    SkinTone.BROWN: (-30, 10),
    SkinTone.DARK: (-90, -30),
}


def small(
    subject: Subject,
    tone: SkinTone,
    view: View = View.CLOSE,
    *,
    seed: int = 0,
    condition: Condition = Condition.GOOD,
    has_ruler: bool = False,
) -> Scene:
    return Scene(subject, tone, view, condition, has_ruler, seed, 640, 480)


def corner(pixels: Pixels) -> Pixels:
    """Where the caption stands."""
    return pixels[-pixels.shape[0] // 25 :, : pixels.shape[1] // 4]


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("view", View)
def test_the_same_scene_gives_the_same_bytes_and_another_seed_others(subject: Subject, view: View) -> None:
    scene = small(subject, SkinTone.TAN, view, seed=4, has_ruler=True)
    first = draw_jpeg(scene)
    assert draw_jpeg(scene) == first
    assert draw_jpeg(small(subject, SkinTone.TAN, view, seed=5, has_ruler=True)) != first
    header = probe(first, Limits())
    assert (header.format, header.width_px, header.height_px) == (PhotoFormat.JPEG, 640, 480)


@pytest.mark.parametrize("tone", SkinTone)
def test_drawn_skin_lies_in_its_typology_group(tone: SkinTone) -> None:
    low, high = GROUPS[tone]
    assert low < typology_angle(TONE_COLOURS[tone][0], TONE_COLOURS[tone][2]) < high
    picture = draw(small(Subject.MOLE, tone))
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    away_from_mole = lab[60:-60, 40:200].reshape(-1, 3)
    lightness, _, b = np.median(away_from_mole, axis=0)
    assert low - 4 < typology_angle(float(lightness), float(b)) < high + 4


@pytest.mark.parametrize("condition", Condition)
def test_every_picture_carries_the_caption_sharp_and_bright(condition: Condition) -> None:
    written = corner(draw(small(Subject.RASH, SkinTone.DARK, condition=condition)))
    assert 0.02 < (written.min(axis=2) > 180).mean() < 0.4


def test_a_closer_view_shows_the_same_lesion() -> None:
    """The close-up, reduced by the ratio of the scales, is what the medium view has in its middle."""
    close = draw(small(Subject.IRREGULAR_MOLE, SkinTone.LIGHT, seed=8))
    medium = draw(Scene(Subject.IRREGULAR_MOLE, SkinTone.LIGHT, View.MEDIUM, seed=8, width_px=1280, height_px=960))
    factor = (1280 / 190) / (640 / 52)
    reduced = cv2.resize(close[140:340, 220:420], None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    side = reduced.shape[0]
    middle = medium[480 - side // 2 : 480 - side // 2 + side, 640 - side // 2 : 640 - side // 2 + side]
    likeness = np.corrcoef(reduced.ravel(), middle.ravel())[0, 1]
    assert likeness > 0.9
