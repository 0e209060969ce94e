"""Waits longer after each failure, with jitter, so that the kiosks of a region do not return in the same second."""

import random
from collections.abc import Callable


class Backoff:
    def __init__(self, first_s: float = 2.0, most_s: float = 300.0, draw: Callable[[], float] = random.random) -> None:
        self._first_s, self._most_s, self._draw = first_s, most_s, draw
        self._failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """How long to wait after one more failure: between half of the ceiling and all of it.

        What the server asked for at least, it asked of many at once: that is lengthened by up to as much again.
        """
        ceiling_s = min(self._most_s, self._first_s * 2 ** min(self._failures, 30))
        self._failures += 1
        drawn = self._draw()
        return max(ceiling_s * (0.5 + drawn / 2), min(at_least_s, self._most_s) * (1 + drawn))

    def reset(self) -> None:
        self._failures = 0
