"""Follows one face through the frames of a camera and takes its pulse's samples."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
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
        self._face: Face | None = None
        self._looked_at_s = -LOOK_EVERY_S
        self._patch: NDArray[np.float32] | None = None

    def watch(self, frames: Iterable[tuple[float, Pixels]]) -> Iterator[Sample]:
        """A sample for each frame that shows a face."""
        for time_s, pixels in frames:
            sample = self.take(time_s, pixels)
            if sample is not None:
                yield sample

    def take(self, time_s: float, pixels: Pixels) -> Sample | None:
        """The frame's sample; None where no face is seen."""
        if time_s - self._looked_at_s >= LOOK_EVERY_S:
            self._look(pixels)
            self._looked_at_s = time_s
        if self._face is None:
            return None
        return take_sample(pixels, self._face, time_s, self._follow(pixels, self._face))

    def _look(self, pixels: Pixels) -> None:
        face = follow_face(pixels, self._face) if self._face is not None else None
        if face is None:
            face = next(iter(find_faces(pixels).faces), None)
        if face is None or self._face is None or _distance(face, self._face) > _STILL:
            self._face, self._patch = face, None

    def _follow(self, pixels: Pixels, face: Face) -> float:
        """How far the face has moved since the last frame, in widths of itself; its box moves with it."""
        patch = _patch_of(pixels, face)
        last, self._patch = self._patch, patch
        if last is None:
            return 0.0
        (right, down), _ = cv2.phaseCorrelate(last, patch, _WINDOW)
        return float(np.hypot(right, down)) / _PATCH_PX


_STILL = 0.05
"""A face found within this share of its width from where it was has not moved: its box would only tremble."""
_WINDOW = cv2.createHanningWindow((_PATCH_PX, _PATCH_PX), cv2.CV_32F)


def _patch_of(pixels: Pixels, face: Face) -> NDArray[np.float32]:
    height_px, width_px = pixels.shape[:2]
    left, top = face.left_permille * width_px // 1000, face.top_permille * height_px // 1000
    wide, high = face.width_permille * width_px // 1000, face.height_permille * height_px // 1000
    cut = pixels[top : top + max(high, 1), left : left + max(wide, 1), 1]
    return np.asarray(cv2.resize(cut, (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA), np.float32)


def _distance(one: Face, other: Face) -> float:
    right = one.left_permille + one.width_permille / 2 - other.left_permille - other.width_permille / 2
    down = one.top_permille + one.height_permille / 2 - other.top_permille - other.height_permille / 2
    return float(np.hypot(right, down)) / max(other.width_permille, 1)
