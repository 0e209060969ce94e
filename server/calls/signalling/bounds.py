"""What one socket may send: so many frames a second, and so many that cannot be taken."""

import time

from server.calls.faults import TooManyFrames

BURST, EACH_S = 200, 50
"""A mesh of four with all its candidates comes in a burst; nothing that people do needs fifty frames a second."""
MOST_REFUSED = 20


class Bounds:
    """Counts frames by the monotonic clock."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at_s = time.monotonic()
        self._refused = 0

    def has_room(self) -> bool:
        """Whether this frame may be looked at; counts it."""
        at_s = time.monotonic()
        self._left = min(BURST, self._left + (at_s - self._at_s) * EACH_S)
        self._at_s = at_s
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def note_refused(self) -> None:
        """TooManyFrames once an end has sent MOST_REFUSED frames that could not be taken."""
        self._refused += 1
        if self._refused > MOST_REFUSED:
            raise TooManyFrames
