"""Reads the rate of breathing from how a chest goes up and down in a film of a face, or says why it does not.

Investigational, as the pulse is: no measurement to act on, and nothing of it reaches triage.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from msgspec import Struct, structs

from imaging.pulse_spectrum import Signal, pass_band, resample

VERSION = "chest-1"
RATE_HZ = 10.0
LASTS_S = 30.0
SHORTEST_S = 25.0
GAP_S = 0.6
SLOWEST_HZ, FASTEST_HZ = 0.1, 0.6

# Set on noise and films of seeds 1 to 100; the tests judge on others.
_MOVED_MOST = 0.06
_SEEN_LEAST = 0.9
_CHEST_LEAST = 0.0025
_APART_LEAST = 0.4
_SNR_LEAST_DB = 6.0
_REGULAR_LEAST = 0.8
_DISAGREE_PER_MINUTE = 1.5
_BINS = 8192
_WIDTH_HZ = 0.07
"""Half of the main lobe of a Hann window over 30 s."""


class NoBreathing(StrEnum):
    """Why there is no reading, the first that holds."""

    NO_FACE = "no-face"
    TOO_SHORT = "too-short"
    """Less than 25 s, or the face was gone for more than half a second."""
    NO_CHEST = "no-chest"
    """Below the face there is no room in the picture, or nothing that could be followed."""
    MOTION = "motion"
    STILL = "still"
    """The chest hardly moves: clothes hide it, or nobody breathes, as in a picture."""
    AS_ONE = "as-one"
    """Face and chest go up and down together: a body that sways, or a picture that is held up."""
    NO_RHYTHM = "no-rhythm"
    UNSTEADY = "unsteady"
    """Chest, chest against face, and the two halves of the film say different rates."""


class BreathSample(Struct, frozen=True):
    """One frame: how far down face and chest are against the film's first, in heights of the face.

    `chest` is None where it is not in view.
    """

    time_s: float
    face: float
    chest: float | None


class BreathingReading(Struct, frozen=True, kw_only=True, rename="camel"):
    """`per_minute` is None where declined; what was measured is told in both cases, as far as it came."""

    version: str = VERSION
    per_minute: float | None = None
    declined: NoBreathing | None = None
    lasts_s: float = 0.0
    snr_db: float | None = None
    """Of the chest against the face: the rate and its second harmonic against the rest of the band."""
    regular: float | None = None
    """How like the signal is to itself one breath later, -1 to 1."""
    chest: float | None = None
    """How far the chest goes, root mean square, in heights of the face."""


def read_breathing(samples: Sequence[BreathSample]) -> BreathingReading:
    """The rate over the last 30 s of samples, oldest first; no exception for any finite values."""
    if not samples:
        return BreathingReading(declined=NoBreathing.NO_FACE)
    recent = [each for each in samples if samples[-1].time_s - each.time_s <= LASTS_S]
    seen = BreathingReading(lasts_s=recent[-1].time_s - recent[0].time_s)
    times_s = np.array([each.time_s for each in recent])
    if seen.lasts_s < SHORTEST_S or float(np.diff(times_s).max(initial=0.0)) > GAP_S:
        return structs.replace(seen, declined=NoBreathing.TOO_SHORT)
    chest = np.array([np.nan if each.chest is None else each.chest for each in recent])
    is_seen = np.isfinite(chest)
    if float(is_seen.mean()) < _SEEN_LEAST:
        return structs.replace(seen, declined=NoBreathing.NO_CHEST)
    chest = np.interp(times_s, times_s[is_seen], chest[is_seen])
    face = np.array([each.face for each in recent])
    even = resample(times_s, np.stack([face, chest], axis=1), RATE_HZ)
    return _read(even[:, 0], even[:, 1], seen)


def _read(face: Signal, chest: Signal, seen: BreathingReading) -> BreathingReading:
    whole, against_face, face = (_breathing_of(each) for each in (chest, chest - face, face))
    rate, snr_db = _find_rate(against_face)
    regular, moves = _regular(against_face, rate), _rms(whole)
    rates = [rate, *(_find_rate(part)[0] for part in (whole, *np.array_split(against_face, 2)))]
    doubts = (
        (NoBreathing.MOTION, max(_rms(face), moves) > _MOVED_MOST),
        (NoBreathing.STILL, moves < _CHEST_LEAST),
        (NoBreathing.AS_ONE, _rms(against_face) < _APART_LEAST * moves),
        (NoBreathing.NO_RHYTHM, snr_db < _SNR_LEAST_DB or regular < _REGULAR_LEAST),
        (NoBreathing.UNSTEADY, max(rates) - min(rates) > _DISAGREE_PER_MINUTE),
    )
    declined = next((reason for reason, holds in doubts if holds), None)
    return structs.replace(
        seen,
        per_minute=None if declined else rate,
        declined=declined,
        snr_db=snr_db,
        regular=regular,
        chest=moves,
    )


def _breathing_of(signal: Signal) -> Signal:
    return pass_band(signal, RATE_HZ, SLOWEST_HZ * 0.8, FASTEST_HZ * 2)


def _find_rate(signal: Signal) -> tuple[float, float]:
    """Breaths a minute at the top of the spectrum, and its power with the second harmonic's against the rest, in dB."""
    tapered = (signal - signal.mean()) * np.hanning(len(signal))
    power = np.abs(np.fft.rfft(tapered, _BINS)) ** 2
    frequencies = np.fft.rfftfreq(_BINS, 1 / RATE_HZ)
    in_band = (frequencies >= SLOWEST_HZ) & (frequencies <= FASTEST_HZ)
    at_hz = float(frequencies[in_band][power[in_band].argmax()])
    near = np.abs(frequencies - at_hz) <= _WIDTH_HZ
    near |= np.abs(frequencies - 2 * at_hz) <= _WIDTH_HZ
    looked_at = (frequencies >= SLOWEST_HZ * 0.8) & (frequencies <= FASTEST_HZ * 2)
    own, rest = float(power[looked_at & near].sum()), float(power[looked_at & ~near].sum())
    return 60 * at_hz, float(10 * np.log10(max(own, 1e-30) / max(rest, own * 1e-9, 1e-30)))


def _regular(signal: Signal, per_minute: float) -> float:
    """The correlation of the signal with itself one breath later."""
    lag = round(60 / per_minute * RATE_HZ)
    one, later = signal[:-lag], signal[lag:]
    strength = float(np.linalg.norm(one) * np.linalg.norm(later))
    return float(one @ later) / strength if strength > 0 else 0.0


def _rms(signal: Signal) -> float:
    return float(np.sqrt(np.mean(signal**2)))
