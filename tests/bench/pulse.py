"""What the camera's pulse is worth: error, coverage and cost beside vitallens' POS and a constant guess.

On rendered films of six skin tones whose beats are known, on films without a pulse, and on fingers whose beats a
chest strap counted. The table goes to the error stream; the peer runs in an environment of its own beside ours.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TextIO

import cv2
import msgspec
import numpy as np

from imaging.colour import Pixels
from imaging.pulse import PulseReading
from kiosk.vitals.pulse_watch import PulseWatch
from tests.bench.figure import Figure, bounded, reached
from tests.support.pulse_films import NO_PULSE, SETS, films
from tests.support.pulse_fingers import finger_errors
from tests.support.pulse_scenes import Film, frames, times_s, true_bpm

FIRST_SEED = 900
"""Held out: the thresholds of `imaging.pulse` were set on films of other seeds."""
PEER = "vitallens==0.6.2"
HARD = ("h264", "motion", "dark")
PEERS = Path(__file__).parent / "peers"


class Peer(msgspec.Struct, frozen=True):
    bpm: float | None
    cpu_s: float
    memory_mb: float


class Outcome(msgspec.Struct, frozen=True):
    film: Film
    truth: float
    ours: PulseReading
    cpu_s: float
    peer: Peer


Outcomes = list[Outcome]


def measure() -> Iterator[Figure]:
    cv2.setNumThreads(1)
    judged = {name: [_outcome(film) for film in films(name, FIRST_SEED)] for name in (*SETS, NO_PULSE)}
    _tell(judged, sys.stderr)
    for name in SETS:
        theirs = _error([abs(each.peer.bpm - each.truth) for each in judged[name] if each.peer.bpm is not None])
        yield bounded(f"pulse_mae_{name}", _our_error(judged[name]), theirs, "bpm", max(theirs, 0.5))
    fingers = finger_errors()
    yield bounded("pulse_finger_mae", fingers.tracked, fingers.constant_guess, "bpm", 1.0)
    answered = [sum(bpm is not None for bpm in column) for column in zip(*map(_answers, judged[NO_PULSE]), strict=True)]
    yield bounded("pulse_false_accepts", answered[0], answered[1], "films", 0)
    yield reached("pulse_coverage_typical", _coverage(judged["typical"]), 100.0, "%", 80.0)
    yield reached("pulse_coverage_hard", _coverage([each for name in HARD for each in judged[name]]), 100.0, "%", 60.0)
    yield from _costs(judged["typical"])


def _outcome(film: Film) -> Outcome:
    watch, shown, cpu_s = PulseWatch(), list[Pixels](), 0.0
    for time_s, frame in zip(times_s(film), frames(film), strict=True):
        begun_s = time.process_time()
        watch.take(float(time_s), frame)
        cpu_s += time.process_time() - begun_s
        shown.append(np.ascontiguousarray(frame[:, :, ::-1]))
    begun_s = time.process_time()
    reading = watch.read()
    cpu_s += time.process_time() - begun_s
    return Outcome(film, true_bpm(film), reading, cpu_s, _ask_peer(np.stack(shown), film.rate_hz))


def _ask_peer(shown: Pixels, rate_hz: float) -> Peer:
    # It leaves files of its own where it is run.
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "film.npy")
        np.save(film, shown)
        command = [str(_peer_python()), str(PEERS / "vitallens_pos.py"), str(film), str(rate_hz)]
        said = subprocess.run(command, capture_output=True, check=True, cwd=folder)
    return msgspec.json.decode(said.stdout.splitlines()[-1], type=Peer)


@cache
def _peer_python() -> Path:
    """The Python of the peer's own environment, made the first time."""
    folder = Path(sys.prefix) / "peers" / "vitallens"
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        uv = str(Path(sys.prefix) / "bin" / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), PEER], check=True)
        (folder / "made").touch()
    return python


def _costs(typical: Outcomes) -> Iterator[Figure]:
    """Of one core for each second of 640 x 480 at 30 frames."""
    ours = float(np.median([each.cpu_s / each.film.lasts_s for each in typical]))
    theirs = float(np.median([each.peer.cpu_s / each.film.lasts_s for each in typical]))
    yield bounded("pulse_cpu", ours, theirs, "s/s", 0.03)
    yield bounded("pulse_memory", _memory_mb(), max(each.peer.memory_mb for each in typical), "MB", 100.0)


def _memory_mb() -> float:
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file, next(iter(frames(Film()))))
        file.flush()
        said = subprocess.run([sys.executable, str(PEERS / "our_watch.py"), file.name], capture_output=True, check=True)
    return float(said.stdout)


def _answers(outcome: Outcome) -> tuple[float | None, float | None]:
    return outcome.ours.bpm, outcome.peer.bpm


def _our_error(outcomes: Outcomes) -> float:
    return _error([abs(each.ours.bpm - each.truth) for each in outcomes if each.ours.bpm is not None])


def _error(errors: list[float]) -> float:
    return float(np.mean(errors)) if errors else float("nan")


def _coverage(outcomes: Outcomes) -> float:
    return 100 * float(np.mean([each.ours.bpm is not None for each in outcomes]))


def _tell(judged: dict[str, Outcomes], out: TextIO) -> None:
    """Every film: truth, what each said, and what a constant guess of the set's own mean would err by."""
    for name, outcomes in judged.items():
        truths = np.array([each.truth for each in outcomes])
        out.write(f"{name}: a constant guess errs by {np.abs(truths - truths.mean()).mean():.1f} beats/min\n")
        for each in outcomes:
            said = f"{each.ours.bpm:6.1f}" if each.ours.bpm is not None else f"({each.ours.declined})"
            peer = f"{each.peer.bpm:6.1f}" if each.peer.bpm is not None else "none"
            truth = f"{each.truth:6.1f}" if name != NO_PULSE else "  none"
            out.write(
                f"  {each.film.subject:<12} {each.film.tone:<13} truth {truth}  ours {said:<14} vitallens {peer}\n"
            )
