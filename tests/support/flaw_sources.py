"""Clean photographs that flaws are seeded onto: drawn skin of six tones, and the real ones of CAREFERRY_DATA."""

from pathlib import Path

import cv2
import numpy as np

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from tests.support.flaws import Source

HELD_OUT_SEED = 5000
"""Thresholds were set on drawings with seeds below; those from here on were never looked at for it."""
REAL = ("ISIC_0000000.jpg", "ISIC_0000001.jpg", "ISIC_0000002.jpg", "ISIC_0000003.jpg")
_SIZE_PX = (1600, 1280)
_WITHOUT_CAPTION_PX = 1220
_WIDTH_MM = {View.FAR: 420.0, View.MEDIUM: 190.0, View.CLOSE: 52.0}
_RADIUS_MM = {Subject.MOLE: 3.6, Subject.IRREGULAR_MOLE: 6.5, Subject.RASH: 20.0, Subject.WOUND: 8.5}
# A rash fills the close view, so its middle says nothing there.
_KINDS = (
    (Subject.IRREGULAR_MOLE, View.CLOSE),
    (Subject.RASH, View.MEDIUM),
    (Subject.WOUND, View.CLOSE),
    (Subject.MOLE, View.CLOSE),
    (Subject.WOUND, View.MEDIUM),
    (Subject.IRREGULAR_MOLE, View.MEDIUM),
    (Subject.MOLE, View.FAR),
    (Subject.RASH, View.FAR),
)


def draw_source(tone: SkinTone, number: int) -> Source:
    """One held-out drawing; the kinds of lesion and view take turns."""
    subject, view = _KINDS[number % len(_KINDS)]
    width_px, height_px = _SIZE_PX
    scene = Scene(subject, tone, view, seed=HELD_OUT_SEED + number, width_px=width_px, height_px=height_px)
    radius_px = _RADIUS_MM[subject] * width_px / _WIDTH_MM[view]
    return Source(draw(scene)[:_WITHOUT_CAPTION_PX], (width_px / 2, height_px / 2), radius_px, view is not View.FAR)


def read_source(folder: Path, name: str) -> Source:
    """A real photograph, its lesion in the middle; it is too small a sheet to cut the lesion off."""
    pixels = np.asarray(cv2.imread(str(folder / "photos" / name)), np.uint8)
    return Source(pixels, (pixels.shape[1] / 2, pixels.shape[0] / 2), 0, shows_lesion=False)
