"""Takes faces out of a photograph: under one flat colour each, or by keeping the largest part without any."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from imaging.colour import Pixels
from imaging.results import Face

# The detector's box goes from brow to chin. Half as much again holds the head however it is turned, and an ellipse of
# that size holds the whole box (half axes of 0.75 sides against a corner at 0.707).
_HEAD = 1.5
_KEPT_LEAST = 0.25


class _Area(NamedTuple):
    """Edges in pixels, end exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size_px(self) -> int:
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)


def cover(pixels: Pixels, faces: Sequence[Face]) -> Pixels:
    """A copy in which an ellipse over each head has the head's mean colour: nothing else of it is left."""
    covered = pixels.copy()
    for face in faces:
        head = _head_of(face, pixels)
        inside = pixels[max(0, head.top) : head.bottom, max(0, head.left) : head.right]
        colour = tuple(round(channel) for channel in cv2.mean(inside)[:3])
        middle = ((head.left + head.right) // 2, (head.top + head.bottom) // 2)
        half = ((head.right - head.left + 1) // 2, (head.bottom - head.top + 1) // 2)
        cv2.ellipse(covered, middle, half, 0, 0, 360, colour, cv2.FILLED)
    return covered


def can_crop(faces: Sequence[Face], pixels: Pixels) -> bool:
    """Whether a quarter of the photograph at least can be kept without any of the heads."""
    return _largest_without(faces, pixels).size_px >= _KEPT_LEAST * pixels.shape[0] * pixels.shape[1]


def crop_beside(pixels: Pixels, faces: Sequence[Face]) -> Pixels:
    """The largest part found without any head; covered as well where no part of use is left."""
    if not can_crop(faces, pixels):
        return cover(pixels, faces)
    kept = _largest_without(faces, pixels)
    return np.ascontiguousarray(pixels[kept.top : kept.bottom, kept.left : kept.right])


def _largest_without(faces: Sequence[Face], pixels: Pixels) -> _Area:
    """Cut beside one head after another, each time keeping the largest of the four sides."""
    kept = _Area(0, 0, pixels.shape[1], pixels.shape[0])
    for face in faces:
        head = _head_of(face, pixels)
        sides = (
            kept._replace(right=max(kept.left, min(kept.right, head.left))),
            kept._replace(left=min(kept.right, max(kept.left, head.right))),
            kept._replace(bottom=max(kept.top, min(kept.bottom, head.top))),
            kept._replace(top=min(kept.bottom, max(kept.top, head.bottom))),
        )
        kept = max(sides, key=lambda area: area.size_px)
    return kept


def _head_of(face: Face, pixels: Pixels) -> _Area:
    """The square around the head; it may reach beyond the picture."""
    height_px, width_px = pixels.shape[:2]
    middle_x = (face.left_permille + face.width_permille / 2) * width_px / 1000
    middle_y = (face.top_permille + face.height_permille / 2) * height_px / 1000
    half_x = face.width_permille * _HEAD * width_px / 2000
    half_y = face.height_permille * _HEAD * height_px / 2000
    left, top = round(middle_x - half_x), round(middle_y - half_y)
    return _Area(left, top, round(middle_x + half_x), round(middle_y + half_y))
