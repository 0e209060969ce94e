"""Follows a face and the chest below it through the frames of a camera, up and down: the samples of breathing."""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.breathing import GAP_S, LASTS_S, RATE_HZ, BreathingReading, BreathSample, read_breathing
from imaging.colour import Pixels
from imaging.results import Face

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

_PATCH_PX = 64
_WINDOW = cv2.createHanningWindow((_PATCH_PX, _PATCH_PX), cv2.CV_32F)
_WIDER, _BELOW, _HIGH, _HIGH_LEAST = 0.35, 0.12, 0.6, 0.2
"""The chest, in sizes of the face: how much wider on each side, how far below the chin, how high, and at least."""
_ALIKE_LEAST = 0.05
"""Phase correlation's own measure: cloth without a fold or a pattern is nothing that can be followed."""


class ChestWatch:
    """A tenth of a second is often enough for breathing, and costs a part of what the pulse costs."""

    def __init__(self) -> None:
        self._samples: deque[BreathSample] = deque()
        self._first: _First | None = None

    def take(self, time_s: float, pixels: Pixels, face: Face | None) -> None:
        """One frame with the face that is seen in it; a face that comes back after it was gone begins a new film."""
        last_s = self._samples[-1].time_s if self._samples else -GAP_S
        if face is None or time_s - last_s < 0.9 / RATE_HZ:
            return
        if self._first is None or time_s - last_s > GAP_S:
            self._first = _First(pixels, face)
            self._samples.clear()
        self._samples.append(self._first.look(time_s, pixels))
        while time_s - self._samples[0].time_s > LASTS_S:
            self._samples.popleft()

    def read(self) -> BreathingReading:
        """The reading over what was seen in the last 30 s."""
        return read_breathing(self._samples)


class _First:
    """Face and chest as they were in the film's first frame."""

    def __init__(self, pixels: Pixels, face: Face) -> None:
        height_px, width_px = pixels.shape[:2]
        left, top = face.left_permille * width_px // 1000, face.top_permille * height_px // 1000
        wide, high = max(face.width_permille * width_px // 1000, 1), max(face.height_permille * height_px // 1000, 1)
        self._high_px = high
        self._face: Box = (max(left, 0), max(top, 0), min(left + wide, width_px), min(top + high, height_px))
        chest_top = top + high + round(_BELOW * high)
        aside, bottom = round(_WIDER * wide), min(chest_top + round(_HIGH * high), height_px)
        self._chest: Box = (max(left - aside, 0), chest_top, min(left + wide + aside, width_px), bottom)
        self._has_chest = bottom - chest_top >= _HIGH_LEAST * high
        self._face_first = _patch_of(pixels, self._face)
        self._chest_first = _patch_of(pixels, self._chest) if self._has_chest else None

    def look(self, time_s: float, pixels: Pixels) -> BreathSample:
        face = self._down(self._face_first, pixels, self._face)
        chest = None if self._chest_first is None else self._down(self._chest_first, pixels, self._chest)
        return BreathSample(time_s, 0.0, None) if face is None else BreathSample(time_s, face, chest)

    def _down(self, first: NDArray[np.float32], pixels: Pixels, box: Box) -> float | None:
        """In heights of the face; None where the patch is not like the first one."""
        (_, down), alike = cv2.phaseCorrelate(first, _patch_of(pixels, box))
        return down / _PATCH_PX * (box[3] - box[1]) / self._high_px if alike >= _ALIKE_LEAST else None


def _patch_of(pixels: Pixels, box: Box) -> NDArray[np.float32]:
    left, top, right, bottom = box
    cut = pixels[top : max(bottom, top + 1), left : max(right, left + 1), 1]
    patch = np.asarray(cv2.resize(cut, (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray((patch - patch.mean()) * _WINDOW, np.float32)
