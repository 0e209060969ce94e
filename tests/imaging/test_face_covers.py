"""What is covered leaves one colour behind, and what is cut away leaves nothing."""

import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.face_covers import can_crop, cover, crop_beside
from imaging.results import Face

IN_THE_CORNER = Face(50, 60, 200, 200, 900)
EVERYWHERE = Face(100, 100, 800, 800, 900)


def noise(seed: int = 3) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (600, 800, 3)).astype(np.uint8)


def box(face: Face, pixels: Pixels) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    left, top = face.left_permille * width_px // 1000, face.top_permille * height_px // 1000
    right = (face.left_permille + face.width_permille) * width_px // 1000
    bottom = (face.top_permille + face.height_permille) * height_px // 1000
    return pixels[top:bottom, left:right]


@pytest.mark.parametrize("face", [IN_THE_CORNER, EVERYWHERE, Face(0, 700, 300, 300, 900)])
def test_a_covered_face_is_one_colour(face: Face) -> None:
    covered = cover(noise(), [face])
    assert len(np.unique(box(face, covered).reshape(-1, 3), axis=0)) == 1


def test_two_faces_with_one_mean_leave_the_same_picture() -> None:
    """So nothing but the mean can be learned of them."""
    one, other = noise(), noise()
    box(IN_THE_CORNER, other)[:] = box(IN_THE_CORNER, other)[::-1, ::-1]
    assert (cover(one, [IN_THE_CORNER]) == cover(other, [IN_THE_CORNER])).all()


def test_what_lies_apart_from_faces_stays_and_the_original_too() -> None:
    pixels = noise()
    covered = cover(pixels, [IN_THE_CORNER])
    assert (covered[300:] == pixels[300:]).all()
    assert (pixels == noise()).all()


def test_a_crop_keeps_the_largest_part_without_the_head() -> None:
    pixels = noise()
    kept = crop_beside(pixels, [IN_THE_CORNER])
    assert kept.shape == (600, 560, 3)
    assert (kept == pixels[:, 240:]).all()


def test_a_crop_that_leaves_nothing_of_use_is_covered_instead() -> None:
    pixels = noise()
    assert not can_crop([EVERYWHERE], pixels)
    assert (crop_beside(pixels, [EVERYWHERE]) == cover(pixels, [EVERYWHERE])).all()
