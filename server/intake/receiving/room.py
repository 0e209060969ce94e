"""Bounds the memory of all bodies that a process receives at once: more of them get smaller pieces."""

from collections.abc import Generator
from contextlib import contextmanager

from server.contract.upload import PIECE_BYTES
from server.intake.faults import ReceivingFull
from server.intake.receiving.gathering import SMALL_PIECE_BYTES

ROOM_BYTES = 32 * 1024 * 1024
"""For all pieces together, those being gathered and those being stored."""
PIECES_EACH = 3
"""One is gathered while the two before it are stored."""
RETRY_AFTER_S = 5


class Room:
    """Places for bodies being received; belongs to one event loop."""

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room_bytes = room_bytes
        self._most = room_bytes // (PIECES_EACH * SMALL_PIECE_BYTES)
        self._taken = 0

    @contextmanager
    def place(self) -> Generator[None]:
        """A place for one body; ReceivingFull when each would get less than a small piece."""
        if self._taken >= self._most:
            raise ReceivingFull(headers={"Retry-After": str(RETRY_AFTER_S)})
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def piece_bytes(self) -> int:
        """How long a piece may become now."""
        return min(PIECE_BYTES, self._room_bytes // (PIECES_EACH * max(1, self._taken)))
