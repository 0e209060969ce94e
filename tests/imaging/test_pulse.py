"""A heart's rate is read where there is one, and every doubt is a refusal with its reason."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from imaging.pulse import Declined, read_pulse
from imaging.pulse_projection import project
from imaging.pulse_samples import Sample
from imaging.pulse_spectrum import find_rate
from tests.support.pulse_fingers import finger_errors

SKIN, BLOOD = np.array([0.45, 0.32, 0.25]), np.array([0.33, 0.77, 0.53]) / 0.77
RATE_HZ = 30.0


def samples(
    bpm: float = 72.0, *, lasts_s: float = 30.0, strength: float = 0.01, noise: float = 0.0004, seed: int = 1
) -> list[Sample]:
    """A still face in steady light whose patches all carry the same pulse and each its own noise."""
    random = np.random.default_rng(seed)
    at_s = np.arange(round(lasts_s * RATE_HZ)) / RATE_HZ
    pulse = np.sin(2 * np.pi * bpm / 60 * at_s) + 0.4 * np.sin(4 * np.pi * bpm / 60 * at_s + 0.7)
    lit = 1 + 0.02 * np.sin(2 * np.pi * 0.05 * at_s)

    def seen(part: float) -> Any:
        moved = SKIN * (1 - part * strength * pulse[:, None] * BLOOD) * lit[:, None]
        return moved * (1 + noise * random.standard_normal((len(at_s), 3)))

    face, patches = seen(0.8), [seen(part) for part in (1.0, 0.9, 0.7)]
    wall = 0.5 * lit[:, None] * (1 + 0.1 * noise * random.standard_normal((len(at_s), 3)))
    return [
        Sample(
            time_s=float(at_s[index]),
            face=tuple(face[index]),
            patches=tuple(tuple(patch[index]) for patch in patches),
            background=tuple(wall[index]),
            clipped=0.0,
            moved=0.001,
        )
        for index in range(len(at_s))
    ]


def changed(every: list[Sample], **changes: Any) -> list[Sample]:
    return [structs.replace(each, **changes) for each in every]


@pytest.mark.parametrize("bpm", [45.0, 58.0, 72.0, 101.0, 140.0, 180.0])
def test_the_rate_is_read(bpm: float) -> None:
    reading = read_pulse(samples(bpm))
    assert reading.declined is None
    assert reading.bpm == pytest.approx(bpm, abs=1.0)


def test_frames_that_come_unevenly_are_read_the_same() -> None:
    every = samples(64.0)
    kept = [each for number, each in enumerate(every) if number % 7 not in (2, 3)]
    assert read_pulse(kept).bpm == pytest.approx(64.0, abs=1.0)


def test_only_the_last_half_minute_counts() -> None:
    before = samples(60.0, lasts_s=40)
    after = [structs.replace(each, time_s=each.time_s + 40) for each in samples(90.0, lasts_s=31)]
    assert read_pulse(before + after).bpm == pytest.approx(90.0, abs=1.0)


UNUSABLE: dict[str, tuple[list[Sample], Declined]] = {
    "nobody": ([], Declined.NO_FACE),
    "fifteen seconds": (samples(lasts_s=15), Declined.TOO_SHORT),
    "a second missing": (samples()[:300] + samples()[330:], Declined.TOO_SHORT),
    "ten frames a second": (samples()[::3], Declined.SLOW_CAMERA),
    "night": (changed(samples(), face=(0.006, 0.004, 0.003)), Declined.DARK),
    "against the sun": (changed(samples(), clipped=0.5), Declined.CLIPPED),
    "talking": (changed(samples(), moved=0.1), Declined.MOTION),
    "only noise": (samples(strength=0.0), Declined.WEAK),
    "a pulse below the noise": (samples(strength=0.00005), Declined.WEAK),
    "a picture that never changes": (changed(samples(), face=(0.4, 0.3, 0.2)), Declined.WEAK),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_is_no_film_of_a_pulse_is_declined(what: str) -> None:
    every, reason = UNUSABLE[what]
    reading = read_pulse(every)
    assert (reading.bpm, reading.declined) == (None, reason)


def test_lamps_that_beat_are_taken_for_no_heart() -> None:
    lit = [
        structs.replace(
            each, background=tuple(value * (1 + 0.02 * np.sin(2 * np.pi * 1.2 * each.time_s)) for value in (0.5,) * 3)
        )
        for each in samples(72.0)
    ]
    assert read_pulse(lit).declined is Declined.FLICKER


def test_a_face_whose_parts_do_not_beat_together_is_declined() -> None:
    others = [samples(72.0, seed=seed) for seed in (2, 3)]
    apart = [
        structs.replace(
            each,
            patches=(
                each.patches[0],
                others[0][(index + 9) % 900].patches[1],
                others[1][(index + 17) % 900].patches[2],
            ),
        )
        for index, each in enumerate(samples(72.0))
    ]
    assert read_pulse(apart).declined is Declined.INCOHERENT


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1), st.floats(0, 1)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_no_values_bring_it_down(values: list[tuple[float, float, float]]) -> None:
    every = [
        Sample(
            time_s=at,
            face=(a, b, a),
            patches=((a, a, b), (b, b, a), (a, b, b)),
            background=(b, a, b),
            clipped=a,
            moved=b,
        )
        for at, a, b in sorted(values)
    ]
    assert read_pulse(every).bpm is None


def test_light_that_changes_for_all_colours_alike_is_projected_away() -> None:
    at_s = np.arange(600) / RATE_HZ
    shaded = SKIN * (1 + 0.1 * np.sin(2 * np.pi * 1.1 * at_s))[:, None]
    assert np.abs(project(shaded, RATE_HZ)).max() < 1e-9


def test_too_few_samples_are_no_window() -> None:
    with pytest.raises(ValueError, match="less than a window"):
        project(np.ones((10, 3)), RATE_HZ)


@pytest.mark.requires("data")
def test_the_tracker_follows_fingers_whose_beats_a_chest_strap_counted() -> None:
    """Welltory's recordings; a constant guess of their mean errs by 4.9 beats a minute, the whole spectrum by 2.4."""
    errors = finger_errors()
    assert errors.recordings == 11
    assert errors.tracked < 0.8 < errors.whole_spectrum < errors.constant_guess


def test_a_rate_stands_out_of_noise_by_its_snr() -> None:
    at_s = np.arange(900) / RATE_HZ
    noise = np.random.default_rng(3).standard_normal(900)
    clear, drowned = np.sin(2 * np.pi * 1.2 * at_s) + 0.1 * noise, 0.05 * np.sin(2 * np.pi * 1.2 * at_s) + noise
    assert find_rate(clear, RATE_HZ).bpm == pytest.approx(72, abs=0.3)
    assert find_rate(clear, RATE_HZ).snr_db > 10
    assert find_rate(drowned, RATE_HZ).snr_db < 0
    assert find_rate(np.zeros(900), RATE_HZ).snr_db == -60
