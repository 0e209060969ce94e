"""Pairs of photographs of one site, before and after a known growth, seen differently; and pairs that are not."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from imaging.colour import Pixels
from imaging.drawn_canvas import Canvas, Lab, Plane
from imaging.drawn_lesions import draw_mole
from imaging.drawn_skin import TONE_COLOURS, SkinTone, draw_skin
from imaging.outline import Homography

WIDTH_PX, HEIGHT_PX = 1600, 1200
WIDTH_MM = 44.0
REAL = ("ISIC_0000001.jpg", "ISIC_0000003.jpg")
"""Those of the four that have skin on all sides of the lesion for it to grow over."""


class Pair(NamedTuple):
    """Two photographs and the true ratio of the lesion's areas; None where they are not of one site."""

    name: str
    earlier: Pixels
    later: Pixels
    ratio: float | None


class Look(NamedTuple):
    """How a visit was photographed: where from, in what light, how sharp."""

    matrix: Homography
    gains: tuple[float, float, float]
    gamma: float
    fall: tuple[float, float]
    blur_px: float
    noise: float
    quality: int


def drawn_pairs(count: int, seed: int = 0) -> Iterator[Pair]:
    """Drawn moles in six tones, round to ragged, grown to between 0.8 and 2.2 times their area."""
    tones = tuple(SkinTone)
    for number in range(count):
        random = np.random.default_rng([seed, number])
        tone, irregularity = tones[number % len(tones)], float(random.uniform(0.05, 0.3))
        radius_mm = float(random.uniform(2.2, 4.6))
        wanted = float(random.choice([0.8, 1.0, 1.1, 1.25, 1.6, 2.2]))
        grown_mm = radius_mm * wanted**0.5
        skin = 1000 * seed + number
        earlier, before = _draw(skin, tone, radius_mm, irregularity)
        later, after = _draw(skin, tone, grown_mm, irregularity)
        yield Pair(
            f"drawn {number} {tone.value} x{wanted}",
            photograph(earlier, a_look(random, mildness=0.4), random),
            photograph(later, a_look(random), random),
            after / before,
        )


def real_pairs(folder: Path, count: int, seed: int = 0) -> Iterator[Pair]:
    """Real dermoscopic photographs, the second with its lesion magnified over the skin that stays where it is."""
    for number in range(count):
        random = np.random.default_rng([seed, 7, number])
        name = REAL[number % len(REAL)]
        pixels = np.asarray(cv2.imread(str(folder / name)), np.uint8)
        centre, radius_px = _LESIONS[name]
        stretch = float(random.choice([1.0, 1.05, 1.1, 1.2])) if name == REAL[0] else float(random.choice([1.0, 0.93]))
        grown = magnify(pixels, centre, radius_px, stretch)
        yield Pair(
            f"{name} {number} x{stretch**2:.2f}",
            photograph(pixels, a_look(random, mildness=0.2, reach=0.5), random),
            photograph(grown, a_look(random, mildness=0.8, reach=0.5), random),
            stretch**2,
        )


