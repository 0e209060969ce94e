"""Seeds a flaw at a graded strength onto a clean photograph, as light, lens, sensor and file would make it.

Optical flaws work in linear light before the sensor's noise; compression comes last. The strengths are those of
`flaw_strengths.json`. The same seed gives the same pixels.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels

STRENGTHS: dict[str, list[float]] = {
    name: each["values"]
    for name, each in json.loads(Path(__file__).with_name("flaw_strengths.json").read_text())["strengths"].items()
}
"""Low, middle, high, of each flaw."""
FRAME_PX = (800, 600)
CAMERA_QUALITY = 92

Light = NDArray[np.float32]
"""Linear light, blue green red, 0 to 1 (more where it clips)."""


class Source(NamedTuple):
    """A photograph larger than the frame, the lesion's place and radius in it, and whether the lesion is what it shows.

    In a far view the limb is, and on a sheet hardly larger than the frame nothing can be cut off.
    """

    pixels: Pixels
    centre_px: tuple[float, float]
    radius_px: float
    shows_lesion: bool = True


def take_clean(source: Source, random: np.random.Generator) -> Pixels:
    """A frame of 800 by 600 with the lesion near the middle, well lit, as a phone would keep it."""
    return _keep(_sense(_light(_frame(source, random), random), random))


def take_flawed(source: Source, flaw: str, strength: float, random: np.random.Generator) -> Pixels:
    """The same with one flaw; its size differs from the frame's where pixels are what is missing."""
    if flaw == "subject_cut_off":
        return _keep(_sense(_light(_frame(source, random, cut_off=strength / 100), random), random))
    light = _light(_frame(source, random), random)
    if flaw == "noise":
        return _keep(_sense(light, random, deviation=strength))
    if flaw == "strong_compression":
        return _keep(_keep(_sense(light, random), round(strength)))
    return _keep(_sense(_OPTICAL[flaw](light, strength, random), random))


def _frame(source: Source, random: np.random.Generator, cut_off: float = 0) -> Pixels:
    width_px, height_px = FRAME_PX
    x, y = source.centre_px
    if cut_off:
        x, y = _beyond(x, y, source.radius_px, cut_off, random)
    else:
        x, y = x + random.uniform(-50, 50), y + random.uniform(-40, 40)
    left = round(min(max(x - width_px / 2, 0), source.pixels.shape[1] - width_px))
    top = round(min(max(y - height_px / 2, 0), source.pixels.shape[0] - height_px))
    frame = source.pixels[top : top + height_px, left : left + width_px]
    return np.ascontiguousarray(frame[:, ::-1] if random.random() < 0.5 else frame)


def _beyond(x: float, y: float, radius_px: float, share: float, random: np.random.Generator) -> tuple[float, float]:
    """Where the frame's middle must be for that share of a round lesion to lie beyond its edge."""
    side = random.choice((-1, 1))
    if share > 0.5:
        return x + side * FRAME_PX[0] / 2, y + random.choice((-1, 1)) * FRAME_PX[1] / 2
    reach = 1 - 2 * (0.5 - share)  # of the radius, for shares near a half
    inward_px = radius_px * (1 - reach)
    if random.random() < 0.5:
        return x + side * (FRAME_PX[0] / 2 - inward_px), y + random.uniform(-60, 60)
    return x + random.uniform(-60, 60), y + side * (FRAME_PX[1] / 2 - inward_px)


def _light(pixels: Pixels, random: np.random.Generator) -> Light:
    """Linear light, a quarter of a stop and four per cent of white balance to either side, not clipping."""
    light = _to_linear(pixels) * np.float32(2 ** random.uniform(-0.25, 0.25))
    light *= (1 + random.uniform(-0.04, 0.04, 3)).astype(np.float32)
    return light * np.float32(min(1.0, 0.98 / max(float(np.quantile(light[::4, ::4], 0.998)), 1e-6)))


def _sense(light: Light, random: np.random.Generator, deviation: float = 1.0) -> Pixels:
    """Shot and read noise that together deviate by `deviation` 8-bit values at middle grey, then sRGB."""
    grey = 0.2
    slope = 1 / 2.2 * grey ** (1 / 2.2 - 1) * 255  # 8-bit values for one of linear light
    variance = np.float32((deviation / slope) ** 2)
    spread = np.sqrt(variance * (np.float32(2 / 3 / grey) * np.maximum(light, 0) + np.float32(1 / 3)))
    return _to_srgb(light + spread * random.standard_normal(light.shape, np.float32))


def _keep(pixels: Pixels, quality: int = CAMERA_QUALITY) -> Pixels:
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _defocus(light: Light, strength: float, _random: np.random.Generator) -> Light:
    radius_px = strength / 1000 * max(light.shape[:2])
    reach = int(radius_px) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius_px + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return _filter(light, disc)


def _motion(light: Light, strength: float, random: np.random.Generator) -> Light:
    length_px = strength / 1000 * max(light.shape[:2])
    angle = random.uniform(0, np.pi)
    reach = int(length_px / 2) + 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along = np.abs(x * np.cos(angle) + y * np.sin(angle))
    across = np.abs(y * np.cos(angle) - x * np.sin(angle))
    smear = np.clip(length_px / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)
    return _filter(light, smear.astype(np.float32))


def _filter(light: Light, kernel: NDArray[np.float32]) -> Light:
    return np.asarray(cv2.filter2D(light, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), np.float32)


