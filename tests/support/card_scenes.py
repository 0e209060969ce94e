"""Drawn photographs of the card over the whole range that it is meant for, and what was measured in each."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.card import LAYOUTS
from imaging.colour_card import apply_estimate, correct_from_card
from imaging.colour_difference import difference_00, lab_from_linear
from imaging.drawn_skin import SkinTone
from imaging.scale import Refused, find_scale, measure_length
from tests.support.scenes import Photograph, Shot, photograph

LENGTHS = 12
LENGTH_MM = (4.0, 40.0)


class Outcome(NamedTuple):
    """`lengths` are rows of true and measured millimetres and the stated bound; ΔE00 are of living colours."""

    shot: Shot
    refused: Refused | None
    lengths: tuple[tuple[float, float, float], ...]
    de00_before: tuple[float, ...]
    de00_after: tuple[float, ...]


def draw_shot(seed: int) -> Shot:
    """One scene of the range: tilts to 45°, lights from 2,700 to 6,500 K, every skin tone."""
    random = np.random.default_rng([seed, 77])
    width_px, height_px = ((1280, 960), (1600, 1200), (1200, 1600))[random.integers(3)]
    return Shot(
        kind=tuple(LAYOUTS)[random.integers(2)],
        batch=int(random.integers(100)),
        width_px=width_px,
        height_px=height_px,
        card_share=float(random.uniform(0.32, 0.5)),
        tilt_deg=float(random.uniform(0, 45)),
        azimuth_deg=float(random.uniform(0, 360)),
        roll_deg=float(random.uniform(0, 360)),
        focal_diagonals=float(random.uniform(0.55, 0.7)),
        distortion=float(random.uniform(-0.02, 0.02)),
        off_centre=(float(random.uniform(-0.1, 0.1)), float(random.uniform(-0.1, 0.1))),
        blur_px=float(random.uniform(0.5, 2.0)),
        noise=float(random.uniform(0.002, 0.012)),
        jpeg_quality=int(random.integers(70, 95)),
        kelvin=float(random.uniform(2700, 6500)),
        adaptation=float(random.uniform(0.4, 1.0)),
        exposure=float(random.uniform(0.35, 0.75)),
        shading=(float(random.uniform(-0.15, 0.15)), float(random.uniform(-0.15, 0.15))),
        contrast=float(random.uniform(0.0, 0.25)),
        curve_mm=float(random.uniform(40, 300)),
        is_covered=bool(random.random() < 0.25),
        print_scale=(float(random.uniform(0.996, 1.004)), float(random.uniform(0.996, 1.004))),
        tone=tuple(SkinTone)[random.integers(6)],
        seed=seed,
    )


def outcomes(samples: int, first_seed: int) -> Iterator[Outcome]:
    for seed in range(first_seed, first_seed + samples):
        shot = draw_shot(seed)
        yield judge_photograph(shot, photograph(shot))


def judge_photograph(shot: Shot, taken: Photograph) -> Outcome:
    found, card = find_scale(taken.pixels)
    if card is None or isinstance(found, Refused):
        return Outcome(shot, found if isinstance(found, Refused) else None, (), (), ())
    random = np.random.default_rng([shot.seed, 78])
    lengths: list[tuple[float, float, float]] = []
    while len(lengths) < LENGTHS:
        ends_mm = _somewhere_beside(shot, found.reach_mm, random)
        ends_px = taken.camera.project(ends_mm)
        true_mm = float(np.linalg.norm(ends_mm[1, :2] - ends_mm[0, :2]))
        one, other = ((float(x), float(y)) for x, y in ends_px)
        measured = measure_length(found, one, other)
        if measured is not None:
            lengths.append((true_mm, measured.mm, measured.error_mm))
    estimate = correct_from_card(taken.pixels, card)
    if estimate is None:
        return Outcome(shot, None, tuple(lengths), (), ())
    seen = [(each.linear, _seen_linear(taken, each.middle_px)) for each in taken.swatches]
    pairs = [(truth, linear) for truth, linear in seen if linear is not None]
    truth, linear = (np.array([pair[side] for pair in pairs]).reshape(-1, 3) for side in (0, 1))
    after = np.clip(apply_estimate(estimate, linear), 0, 1)
    return Outcome(shot, None, tuple(lengths), _differences(linear, truth), _differences(after, truth))


def _somewhere_beside(shot: Shot, reach_mm: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Two ends within reach of the card, both at one height within what the bound says it allows for."""
    layout = LAYOUTS[shot.kind]
    low, high = np.array([-reach_mm] * 2), np.array([layout.width_mm, layout.height_mm]) + reach_mm
    start = random.uniform(low, high)
    turn, length_mm = random.uniform(0, 2 * np.pi), random.uniform(*LENGTH_MM)
    end = start + length_mm * np.array([np.cos(turn), np.sin(turn)])
    height_mm = random.uniform(-1.5, 1.5)
    return np.array([[*start, height_mm], [*end, height_mm]])


def _seen_linear(taken: Photograph, middle_px: NDArray[np.float64]) -> NDArray[np.float64] | None:
    x, y = np.rint(middle_px).astype(int)
    height_px, width_px = taken.pixels.shape[:2]
    if not (5 <= x < width_px - 5 and 5 <= y < height_px - 5):
        return None
    code = taken.pixels[y - 3 : y + 4, x - 3 : x + 4, ::-1].reshape(-1, 3).mean(axis=0) / 255
    return np.asarray(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4), np.float64)


def _differences(linear: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(each) for each in difference_00(lab_from_linear(linear), lab_from_linear(truth)))
