"""What is kept of a body: each piece as soon as it is durable, or all of them once one checksum holds."""

import hmac
from typing import Protocol

from server.intake.faults import ChecksumMismatch
from server.intake.schemas import Checksum
from server.intake.service.pieces import StoredPiece, remove_objects
from server.intake.service.writing import PieceWriter


class Keeper(Protocol):
    keeps_parts: bool
    """Whether what came of a body that was cut off is kept."""

    async def keep(self, piece: StoredPiece, *, is_last: bool) -> None:
        """Count the piece, which is durable; pieces are given in order, one at a time, up to the body's last."""
        ...

    async def finish(self) -> None:
        """The body is whole."""
        ...

    async def discard(self) -> None:
        """The body failed: remove what is durable and will not be recorded."""
        ...


class EachPiece:
    """Every piece counts at once, so a link that dies has lost little."""

    keeps_parts = True

    def __init__(self, writer: PieceWriter) -> None:
        self._writer = writer

    async def keep(self, piece: StoredPiece, *, is_last: bool) -> None:
        await self._writer.record([piece], is_last=is_last)

    async def finish(self) -> None:
        self._writer.rest()

    async def discard(self) -> None:
        pass


class UnderChecksum:
    """Nothing counts before the checksum of the whole body holds (tus 1.0.0, checksum extension)."""

    keeps_parts = False

    def __init__(self, writer: PieceWriter, checksum: Checksum) -> None:
        self._writer = writer
        self._expected = checksum.digest
        self._found = writer.digest_too(checksum.algorithm)
        self._staged: list[StoredPiece] = []

    async def keep(self, piece: StoredPiece, *, is_last: bool) -> None:
        self._staged.append(piece)

    async def finish(self) -> None:
        if not hmac.compare_digest(self._found.digest(), self._expected):
            raise ChecksumMismatch
        # From here on a fault may come after the commit: what has no row then is swept, not removed at once.
        staged, self._staged = self._staged, []
        if staged:
            await self._writer.record(staged, is_last=True)
        self._writer.rest()

    async def discard(self) -> None:
        await remove_objects(piece.object_key for piece in self._staged)