def unrelated_pairs(folder: Path, count: int, seed: int = 0) -> Iterator[Pair]:
    """Two people's skin, drawn or real, each with a lesion in the middle."""
    names = sorted(path.name for path in folder.glob("ISIC_*.jpg"))
    real = [(a, b) for a in names for b in names if a < b]
    for number in range(count):
        random = np.random.default_rng([seed, 8, number])
        if number % 3 == 0 and number // 3 < len(real):
            one, other = (np.asarray(cv2.imread(str(folder / name)), np.uint8) for name in real[number // 3])
            names_of = " and ".join(real[number // 3])
        else:
            tone = tuple(SkinTone)[number % 6]
            one, _ = _draw(90_000 + 2 * number, tone, 3.2, 0.1)
            other, _ = _draw(90_001 + 2 * number, tone, 3.2, 0.1)
            names_of = f"drawn {tone.value}"
        yield Pair(
            f"unrelated {number} {names_of}",
            photograph(one, a_look(random, mildness=0.2, reach=0.5), random),
            photograph(other, a_look(random, mildness=0.2, reach=0.5), random),
            None,
        )


# Middle and reach in pixels of the lesion and its soft border, judged by eye.
_LESIONS = {"ISIC_0000001.jpg": ((505.0, 362.0), 165.0), "ISIC_0000003.jpg": ((550.0, 375.0), 345.0)}


def a_look(random: np.random.Generator, mildness: float = 1.0, reach: float = 1.0) -> Look:
    """A way to photograph the site; `mildness` (0 to 1) scales what differs, `reach` the shift and turn of it."""
    angle = np.radians(random.uniform(-25, 25) * mildness)
    zoom = 1.0 + random.uniform(-0.15, 0.2) * mildness
    shift = random.uniform(-0.06, 0.06, 2) * mildness * reach
    tilt = random.uniform(-0.16, 0.16, 2) * mildness
    turn = np.array([[np.cos(angle), -np.sin(angle), shift[0]], [np.sin(angle), np.cos(angle), shift[1]], [0, 0, 1]])
    matrix = turn @ np.diag([zoom, zoom, 1.0])
    matrix[2, :2] = tilt
    gain = random.uniform(0.75, 1.1)
    cast = 1 + random.uniform(-0.12, 0.12, 3) * mildness
    fall = random.uniform(-0.2, 0.2, 2) * mildness
    return Look(
        matrix=matrix,
        gains=(float(gain * cast[0]), float(gain * cast[1]), float(gain * cast[2])),
        gamma=float(1 + random.uniform(-0.15, 0.15) * mildness),
        fall=(float(fall[0]), float(fall[1])),
        blur_px=float(random.uniform(0.3, 2.4) * max(mildness, 0.3)),
        noise=float(random.uniform(0.5, 3.0)),
        quality=int(random.integers(75, 95)),
    )


def photograph(pixels: Pixels, look: Look, random: np.random.Generator) -> Pixels:
    """`pixels` as a camera saw them: pose, light, blur, noise and JPEG, in this order."""
    height_px, width_px = pixels.shape[:2]
    half = np.array([[2 / width_px, 0, -1], [0, 2 / width_px, -height_px / width_px], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ look.matrix @ half
    seen = cv2.warpPerspective(
        pixels, matrix, (width_px, height_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    light = (seen.astype(np.float64) / 255) ** 2.2
    y, x = (np.linspace(-1, 1, size) for size in (height_px, width_px))
    fall = (1 + look.fall[0] * x[None] + look.fall[1] * y[:, None])[:, :, None]
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), look.blur_px), np.float64) * fall * np.array(look.gains)
    codes = 255 * light.clip(0, 1) ** (look.gamma / 2.2) + random.normal(0, look.noise, light.shape)
    stored = cv2.imencode(".jpg", codes.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, look.quality])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)


def magnify(pixels: Pixels, centre: tuple[float, float], radius_px: float, stretch: float) -> Pixels:
    """Everything within `radius_px` of `centre` enlarged by `stretch`, the ring around it squeezed to make room.

    Skin beyond 1.6 times the (grown) radius stays where it is.
    """
    rows, columns = np.indices(pixels.shape[:2])
    y, x = rows.astype(np.float64), columns.astype(np.float64)
    across, down = x - centre[0], y - centre[1]
    away = np.maximum(np.hypot(across, down), 1e-6)
    inner, outer = radius_px * stretch, 1.6 * radius_px * max(stretch, 1.0)
    squeezed = radius_px + (away - inner) * (outer - radius_px) / (outer - inner)
    source = np.choose((away >= inner) * 1 + (away >= outer), [away / stretch, squeezed, away])
    map_x, map_y = ((at + by * source / away).astype(np.float32) for at, by in zip(centre, (across, down), strict=True))
    return np.asarray(cv2.remap(pixels, map_x, map_y, cv2.INTER_CUBIC), np.uint8)


def _draw(seed: int, tone: SkinTone, radius_mm: float, irregularity: float) -> tuple[Pixels, float]:
    """The skin with its mole, and the mole's true area in square pixels: where it covers half."""
    canvas = Canvas(WIDTH_PX, HEIGHT_PX, WIDTH_MM, seed)
    lightness = TONE_COLOURS[tone][0]
    drawn = draw_mole(canvas, draw_skin(canvas, tone), lightness, radius_mm, irregularity)
    return canvas.develop(drawn), _covered(canvas, lightness, radius_mm, irregularity)


def _covered(canvas: Canvas, lightness: float, radius_mm: float, irregularity: float) -> float:
    """Drawn over two plain grounds, what differs between the results shows how much the mole covers."""

    def over(level: float) -> Plane:
        ground: Lab = np.full((3, canvas.height_px, canvas.width_px), level, np.float32)
        return draw_mole(canvas, ground, lightness, radius_mm, irregularity)[0]

    cover = 1 - (over(100.0) - over(0.0)) / 100
    return float((cover > 0.93 / 2).sum())
