"""On rendered films a chest that breathes is read within a breath a minute, and a picture that is held up is not."""

import pytest

from imaging.breathing import BreathingReading, NoBreathing
from kiosk.vitals.chest_watch import ChestWatch
from kiosk.vitals.face_watch import FaceWatch
from tests.support.pulse_scenes import Film, Subject, frames, times_s

RATE_HZ = 4.0
"""Enough for breathing, and a film is rendered in seconds."""


def read(film: Film) -> BreathingReading:
    watch, chest = FaceWatch(), ChestWatch()
    for time_s, pixels in zip(times_s(film), frames(film), strict=True):
        watch.take(float(time_s), pixels)
        chest.take(float(time_s), pixels, watch.face)
    return chest.read()


@pytest.mark.parametrize(
    "film",
    [
        Film(rate_hz=RATE_HZ, chest_px=2.5, breaths_per_minute=14),
        Film(rate_hz=RATE_HZ, chest_px=1.5, breaths_per_minute=22, tone="dark", seed=2),
    ],
    ids=["14", "22, dark, shallow"],
)
def test_the_rate_is_that_of_the_film(film: Film) -> None:
    assert read(film).per_minute == pytest.approx(film.breaths_per_minute, abs=1.0)


def test_a_picture_in_a_hand_gets_no_number() -> None:
    held = Film(rate_hz=RATE_HZ, subject=Subject.PHOTOGRAPH, sway_px=4.0, breaths_per_minute=16)
    reading = read(held)
    assert (reading.per_minute, reading.declined) == (None, NoBreathing.AS_ONE)
