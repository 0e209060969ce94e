"""Follows one face through the frames of a camera and takes its pulse's samples."""

import cv2
import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from imaging.colour import Pixels
from imaging.faces import find_faces, follow_face
from imaging.pulse_samples import Sample, take_sample
from imaging.results import Face

LOOK_EVERY_S = 1.0
_PATCH_PX = 64


class FaceWatch:
    """Raw frames in, samples out; between two looks of the detector the face is followed by phase correlation."""

    def __init__(self) -> None:
        self._looked_at_s = -LOOK_EVERY_S
        self._followed: _Followed | None = None

    @property
    def face(self) -> Face | None:
        """Where it is in the last frame."""
        return self._followed.face if self._followed else None

    def take(self, time_s: float, pixels: Pixels) -> Sample | None:
        """The frame's sample; None where no face is seen."""
        if time_s - self._looked_at_s >= LOOK_EVERY_S:
            self._look(pixels)
            self._looked_at_s = time_s
        if self._followed is None:
            return None
        moved = self._followed.follow(pixels)
        return take_sample(pixels, self._followed.face, time_s, moved)

    def _look(self, pixels: Pixels) -> None:
        last = self._followed.face if self._followed else None
        face = follow_face(pixels, last) if last is not None else None
        if face is None:
            face = next(iter(find_faces(pixels).faces), None)
        if face is None:
            self._followed = None
        elif last is None or _distance(face, last) > _STILL:
            self._followed = _Followed(pixels, face)


class _Followed:
    """A face as it was when the detector saw it, and where it has gone since."""

    def __init__(self, pixels: Pixels, face: Face) -> None:
        self._first = face
        self._reference = _patch_of(pixels, face)
        self._offset = np.zeros(2)
        self.face = face

    def follow(self, pixels: Pixels) -> float:
        """Move the box to where the face is now; how far that is from the frame before, in widths of the face."""
        shift, _ = cv2.phaseCorrelate(self._reference, _patch_of(pixels, self._first))
        offset = np.asarray(shift) / _PATCH_PX
        moved = float(np.hypot(*(offset - self._offset)))
        self._offset = offset
        right, down = offset * (self._first.width_permille, self._first.height_permille)
        left, top = round(self._first.left_permille + right), round(self._first.top_permille + down)
        self.face = structs.replace(self._first, left_permille=left, top_permille=top)
        return moved


_STILL = 0.05
"""A face found within this share of its width from where it was has not moved: its box would only tremble."""
_WINDOW = cv2.createHanningWindow((_PATCH_PX, _PATCH_PX), cv2.CV_32F)


def _patch_of(pixels: Pixels, face: Face) -> NDArray[np.float32]:
    height_px, width_px = pixels.shape[:2]
    left, top = face.left_permille * width_px // 1000, face.top_permille * height_px // 1000
    wide, high = face.width_permille * width_px // 1000, face.height_permille * height_px // 1000
    cut = pixels[top : top + max(high, 1), left : left + max(wide, 1), 1]
    patch = np.asarray(cv2.resize(cut, (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray((patch - patch.mean()) * _WINDOW, np.float32)


def _distance(one: Face, other: Face) -> float:
    right = one.left_permille + one.width_permille / 2 - other.left_permille - other.width_permille / 2
    down = one.top_permille + one.height_permille / 2 - other.top_permille - other.height_permille / 2
    return float(np.hypot(right, down)) / max(other.width_permille, 1)
