"""A rate of breathing is read where a chest goes up and down by itself, and nothing else is taken for one."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.breathing import BreathSample, NoBreathing, read_breathing
from imaging.pulse_spectrum import Signal, pass_band

RATE_HZ = 10.0
SWAY, CHEST = 0.002, 0.0085
"""Of the face and of the chest, root mean square, in heights of the face: 0.5 mm and 2 mm."""

Motion = Callable[[np.random.Generator, Signal], tuple[Signal, Signal]]


def samples(motion: Motion, seed: int = 101, lasts_s: float = 30.0) -> list[BreathSample]:
    at_s = np.arange(round(lasts_s * RATE_HZ)) / RATE_HZ
    face, chest = motion(np.random.default_rng(seed), at_s)
    return [BreathSample(float(at), float(one), float(other)) for at, one, other in zip(at_s, face, chest, strict=True)]


def drift(random: np.random.Generator, at_s: Signal, slowest_hz: float, fastest_hz: float, rms: float) -> Signal:
    """Motion without a rhythm, in a band."""
    noise = pass_band(random.standard_normal(len(at_s) + 200), RATE_HZ, slowest_hz, fastest_hz)[100:-100]
    return rms * noise / np.sqrt(np.mean(noise**2))


def breathing(per_minute: float, chest: float = CHEST) -> Motion:
    """A body that sways, and on it a chest that breathes and carries the head a little."""

    def motion(random: np.random.Generator, at_s: Signal) -> tuple[Signal, Signal]:
        unevenly = np.cumsum(drift(random, at_s, 0.05, 0.3, 0.02))
        breath = np.sin(2 * np.pi * per_minute / 60 * at_s + unevenly) * np.sqrt(2)
        sway = drift(random, at_s, 0.05, 0.4, SWAY)
        return sway + 0.1 * chest * breath, sway + chest * breath + 0.0008 * random.standard_normal(len(at_s))

    return motion


def sway(random: np.random.Generator, at_s: Signal) -> tuple[Signal, Signal]:
    """A picture in a hand: it goes up and down as one, at a rate of breathing even."""
    moved = 0.02 * np.sin(2 * np.pi * 0.25 * at_s) + drift(random, at_s, 0.1, 0.6, 0.01)
    return moved, moved + 0.0004 * random.standard_normal(len(at_s))


@pytest.mark.parametrize("per_minute", [7.0, 9.0, 12.0, 15.0, 20.0, 26.0, 33.0])
def test_the_rate_is_read(per_minute: float) -> None:
    read = [read_breathing(samples(breathing(per_minute), seed)) for seed in range(101, 111)]
    assert sum(each.per_minute is not None for each in read) >= 8
    assert all(abs(each.per_minute - per_minute) <= 1 for each in read if each.per_minute is not None)


def test_frames_that_come_unevenly_are_read_the_same() -> None:
    every = samples(breathing(14.0))
    kept = [each for number, each in enumerate(every) if number % 7 not in (2, 3)]
    assert read_breathing(kept).per_minute == pytest.approx(14.0, abs=1.0)


def test_motion_without_a_rhythm_is_no_breathing() -> None:
    """In the band of breathing, of the chest alone and of both: of six hundred not one is read."""

    def restless(random: np.random.Generator, at_s: Signal) -> tuple[Signal, Signal]:
        return drift(random, at_s, 0.05, 0.3, 0.003), drift(random, at_s, 0.1, 0.4, 0.01)

    def talking(random: np.random.Generator, at_s: Signal) -> tuple[Signal, Signal]:
        return drift(random, at_s, 0.1, 0.8, 0.01), drift(random, at_s, 0.1, 0.4, 0.01)

    read = [read_breathing(samples(motion, seed)) for motion in (restless, talking) for seed in range(101, 401)]
    assert [each for each in read if each.per_minute is not None] == []


UNREADABLE: dict[str, tuple[list[BreathSample], NoBreathing]] = {
    "nobody": ([], NoBreathing.NO_FACE),
    "twenty seconds": (samples(breathing(15), lasts_s=20), NoBreathing.TOO_SHORT),
    "a second missing": (samples(breathing(15))[:100] + samples(breathing(15))[110:], NoBreathing.TOO_SHORT),
    "the face alone": (
        [BreathSample(each.time_s, each.face, None) for each in samples(breathing(15))],
        NoBreathing.NO_CHEST,
    ),
    "nodding": (samples(breathing(15, chest=0.1)), NoBreathing.MOTION),
    "a breath held": (samples(breathing(15, chest=0.0)), NoBreathing.STILL),
    "a picture in a hand": (samples(sway), NoBreathing.AS_ONE),
    "two rates": (
        samples(breathing(10))[:150]
        + [BreathSample(each.time_s + 15, each.face, each.chest) for each in samples(breathing(25))[:150]],
        NoBreathing.NO_RHYTHM,
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_every_doubt_is_a_refusal_with_its_reason(name: str) -> None:
    every, reason = UNREADABLE[name]
    reading = read_breathing(every)
    assert (reading.per_minute, reading.declined) == (None, reason)


@given(
    st.lists(st.tuples(st.floats(0, 0.5), st.floats(-9, 9), st.none() | st.floats(-9, 9)), max_size=400),
)
@settings(max_examples=50, deadline=None)
def test_whatever_is_sampled_gives_a_reading_or_a_reason(every: list[tuple[float, float, float | None]]) -> None:
    at_s, taken = 0.0, list[BreathSample]()
    for step_s, face, chest in every:
        at_s += step_s
        taken.append(BreathSample(at_s, face, chest))
    reading = read_breathing(taken)
    assert (reading.per_minute is None) == (reading.declined is not None)
