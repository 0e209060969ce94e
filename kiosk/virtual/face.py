"""A face that is drawn, with a pulse and breaths that are made up: for `./dev kiosk` on a machine without a camera."""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels

BEATS_PER_MINUTE = 72.0
BREATHS_PER_MINUTE = 15.0
STRENGTH = 0.012
"""Peak to peak, of the green light: that of light skin in good light (imaging/pulse.py has its sources)."""
_WIDTH_PX, _HEIGHT_PX = 640, 480
_MIDDLE = (320, 235)
_HEAD = np.s_[95:375, 212:428]
"""Rows and columns in which there is skin that beats."""
_CHEST_PX, _BREATH_PX = 385, 3.0
"""From which row on the picture goes up and down with the breath, and how far either way."""
_SKIN, _SHADE, _HAIR, _WHITE = (105, 140, 190), (80, 105, 142), (35, 40, 55), (235, 235, 235)
_BLOOD = np.array([0.53, 0.77, 0.33], np.float32) / np.float32(0.77)
"""How far blood moves blue, green and red (de Haan and van Leest, Physiol. Meas. 35, 2014)."""

Colour = tuple[int, int, int]
Place = tuple[int, int]


class DrawnFace:
    """One beat over and over, and breaths; the skin has a sensor's grain, so that less than a step of light shows."""

    def __init__(self, rate_hz: float) -> None:
        count, random = round(rate_hz * 60 / BEATS_PER_MINUTE), np.random.default_rng(7)
        self._face = draw_face()
        skin = self._face[_HEAD]
        self._skins = [_exposed(skin, _wave(number / count), random) for number in range(count)]
        self._next = 0
        self._frames_a_breath = rate_hz * 60 / BREATHS_PER_MINUTE
        self._frames = 0

    def read(self) -> Pixels:
        self._next = (self._next + 1) % len(self._skins)
        frame = self._face.copy()
        frame[_HEAD] = self._skins[self._next]
        self._frames += 1
        frame[_CHEST_PX:] = _breathed(self._face[_CHEST_PX:], self._frames / self._frames_a_breath)
        return frame

    def close(self) -> None:
        pass


def _breathed(chest: Pixels, breaths: float) -> Pixels:
    down = np.array([[1, 0, 0], [0, 1, _BREATH_PX * np.sin(2 * np.pi * breaths)]], np.float32)
    size = (chest.shape[1], chest.shape[0])
    return np.asarray(cv2.warpAffine(chest, down, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def draw_face() -> Pixels:
    """Plain, and enough of a face for a detector that learned from photographs."""
    picture = np.full((_HEIGHT_PX, _WIDTH_PX, 3), (150, 150, 145), np.uint8)
    across, down = _MIDDLE
    _oval(picture, (across, down + 190), (210, 120), (120, 70, 40))
    cv2.rectangle(picture, (across - 45, down + 80), (across + 45, down + 170), _SHADE, -1)
    _oval(picture, (across, down - 45), (112, 120), _HAIR, (180, 360))
    _oval(picture, _MIDDLE, (98, 130), _SKIN)
    _oval(picture, (across, down - 70), (98, 60), _HAIR, (180, 360))
    for side in (-40, 40):
        _oval(picture, (across + side, down - 20), (20, 10), _WHITE)
        cv2.circle(picture, (across + side, down - 20), 9, (40, 50, 70), -1)
        cv2.ellipse(picture, (across + side, down - 42), (26, 8), 0, 180, 360, _HAIR, 6)
    cv2.line(picture, (across - 2, down - 15), (across - 12, down + 28), _SHADE, 5)
    cv2.ellipse(picture, (across, down + 30), (18, 9), 0, 0, 180, _SHADE, 5)
    _oval(picture, (across, down + 65), (34, 13), (80, 85, 160))
    cv2.line(picture, (across - 32, down + 65), (across + 32, down + 65), (50, 50, 100), 3)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.5), np.uint8)


def _oval(
    picture: Pixels, middle: tuple[int, int], axes: tuple[int, int], colour: Colour, arc: tuple[int, int] = (0, 360)
) -> None:
    cv2.ellipse(picture, middle, axes, 0, arc[0], arc[1], colour, -1)


def _skin(face: Pixels) -> NDArray[np.float32]:
    """Where blood shows: near the skin's own colour."""
    apart = np.abs(face.astype(np.float32) - np.array(_SKIN, np.float32)).max(axis=2)
    return np.asarray(np.clip(1 - apart / 40, 0, 1), np.float32)


def _wave(phase: float) -> float:
    """From 0 to about 1: a fast rise, a slow fall and a second, smaller wave."""
    return float(np.exp(-((phase - 0.22) ** 2) / 0.016) + 0.38 * np.exp(-((phase - 0.52) ** 2) / 0.02))


def _exposed(face: Pixels, wave: float, random: np.random.Generator) -> Pixels:
    """In code and not in light: about there a small share of one is the same share, less 2.2 times, of the other."""
    skin = _skin(face)[:, :, None]
    swallowed = np.float32(STRENGTH * wave / 2.2) * skin * _BLOOD
    # Only skin has grain: that of a wall, over and over at the heart's rate, is what lamps that flicker look like.
    grain = random.standard_normal(face.shape, dtype=np.float32) * skin
    return np.clip(face.astype(np.float32) * (1 - swallowed) + grain + np.float32(0.5), 0, 255).astype(np.uint8)
