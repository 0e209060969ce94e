"""The rate of a periodic signal from its whole spectrum, how far it stands out, and its path through short windows."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Signal = NDArray[np.float64]
"""One value a sample, (n,), evenly in time."""

SLOWEST_BPM, FASTEST_BPM = 40.0, 200.0
"""De Haan and Jeanne (2013) look at 40 to 240, which noise reaches more often than hearts at rest."""
_WIDTH_HZ = 0.1
"""De Haan and Jeanne, "Robust Pulse Rate From Chrominance-Based rPPG", IEEE TBME 60(10), 2013: the pulse's share of
the spectrum is within 0.1 Hz of its rate, and twice that around the second harmonic."""
_BINS = 8192
_HARMONIC_SHARE = 0.5
_SILENCE_DB = -60.0
_STEP_BPM = 0.5
_GRID_BPM = np.arange(SLOWEST_BPM, FASTEST_BPM + _STEP_BPM, _STEP_BPM)
_WINDOW_S, _WINDOW_STEP_S = 8.0, 1.0
"""A tracker's window and step. Over the finger recordings 8 s errs least: 6 s loses slow hearts, 12 s smears."""
_JUMP_COST = 1.0
"""Natural logarithms of power for each beat a minute that the rate changes from one window to the next."""
_JUMP_STEPS = 20


class Rate(Struct, frozen=True):
    """A rate in beats a minute, and its power against everything else in the band, in decibel (de Haan's SNR)."""

    bpm: float
    snr_db: float


def resample(times_s: Signal, values: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """`values` (n, …) taken at uneven `times_s`, evenly at `rate_hz` from the first to the last, by straight lines."""
    at = np.arange(times_s[0], times_s[-1], 1 / rate_hz)
    flat = values.reshape(len(values), -1)
    even = np.stack([np.interp(at, times_s, column) for column in flat.T], axis=1)
    return even.reshape(len(at), *values.shape[1:])


def pass_band(signal: Signal, rate_hz: float, slowest_hz: float = 0.6, fastest_hz: float = 7.0) -> Signal:
    """The signal without drift and hiss: Butterworth's fourth order in the spectrum, both ways, no phase moved.

    Its ends are mirrored through their last value, so that a drift does not ring.
    """
    pad = min(round(3 * rate_hz), len(signal) - 1)
    before, after = 2 * signal[0] - signal[pad:0:-1], 2 * signal[-1] - signal[-2 : -pad - 2 : -1]
    padded = np.concatenate([before, signal, after])
    padded -= padded.mean()
    frequencies = np.maximum(np.fft.rfftfreq(len(padded), 1 / rate_hz), 1e-9)
    gain = 1 / np.sqrt((1 + (slowest_hz / frequencies) ** 8) * (1 + (frequencies / fastest_hz) ** 8))
    return np.fft.irfft(np.fft.rfft(padded) * gain, len(padded))[pad : pad + len(signal)]


def find_rate(signal: Signal, rate_hz: float) -> Rate:
    """The rate whose first and second harmonic together hold the most power."""
    frequencies, power = _spectrum(signal, rate_hz)
    score = _score(frequencies, power)
    if not score.any():
        return Rate(0.0, _SILENCE_DB)
    bpm = _refine(score, int(score.argmax()))
    return Rate(bpm, _snr_db(frequencies, power, bpm / 60))


def track_rate(signal: Signal, rate_hz: float) -> Signal:
    """The rate in each window of 8 s, in beats a minute; empty where the signal is shorter than one.

    Of all paths through the windows' spectra the one of most power whose rate does not jump (Viterbi).
    """
    length, step = round(_WINDOW_S * rate_hz), round(_WINDOW_STEP_S * rate_hz)
    starts = range(0, len(signal) - length + 1, step)
    scores = [_score(*_spectrum(signal[start : start + length], rate_hz)) for start in starts]
    return np.array([_refine(score, at) for score, at in zip(scores, _likeliest_path(scores), strict=True)])


def _spectrum(signal: Signal, rate_hz: float) -> tuple[Signal, Signal]:
    tapered = (signal - signal.mean()) * np.hanning(len(signal))
    bins = max(_BINS, 1 << (2 * len(signal) - 1).bit_length())
    power = np.abs(np.fft.rfft(tapered, bins)) ** 2
    return np.asarray(np.fft.rfftfreq(bins, 1 / rate_hz), np.float64), np.asarray(power, np.float64)


def _score(frequencies: Signal, power: Signal) -> Signal:
    """For each rate of the grid; a second harmonic counts up to the first, so that half the rate never wins by it."""
    first = np.interp(_GRID_BPM / 60, frequencies, power)
    second = np.interp(_GRID_BPM / 30, frequencies, power, right=0.0)
    return first + _HARMONIC_SHARE * np.minimum(first, second)


def _refine(score: Signal, at: int) -> float:
    """The rate at the top of a parabola through the grid's best point and its neighbours."""
    if not 0 < at < len(score) - 1:
        return float(_GRID_BPM[at])
    before, peak, after = score[at - 1 : at + 2]
    bend = before - 2 * peak + after
    offset = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(_GRID_BPM[at] + _STEP_BPM * np.clip(offset, -0.5, 0.5))


def _likeliest_path(scores: list[Signal]) -> list[int]:
    if not scores:
        return []
    logs = [np.log(score + 1e-9 * score.max() + 1e-300) for score in scores]
    jumps = _JUMP_COST * _STEP_BPM * np.abs(np.arange(-_JUMP_STEPS, _JUMP_STEPS + 1))
    best, came_from = logs[0], list[NDArray[np.int64]]()
    for log in logs[1:]:
        reached = np.lib.stride_tricks.sliding_window_view(
            np.pad(best, _JUMP_STEPS, constant_values=-np.inf), len(jumps)
        )
        costs = reached - jumps
        choice = costs.argmax(axis=1)
        came_from.append(np.arange(len(log)) + choice - _JUMP_STEPS)
        best = costs.max(axis=1) + log
    path = [int(best.argmax())]
    for previous in reversed(came_from):
        path.append(int(previous[path[-1]]))
    return path[::-1]


def _snr_db(frequencies: Signal, power: Signal, at_hz: float) -> float:
    """The rate's power and its harmonic's against the rest of the band up to the fastest rate's harmonic."""
    band = (frequencies >= SLOWEST_BPM / 60) & (frequencies <= 2 * FASTEST_BPM / 60)
    near = np.abs(frequencies - at_hz) <= _WIDTH_HZ
    near |= np.abs(frequencies - 2 * at_hz) <= 2 * _WIDTH_HZ
    own, rest = float(power[band & near].sum()), float(power[band & ~near].sum())
    if own <= 0:
        return _SILENCE_DB
    return float(10 * np.log10(own / max(rest, own * 1e-12)))
