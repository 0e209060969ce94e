"""Pieces as sealed immutable objects: stored, read back, removed."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from server.core.ids import new_id
from server.core.platform import now, platform
from server.core.vault import VaultKey
from server.intake.receiving.gathering import Cut
from server.intake.tables import Upload, UploadPiece

PIECES_PREFIX = "uploads/"


class StoredPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece whose object is durable; it counts once a row names it."""

    piece_id: UUID
    replaces: UUID | None
    """The piece whose bytes are among these."""
    start: int
    fresh_start: int
    """Where the bytes begin that no piece before it has: the offset that it may move."""
    length: int
    object_key: str
    stored_at: datetime

    @property
    def end(self) -> int:
        return self.start + self.length


def folder_of(upload_id: UUID) -> str:
    """Where an upload's objects lie."""
    return f"{PIECES_PREFIX}{upload_id}/"


async def store_piece(key: VaultKey, upload_id: UUID, cut: Cut, replaces: UUID | None) -> StoredPiece:
    """Seal the piece and make it durable under a key that was never used before."""
    object_key = f"{folder_of(upload_id)}{cut.start}-{secrets.token_hex(8)}"
    sealed = await asyncio.to_thread(key.seal_object, object_key, cut.data)
    await platform().objects.put(object_key, sealed)
    return StoredPiece(
        piece_id=new_id(),
        replaces=replaces,
        start=cut.start,
        fresh_start=cut.start + cut.settled,
        length=len(cut.data),
        object_key=object_key,
        stored_at=now(),
    )


def row_of(upload: Upload, piece: StoredPiece) -> UploadPiece:
    return UploadPiece(
        id=piece.piece_id,
        recorded_at=piece.stored_at,
        organisation_id=upload.organisation_id,
        upload_id=upload.id,
        offset_bytes=piece.start,
        length_bytes=piece.length,
        object_key=piece.object_key,
    )


async def open_piece(key: VaultKey, object_key: str) -> bytes:
    """The plain bytes; Tampered unless they are what was sealed for this key."""
    sealed = await platform().objects.get(object_key)
    return await asyncio.to_thread(key.open, object_key, sealed)


async def open_pieces(key: VaultKey, object_keys: Iterable[str]) -> AsyncIterator[bytes]:
    for object_key in object_keys:
        yield await open_piece(key, object_key)


async def digest_pieces(key: VaultKey, object_keys: Iterable[str]) -> str:
    """The SHA-256 (hex) of the pieces' plain bytes one after another."""
    digest = hashlib.sha256()
    async for content in open_pieces(key, object_keys):
        await asyncio.to_thread(digest.update, content)
    return digest.hexdigest()


async def remove_objects(object_keys: Iterable[str]) -> None:
    """Remove objects that no row names; one that is forgotten by a crash is swept later."""
    for object_key in object_keys:
        await platform().objects.delete(object_key)
