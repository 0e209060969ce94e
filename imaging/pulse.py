"""Reads a heart's rate from the samples of a face, or says why it does not: a wrong number is worse than none.

Investigational: it is no measurement to act on, and nothing of it reaches triage. Its figures are in
docs/decisions/camera-pulse.md.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from imaging.pulse_projection import project
from imaging.pulse_samples import Sample
from imaging.pulse_spectrum import Rate, find_rate, pass_band, resample, track_rate

VERSION = "pos-1"
RATE_HZ = 30.0
LASTS_S = 30.0
"""How much of the film a reading looks back over, at most."""
SHORTEST_S = 20.0
GAP_S = 0.5
"""A film in which the face was gone for longer is two films."""
_RECENT_S = 2.0
_SLOWEST_CAMERA_HZ = 12.0

# Set on films of seeds 1 to 100; tests/bench/pulse.py judges on others. Without a pulse -1 dB and 0.16 were the most.
_DARKEST = 0.012
_CLIPPED_MOST = 0.3
_MOVED_MOST = 0.02
_SNR_LEAST_DB = 1.5
_COHERENCE_LEAST = 0.25
_DISAGREE_BPM = 4.0
_FLICKER_BPM, _FLICKER_SNR_DB = 4.0, -2.0


class Declined(StrEnum):
    """Why there is no reading, the first that holds."""

    NO_FACE = "no-face"
    TOO_SHORT = "too-short"
    """Less than 20 s, or the face or the frames were gone for more than half a second."""
    SLOW_CAMERA = "slow-camera"
    DARK = "dark"
    CLIPPED = "clipped"
    MOTION = "motion"
    FLICKER = "flicker"
    """The lamps go up and down at the rate that the face seems to have."""
    WEAK = "weak"
    """What is seen does not stand out: as of a picture, a mask, or skin with too little light."""
    INCOHERENT = "incoherent"
    """Forehead and cheeks do not beat together, as a heart makes them."""
    UNSTEADY = "unsteady"
    """The whole film and its windows say different rates."""


class PulseReading(Struct, frozen=True, kw_only=True, rename="camel"):
    """`bpm` in beats a minute, None where declined; what was measured is told in both cases, as far as it came."""

    version: str = VERSION
    bpm: float | None = None
    declined: Declined | None = None
    lasts_s: float = 0.0
    snr_db: float | None = None
    """De Haan's: the rate and its second harmonic against the rest of the band."""
    coherence: float | None = None
    """The mean correlation of forehead and cheeks around the rate, -1 to 1."""
    tracked_bpm: float | None = None
    moved: float | None = None
    """How far the face went from frame to frame, root mean square, in widths of itself."""
    light: float | None = None
    """Of the face, 0 to 1, linear."""


class _Even(Struct, frozen=True):
    """The samples as arrays, evenly at RATE_HZ: (n, 3), (n, 3 patches, 3), (n, 3)."""

    face: NDArray[np.float64]
    patches: NDArray[np.float64]
    background: NDArray[np.float64]


def read_pulse(samples: Sequence[Sample]) -> PulseReading:
    """The rate over the last 30 s of samples, oldest first; no exception for any values."""
    if not samples:
        return PulseReading(declined=Declined.NO_FACE)
    recent = [each for each in samples if samples[-1].time_s - each.time_s <= LASTS_S]
    moved, light = _moved(recent), _light(recent)
    seen = PulseReading(lasts_s=recent[-1].time_s - recent[0].time_s, moved=moved, light=light)
    unusable = _unusable(recent, moved, light)
    return structs.replace(seen, declined=unusable) if unusable else _read(_even(recent), seen)


def find_fault(samples: Sequence[Sample], now_s: float) -> Declined | None:
    """What spoils a film that is being taken, by its last seconds; None where it goes well."""
    recent = [each for each in samples if now_s - each.time_s <= _RECENT_S]
    if not recent or now_s - recent[-1].time_s > GAP_S:
        return Declined.NO_FACE
    return _spoilt(recent, _moved(recent), _light(recent))


