"""Draws plain skin in six tones, and a limb of it on a drape."""

from enum import StrEnum
from math import atan2, degrees

import cv2
import numpy as np

from imaging.drawn_canvas import Canvas, Lab, Plane, blend, lab, smooth_step


class SkinTone(StrEnum):
    """The six groups by individual typology angle (Chardon et al. 1991; Del Bino and Bernerd 2013)."""

    VERY_LIGHT = "very_light"
    LIGHT = "light"
    INTERMEDIATE = "intermediate"
    TAN = "tan"
    BROWN = "brown"
    DARK = "dark"


# L*, a*, b*. Each lies inside its group: above 55, 41 to 55, 28 to 41, 10 to 28, -30 to 10, below -30 degrees.
TONE_COLOURS: dict[SkinTone, tuple[float, float, float]] = {
    SkinTone.VERY_LIGHT: (75.0, 10.5, 14.0),
    SkinTone.LIGHT: (69.0, 12.0, 17.5),
    SkinTone.INTERMEDIATE: (63.0, 13.0, 19.0),
    SkinTone.TAN: (56.5, 14.0, 20.5),
    SkinTone.BROWN: (46.0, 14.0, 19.0),
    SkinTone.DARK: (34.0, 11.0, 13.5),
}
_DRAPE = (52.0, -14.0, -16.0)
_HAIR = (20.0, 4.0, 6.0)
_HAIRS, _HAIR_STEPS = 420, 12
_FINE_POSITION_BITS = 4


def typology_angle(lightness: float, b: float) -> float:
    """ITA in degrees: arctan((L* - 50) / b*)."""
    return degrees(atan2(lightness - 50, b))


def draw_skin(canvas: Canvas, tone: SkinTone) -> Lab:
    """Skin that fills the sheet: mottling, furrows, pores, hairs, and light from one side."""
    lightness, a, b = TONE_COLOURS[tone]
    light = 0.035 * (canvas.x_mm * 0.6 - canvas.y_mm) * min(1.0, canvas.px_per_mm / 30)
    mottle = 0.66 * canvas.noise(14, 11) + 0.44 * canvas.noise(5, 12)
    redness = 0.9 * canvas.noise(9, 13) + 0.65 * canvas.noise(2.6, 14)
    colour = np.stack(
        [
            lightness + light + mottle + _relief(canvas) * lightness / 70,
            a + redness,
            b + 0.7 * canvas.noise(7, 15),
        ]
    )
    return _draw_hairs(canvas, colour)


def draw_limb(canvas: Canvas, colour: Lab) -> Lab:
    """Keeps the skin inside a limb, shaded as a cylinder, and lays a drape around it."""
    along = canvas.x_mm * 0.97 + canvas.y_mm * 0.24
    across = canvas.y_mm * 0.97 - canvas.x_mm * 0.24
    half_width = 42 + 0.045 * along + 1.2 * canvas.noise(60, 21)
    reach = across / half_width
    roundness = np.sqrt(np.maximum(1 - reach * reach, 0))
    shaded = colour.copy()
    shaded[0] *= (0.62 + 0.38 * roundness) * (1 - 0.06 * reach)
    shaded[1] += 1.5 * (1 - roundness)
    edge_mm = 1.2 / canvas.px_per_mm
    return blend(
        shaded, _drape(canvas, across - half_width), smooth_step(np.abs(across) - half_width, -edge_mm, edge_mm)
    )


def _drape(canvas: Canvas, below_limb_mm: Plane) -> Lab:
    folds = 2.4 * canvas.noise(38, 22) + 1.3 * canvas.noise(11, 23)
    weave = 0.8 * np.sin(canvas.x_mm * 4.2) * np.sin(canvas.y_mm * 4.2) if canvas.px_per_mm > 4 else 0.0
    shadow = 0.72 + 0.28 * np.where(below_limb_mm > -40, smooth_step(below_limb_mm, -2, 26), 1)
    lightness = (_DRAPE[0] + folds + weave) * shadow
    return np.stack([lightness, np.full_like(lightness, _DRAPE[1]), np.full_like(lightness, _DRAPE[2])])


def _relief(canvas: Canvas) -> Plane:
    """Lightness of furrows, where either of two slow waves crosses zero, of pores and of grain between."""
    nearest = np.minimum(np.abs(canvas.noise(0.9, 16)), np.abs(canvas.noise(1.1, 17)))
    furrows = np.exp(-((nearest / 0.16) ** 2))
    pores = smooth_step(canvas.noise(0.55, 18), 1.5, 2.2)
    return 0.9 * canvas.noise(0.35, 19) - 2.4 * furrows - 3.0 * pores


def _draw_hairs(canvas: Canvas, colour: Lab) -> Lab:
    random = canvas.random(20)
    starts_mm = random.uniform(-95, 95, (_HAIRS, 1, 2))
    angles = 0.7 + random.uniform(-0.5, 0.5, (_HAIRS, 1)) * np.linspace(0, 1, _HAIR_STEPS)
    lengths_mm = random.uniform(5, 11, (_HAIRS, 1, 1))
    steps_mm = np.stack([np.cos(angles), np.sin(angles)], axis=2) * lengths_mm / _HAIR_STEPS
    paths_px = (starts_mm + np.cumsum(steps_mm, axis=1)) * canvas.px_per_mm
    paths_px += np.array([canvas.width_px / 2, canvas.height_px / 2])
    fine = (paths_px * 2**_FINE_POSITION_BITS).astype(np.int32)
    shade = np.zeros((canvas.height_px, canvas.width_px), np.uint8)
    thickness = max(1, round(0.07 * canvas.px_per_mm))
    cv2.polylines(shade, list(fine), False, 255, thickness, cv2.LINE_AA, _FINE_POSITION_BITS)
    darkness = 0.32 * min(1.0, canvas.px_per_mm / 12) / 255
    return blend(colour, lab(*_HAIR), shade.astype(np.float32) * darkness)
