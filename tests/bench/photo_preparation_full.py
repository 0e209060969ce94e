"""What preparing costs with everything on, in time and in memory, beside bare OpenCV's decode, resize and encode.

The whole: a 12-megapixel JPEG through the sandbox with whatever preparing does (quality, faces, and the card once it
is there), to master, 2048 px, 512 px and deep-zoom tiles. The floor: OpenCV's full
decode, two INTER_AREA reductions and three JPEG encodes at quality 85, in one warm process.
"""

import os

import cv2

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.sandbox import Sandbox
from imaging.sandbox_wire import JobEnd
from tests.bench.figure import Figure, at_most, bounded
from tests.bench.photo_preparation import ROUNDS, _encode, _floor, _measure_in_turn

MEMORY_MB_MAX = 400


def measure(rounds: int = ROUNDS) -> tuple[Figure, ...]:
    """Best of `rounds` against the best floor of the same rounds, and the largest child's resident memory."""
    scene = Scene(Subject.WOUND, SkinTone.TAN, View.MEDIUM, width_px=4000, height_px=3000, has_ruler=True)
    data = _encode(draw(scene))
    threads = cv2.getNumThreads()
    cv2.setNumThreads(len(os.sched_getaffinity(0)))
    ends: list[JobEnd] = []
    with Sandbox(on_end=ends.append) as sandbox:
        taken_ms = _measure_in_turn({"floor": lambda: _floor(data), "full": lambda: sandbox.prepare(data)}, rounds)
    cv2.setNumThreads(threads)
    peak_mb = max(end.peak_memory_bytes for end in ends) / 1024**2
    return (
        at_most("photo_preparation_full", taken_ms["full"], taken_ms["floor"], "ms", 2.5),
        bounded("photo_preparation_memory", peak_mb, _PIXELS_MB, "MB", MEMORY_MB_MAX),
    )


# The decoded picture alone: what the figure of memory is told beside.
_PIXELS_MB = 4000 * 3000 * 3 / 1024**2