def _moved(samples: Sequence[Sample]) -> float:
    return float(np.sqrt(np.mean([each.moved**2 for each in samples])))


def _light(samples: Sequence[Sample]) -> float:
    return float(np.mean([each.face[1] for each in samples]))


def _unusable(samples: list[Sample], moved: float, light: float) -> Declined | None:
    """What is wrong with the film before anything is computed of it."""
    lasts_s = samples[-1].time_s - samples[0].time_s
    longest_gap_s = float(np.diff([each.time_s for each in samples]).max(initial=0.0))
    if lasts_s < SHORTEST_S or longest_gap_s > GAP_S:
        return Declined.TOO_SHORT
    if len(samples) < _SLOWEST_CAMERA_HZ * lasts_s:
        return Declined.SLOW_CAMERA
    return _spoilt(samples, moved, light)


def _spoilt(samples: Sequence[Sample], moved: float, light: float) -> Declined | None:
    clipped = float(np.mean([each.clipped for each in samples]))
    faults = (
        (Declined.DARK, light < _DARKEST),
        (Declined.CLIPPED, clipped > _CLIPPED_MOST),
        (Declined.MOTION, moved > _MOVED_MOST),
    )
    return next((reason for reason, holds in faults if holds), None)


def _read(even: _Even, seen: PulseReading) -> PulseReading:
    pulse = pass_band(project(even.face, RATE_HZ), RATE_HZ)
    rate, tracked_bpm = find_rate(pulse, RATE_HZ), float(np.mean(track_rate(pulse, RATE_HZ)))
    coherence, lamps = _coherence(even.patches, rate), find_rate(_light_of(even.background), RATE_HZ)
    doubts = (
        (Declined.FLICKER, lamps.snr_db > _FLICKER_SNR_DB and _is_of(lamps.bpm, rate.bpm)),
        (Declined.WEAK, rate.snr_db < _SNR_LEAST_DB),
        (Declined.INCOHERENT, coherence < _COHERENCE_LEAST),
        (Declined.UNSTEADY, abs(tracked_bpm - rate.bpm) > _DISAGREE_BPM),
    )
    declined = next((reason for reason, holds in doubts if holds), None)
    return structs.replace(
        seen,
        bpm=None if declined else tracked_bpm,
        declined=declined,
        snr_db=rate.snr_db,
        coherence=coherence,
        tracked_bpm=tracked_bpm,
    )


def _is_of(lamps_bpm: float, bpm: float) -> bool:
    """Whether the lamps have the rate, or its harmonic."""
    return any(abs(lamps_bpm - multiple * bpm) <= _FLICKER_BPM for multiple in (0.5, 1, 2))


def _coherence(patches: NDArray[np.float64], rate: Rate) -> float:
    """Around the rate and its second harmonic only: noise elsewhere is each patch's own."""
    slowest_hz, fastest_hz = max(rate.bpm / 60 - 0.25, 0.4), rate.bpm / 30 + 0.3
    beats = [
        pass_band(project(patches[:, index], RATE_HZ), RATE_HZ, slowest_hz, fastest_hz)
        for index in range(patches.shape[1])
    ]
    if any(not beat.any() for beat in beats):
        return 0.0
    correlated = np.asarray(np.corrcoef(np.stack(beats)))
    return float(correlated[np.triu_indices(len(beats), 1)].mean())


def _light_of(background: NDArray[np.float64]) -> NDArray[np.float64]:
    light = background.mean(axis=1)
    return pass_band(light / max(float(light.mean()), 1e-9), RATE_HZ)


def _even(samples: list[Sample]) -> _Even:
    times_s = np.array([each.time_s for each in samples])
    face, patches, background = (
        resample(times_s, np.array([getattr(each, name) for each in samples]), RATE_HZ)
        for name in ("face", "patches", "background")
    )
    return _Even(face, patches, background)
