"""Draws things on skin: a mole, a rash, a wound. Shapes for a demo, not pictures of any disease."""

import numpy as np

from imaging.drawn_canvas import Canvas, Lab, Plane, blend, lab, smooth_step


def draw_mole(canvas: Canvas, colour: Lab, lightness: float, radius_mm: float, irregularity: float) -> Lab:
    """A pigmented spot on skin of L* `lightness`.

    More `irregularity` (0 to 0.4) gives a more ragged border and more than one brown.
    """
    reach = _blob(canvas, radius_mm, irregularity)
    network = np.abs(canvas.noise(0.42, 31)) + 0.5 * np.abs(canvas.noise(0.8, 32))
    shades = 5 * (network - 0.8) + 3 * canvas.noise(2.2, 33) - 6 * (1 - smooth_step(reach, 0.0, 0.9))
    brown = lab(lightness * (0.64 - 0.1 * irregularity) * 0.82, 13, 15) + np.stack([shades, 0 * shades, 0 * shades])
    patches = smooth_step(canvas.noise(2.8, 34), 0.1, 0.9) * min(1.0, irregularity * 3)
    spotted = blend(brown, lab(lightness * 0.3, 5, 4), patches)
    body = 1 - smooth_step(reach, 0.86 - irregularity / 3, 1.06)
    return blend(colour, spotted, 0.93 * body)


def draw_rash(canvas: Canvas, colour: Lab, lightness: float) -> Lab:
    """Reddened, slightly raised patches with some flakes; on darker skin redness shows as a darker violet-brown."""
    spots = 0.7 * canvas.noise(11, 41) + 0.55 * canvas.noise(4.5, 42) + 0.3 * canvas.noise(1.5, 43)
    falloff = np.hypot(canvas.x_mm / 26, canvas.y_mm / 20)
    height = spots - 1.1 * falloff + 0.55
    patches = smooth_step(height, -0.1, 0.75)
    fairness = min(1.0, max(0.25, (lightness - 25) / 45))
    shift = lab(-0.13 * lightness, 6 + 9 * fairness, 1 - 4 * (1 - fairness))
    reddened = colour + shift * (patches * (0.8 + 0.2 * canvas.noise(2.2, 44)))
    # light falls from above: the upper slope of a raised patch is brighter, the lower darker
    slope = np.gradient(patches, axis=0) * canvas.px_per_mm
    reddened[0] += np.clip(5 * slope, -1.8, 1.8)
    flakes = smooth_step(canvas.noise(0.7, 45) + 0.5 * canvas.noise(3.5, 46), 1.5, 2.1)
    return blend(reddened, lab(min(92.0, lightness + 20), 6, 9), 0.45 * flakes * patches)


def draw_wound(canvas: Canvas, colour: Lab, lightness: float) -> Lab:
    """An open shallow wound: a reddened surround, a raised rim, a moist bed of red with yellow islands."""
    reach = _blob(canvas, 8.5, 0.2)
    surround = 1 - smooth_step(reach, 0.95, 1.75)
    colour = colour + lab(-0.12 * lightness, 5 + lightness / 8, -1) * surround
    rim = np.exp(-(((reach - 1.02) / 0.075) ** 2))
    colour = blend(colour, lab(lightness * 0.97 + 3, 17, 14), 0.6 * rim)
    colour = blend(colour, _wound_bed(canvas, reach), 1 - smooth_step(reach, 0.93, 1.0))
    glints = smooth_step(canvas.noise(0.8, 56), 1.55, 2.1) * (reach < 0.93)
    return blend(colour, lab(95, 2, 3), 0.65 * glints)


def _wound_bed(canvas: Canvas, reach: Plane) -> Lab:
    grain = 3.6 * canvas.noise(1.4, 51) + 2.2 * canvas.noise(0.55, 52)
    edge = np.exp(-(((reach - 0.9) / 0.09) ** 2))
    red = np.stack([36 + grain - 9 * edge, 36 + 4 * canvas.noise(3, 53), np.full_like(grain, 22)])
    islands = smooth_step(canvas.noise(4.2, 54) + 0.4 * canvas.noise(1.3, 55), 0.35, 0.95)
    return blend(red, lab(66, 7, 31), 0.8 * islands)


def _blob(canvas: Canvas, radius_mm: float, irregularity: float) -> Plane:
    """Distance from the middle in radii: 1 on the border of a shape that is round but for `irregularity`."""
    x = canvas.x_mm + 1.6 * irregularity * canvas.noise(radius_mm * 0.8, 61)
    y = canvas.y_mm + 1.6 * irregularity * canvas.noise(radius_mm * 0.8, 62)
    angle = np.arctan2(y, x)
    border = np.ones_like(angle)
    for waves, phase in zip((2, 3, 5), canvas.random(63).uniform(0, 6.28, 3), strict=True):
        border += irregularity / waves * np.cos(waves * angle + float(phase))
    return np.hypot(x, 1.12 * y) / (radius_mm * border)
