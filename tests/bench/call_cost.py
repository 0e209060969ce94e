"""What a call costs a kiosk: capture, encode, decode and pulse of 640 x 480 at 15 frames, beside aiortc's bare loop.

Each end runs in a process of its own against the same peer, one after the other: the bare loop reads the same film and
has nothing of ours: no camera's process, no ladder, no pulse, no mending.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, at_most, reached
from tests.support.call_kiosk import record_clip

GOAL = 1.3
ROUNDS = 3
FRAMES_LEAST = 13.0


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        film = record_clip(Path(folder, "film.avi"))
        rounds = [{role: _cost(role, film) for role in ("bare", "ours")} for _ in range(ROUNDS)]
    ours, bare = (statistics.median(each[role][0] for each in rounds) for role in ("ours", "bare"))
    yield at_most("call_cost", ours, bare, "of a core", GOAL)
    frames = [min(each[role][1] for each in rounds) for role in ("ours", "bare")]
    yield reached("call_cost_frames", frames[0], frames[1], "frames/s", FRAMES_LEAST)


def _cost(role: str, film: Path) -> tuple[float, float]:
    """Processor seconds of a second, and the frames of the peer that came."""
    with tempfile.TemporaryDirectory() as folder:
        end, peer = (_start(each, film, folder) for each in (role, "peer"))
        try:
            _hand_over(peer, end)
            _hand_over(end, peer)
            assert end.stdout is not None
            told = json.loads(end.stdout.readline())
        finally:
            for process in (end, peer):
                process.kill()
                process.wait()
    return told["cost"], told["framesPerS"]


def _start(role: str, film: Path, folder: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.bench.peers.call_end", role, str(film), folder]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _hand_over(one: "subprocess.Popen[str]", other: "subprocess.Popen[str]") -> None:
    """What one end says goes to the other."""
    assert one.stdout is not None
    assert other.stdin is not None
    other.stdin.write(one.stdout.readline())
    other.stdin.flush()