def _underexpose(light: Light, strength: float, _random: np.random.Generator) -> Light:
    luminance = light @ np.array([0.0722, 0.7152, 0.2126], np.float32)
    return light * np.float32(strength / 1000 / np.quantile(luminance, 0.9))


def _overexpose(light: Light, strength: float, _random: np.random.Generator) -> Light:
    return light * np.float32(2 ** (strength / 100) / np.quantile(light.max(axis=2), 0.99))


def _glare(light: Light, strength: float, random: np.random.Generator) -> Light:
    height_px, width_px = light.shape[:2]
    blobs = int(random.integers(2, 6))
    radius_px = np.sqrt(strength / 1000 * height_px * width_px / blobs / np.pi)
    y, x = (each.astype(np.float32) for each in np.mgrid[0:height_px, 0:width_px])
    glow = np.zeros((height_px, width_px), np.float32)
    for _ in range(blobs):
        at_x, at_y = random.uniform(0.25, 0.75) * width_px, random.uniform(0.25, 0.75) * height_px
        stretch, turn = random.uniform(1, 1.8), random.uniform(0, np.pi)
        along = ((x - at_x) * np.cos(turn) + (y - at_y) * np.sin(turn)) / stretch
        across = ((y - at_y) * np.cos(turn) - (x - at_x) * np.sin(turn)) * stretch
        # the mirror image of a lamp: above full scale up to its rim, a short glow beyond
        reach = np.hypot(along, across) / radius_px
        glow = np.maximum(glow, np.minimum(1.6 * np.exp(-((np.maximum(reach - 0.75, 0) / 0.37) ** 2)), 1.6))
    return np.asarray(light + glow[:, :, None], np.float32)


def _cast(light: Light, strength: float, random: np.random.Generator) -> Light:
    red, green, blue = random.choice(((1, 0, -1), (-1, 0, 1), (-0.5, 0.5, -0.5), (0.5, -0.5, 0.5)))
    gain = np.exp(np.array([blue, green, red], np.float32) * np.float32(strength / 100))
    tinted = light * gain
    return tinted * np.float32(light[::4, ::4].mean() / tinted[::4, ::4].mean())


def _shrink(light: Light, strength: float, random: np.random.Generator) -> Light:
    size = (round(strength / 1000 * light.shape[1]), round(strength / 1000 * light.shape[0]))
    small = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
    if random.random() < 0.5:
        return small
    around = _surroundings(light.shape[1], light.shape[0], random)
    left, top = ((have - want) // 2 for have, want in zip((light.shape[1], light.shape[0]), size, strict=True))
    around[top : top + size[1], left : left + size[0]] = small
    return around


def _absent(light: Light, strength: float, random: np.random.Generator) -> Light:
    """Nothing but a surface, with at most a corner of skin."""
    height_px, width_px = light.shape[:2]
    around = _surroundings(width_px, height_px, random)
    share = np.sqrt(strength / 100)
    high_px, wide_px = round(share * height_px), round(share * width_px)
    around[:high_px, :wide_px] = light[height_px // 2 :, width_px // 2 :][:high_px, :wide_px]
    return around


# Linear light, blue green red.
_SURFACES = (
    (0.45, 0.30, 0.12),  # blue cloth
    (0.16, 0.28, 0.10),  # green cloth
    (0.62, 0.66, 0.68),  # white wall
    (0.20, 0.21, 0.21),  # grey floor
    (0.03, 0.03, 0.03),  # black table
    (0.05, 0.16, 0.08),  # grass
    (0.40, 0.20, 0.35),  # purple cloth
)


def _surroundings(width_px: int, height_px: int, random: np.random.Generator) -> Light:
    """A surface with folds and weave; none has the hue of skin, which colour alone cannot tell from wood."""
    colour = np.array(_SURFACES[int(random.integers(len(_SURFACES)))], np.float32)
    folds = cv2.resize(random.standard_normal((6, 8), np.float32), (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    weave = random.standard_normal((height_px, width_px), np.float32)
    relief = 1 + 0.12 * folds + 0.06 * cv2.GaussianBlur(weave, (0, 0), 1) * 3
    return np.asarray(colour * relief[:, :, None], np.float32)


_OPTICAL: dict[str, Callable[[Light, float, np.random.Generator], Light]] = {
    "defocus": _defocus,
    "motion_blur": _motion,
    "underexposed": _underexpose,
    "overexposed": _overexpose,
    "glare": _glare,
    "colour_cast": _cast,
    "few_pixels": _shrink,
    "subject_absent": _absent,
}


def _to_linear(pixels: Pixels) -> Light:
    return _LINEAR[pixels]


def _to_srgb(light: Light) -> Pixels:
    """IEC 61966-2-1 by a table of 4,096 steps of the square root, where it is nearly straight."""
    at = (np.sqrt(np.clip(light, 0, 1)) * np.float32(4095) + np.float32(0.5)).astype(np.uint16)
    return _ENCODED[at]


def _decode(values: NDArray[Any]) -> NDArray[Any]:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encode(light: NDArray[Any]) -> NDArray[Any]:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


_LINEAR = _decode(np.arange(256) / 255).astype(np.float32)
_ENCODED = np.round(_encode((np.arange(4096) / 4095) ** 2) * 255).astype(np.uint8)
