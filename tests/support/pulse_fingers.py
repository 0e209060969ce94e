"""Welltory's recordings of fingers on a phone's camera, whose beats a chest strap counted (CC-0, CAREFERRY_DATA)."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.pulse_spectrum import find_rate, pass_band, resample, track_rate
from tests.support.requirements import data_folder

RATE_HZ = 30.0


class FingerErrors(NamedTuple):
    """Mean absolute errors in beats a minute over the recordings."""

    tracked: float
    whole_spectrum: float
    constant_guess: float
    """Of always saying the recordings' own mean."""
    recordings: int


def finger_errors() -> FingerErrors:
    tracked, whole, truths = list[float](), list[float](), list[float]()
    for path in sorted((data_folder() / "pulse" / "finger").glob("*.csv")):
        truth = 60_000 / float(np.mean([float(word) for word in path.with_suffix(".rr").read_text().split()]))
        signal = pass_band(_red(path), RATE_HZ)
        tracked.append(abs(float(track_rate(signal, RATE_HZ).mean()) - truth))
        whole.append(abs(find_rate(signal, RATE_HZ).bpm - truth))
        truths.append(truth)
    guess = float(np.abs(np.array(truths) - np.mean(truths)).mean())
    return FingerErrors(float(np.mean(tracked)), float(np.mean(whole)), guess, len(truths))


def _red(path: Path) -> NDArray[np.float64]:
    with path.open() as file:
        rows = [(float(row["time"]) / 1000, float(row["R"])) for row in csv.DictReader(file)]
    times_s, red = np.array(rows).T
    return resample(times_s, red, RATE_HZ)
