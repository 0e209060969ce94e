"""Makes the pieces of one body durable, in order, and records them with the offset that they move."""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import UUID

import msgspec

from server.core.access import Actor
from server.core.vault import VaultKey
from server.intake import queries
from server.intake.faults import DigestMismatch, LeaseLost
from server.intake.lifecycle import UploadEvent
from server.intake.receiving.desk import Desk
from server.intake.receiving.digests import Digest
from server.intake.receiving.gathering import Cut
from server.intake.service import ledger
from server.intake.service.opening import holds
from server.intake.service.pieces import StoredPiece, digest_pieces, open_pieces, remove_objects, store_piece
from server.intake.tables import Upload, UploadPiece


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one body is received for: the upload, and the lease that gives the right to move its offset."""

    actor: Actor
    upload: Upload
    lease_id: UUID
    key: VaultKey
    sha256: str
    """The digest that the whole upload was declared to have."""
    plain_sha256: str
    """That of what is inside, where it comes sealed."""
    last: UploadPiece | None
    """The piece with the last bytes so far."""


class PieceWriter:
    def __init__(self, task: Task, desk: Desk) -> None:
        self._task = task
        self._desk = desk
        self._digest = desk.digests.take(task.upload.id, task.upload.received_bytes)
        self._digests = [self._digest] if self._digest is not None else []
        self._digesting = asyncio.Lock()
        self._last = (task.last.id, task.last.object_key) if task.last else None

    def digest_too(self, algorithm: str) -> Digest:
        """A digest of the bytes that this body brings; it is complete once they are stored."""
        digest = hashlib.new(algorithm, usedforsecurity=False)
        self._digests.append(digest)
        return digest

    async def store(self, cut: Cut) -> StoredPiece:
        """Make the piece durable; until it is recorded nothing depends on it.

        The next may be begun meanwhile, but one that replaces the last piece only when that is recorded.
        """
        replaces = self._last[0] if self._last and cut.settled else None
        _, stored = await asyncio.gather(self._digest_fresh(cut), self._seal_and_put(cut, replaces))
        return stored

    async def record(self, pieces: Sequence[StoredPiece], *, is_last: bool) -> None:
        """Move the offset over the pieces; over the last of the upload only if the whole has its digest.

        With the last of the body the lease is given back. DigestMismatch refuses the upload; LeaseLost and
        UploadEnded leave it to others.
        """
        task = self._task
        if pieces[-1].end < task.upload.length_bytes:
            await ledger.record_pieces(task.upload, task.lease_id, pieces, keeps_lease=not is_last)
        elif await self._is_what_was_declared(pieces):
            await ledger.complete(task.actor, task.upload, task.lease_id, pieces)
        else:
            await self._refuse()
        if self._last and pieces[0].replaces:
            await remove_objects([self._last[1]])
        self._last = (pieces[-1].piece_id, pieces[-1].object_key)

    async def renew(self) -> None:
        """Hold on to the lease while little comes."""
        await ledger.renew_lease(self._task.upload, self._task.lease_id)

    def rest(self) -> None:
        """The next request goes on with the running digest; one in another process computes it from the pieces."""
        if self._digest is not None:
            self._desk.digests.keep(self._task.upload.id, self._task.upload.received_bytes, self._digest)

    async def _digest_fresh(self, cut: Cut) -> None:
        async with self._digesting:  # a fair lock: pieces are digested in the order in which they are begun
            for digest in self._digests:
                await asyncio.to_thread(digest.update, cut.fresh)

    async def _seal_and_put(self, cut: Cut, replaces: UUID | None) -> StoredPiece:
        async with self._desk.sealing:
            return await store_piece(self._task.key, self._task.upload.id, cut, replaces)

    async def _is_what_was_declared(self, pieces: Sequence[StoredPiece]) -> bool:
        task = self._task
        if await self._sha256_with(pieces) != task.sha256:
            return False
        if not task.plain_sha256:
            return True
        sealed = open_pieces(task.key, await self._all_keys(pieces))
        return await holds(sealed, task.upload, task.plain_sha256)

    async def _sha256_with(self, pieces: Sequence[StoredPiece]) -> str:
        if self._digest is not None:
            return self._digest.hexdigest()
        return await digest_pieces(self._task.key, await self._all_keys(pieces))

    async def _all_keys(self, pieces: Sequence[StoredPiece]) -> list[str]:
        recorded = await queries.pieces_of(self._task.upload)
        keys = [row.object_key for row in recorded if row.id != pieces[0].replaces]
        return [*keys, *(piece.object_key for piece in pieces)]

    async def _refuse(self) -> None:
        task = self._task
        mine = Upload.lease_id == task.lease_id
        if not await ledger.end_upload(task.actor, task.upload, UploadEvent.REFUSE, mine):
            raise LeaseLost
        raise DigestMismatch
