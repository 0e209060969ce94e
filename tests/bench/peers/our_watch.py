"""Watches one frame for half a minute as a kiosk's vitals process does, and prints the peak of its memory in megabytes.

Nothing of the tests is imported, so that the memory is the watch's own.
"""

import resource
import sys

import cv2
import numpy as np

from kiosk.vitals.pulse_watch import PulseWatch


def main(path: str) -> None:
    cv2.setNumThreads(1)
    still = np.load(path)
    random, watch = np.random.default_rng(1), PulseWatch()
    for index in range(1000):
        watch.take(index / 30, still + random.integers(0, 3, still.shape, np.uint8))
    watch.read()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)  # noqa: T201  (the answer)


main(sys.argv[1])
