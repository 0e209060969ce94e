"""Reads uploads: how far one is, which are here in full, and their bytes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from uuid import UUID

from server.contract.sealed_parts import part_plain_size
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.vault import Tampered, VaultKey
from server.intake import queries
from server.intake.faults import upload_ended
from server.intake.lifecycle import WHOLE, UploadState
from server.intake.schemas import HeldUpload, Progress
from server.intake.service.creating import declaration_of
from server.intake.service.ledger import refuse_ended
from server.intake.service.opening import open_sealed
from server.intake.service.pieces import open_pieces
from server.intake.tables import Upload


def progress_of(upload: Upload, metadata: str = "") -> Progress:
    return Progress(
        received_bytes=upload.received_bytes,
        length_bytes=upload.length_bytes,
        state=UploadState(upload.state),
        expires_at=upload.expires_at,
        metadata=metadata,
    )


async def upload_progress(actor: Actor, token: str) -> Progress:
    """Where its creator resumes; UploadEnded when there is nothing to resume."""
    authorize(actor, Action.UPLOAD)
    upload = await queries.get_own_upload(actor, token)
    refuse_ended(upload)
    return progress_of(upload, declaration_of(upload, await vault.key(upload.vault_id)).metadata)


async def held(actor: Actor, case_id: UUID, patient_id: UUID) -> dict[str, HeldUpload]:
    """The case's media that are here in full, by the SHA-256 of their plain bytes."""
    return {upload.sha256: upload for upload in await held_uploads(actor, case_id, patient_id)}


async def held_uploads(actor: Actor, case_id: UUID, patient_id: UUID) -> list[HeldUpload]:
    """As `held`, also where two parts have the same bytes."""
    uploads = await queries.whole_uploads(actor, case_id, patient_id)
    if not uploads:
        return []
    key = await vault.key(uploads[0].vault_id)
    return [_held_upload(upload, key) for upload in uploads]


def _held_upload(upload: Upload, key: VaultKey) -> HeldUpload:
    declaration = declaration_of(upload, key)
    return HeldUpload(
        upload_id=upload.id,
        part_id=upload.part_id,
        sha256=declaration.content_sha256,
        size_bytes=part_plain_size(upload.length_bytes) if declaration.plain_sha256 else upload.length_bytes,
        media_type=upload.media_type,
        is_held=upload.state == UploadState.HELD,
    )


async def is_held(actor: Actor, upload_id: UUID) -> bool:
    """Whether a case answers for the upload and has not yet made of it what it needs."""
    return (await queries.get_upload(actor, upload_id)).state == UploadState.HELD


async def read_upload(actor: Actor, upload_id: UUID) -> bytes:
    """All bytes of an upload that is whole; Tampered unless they have the declared digest."""
    content = bytearray()
    async for part in stream_upload(actor, upload_id):
        content += part
    return bytes(content)


async def stream_upload(actor: Actor, upload_id: UUID) -> AsyncIterator[bytes]:
    """The plain bytes piece by piece; Tampered at the end unless the whole had the declared digest."""
    upload = await queries.get_upload(actor, upload_id)
    if UploadState(upload.state) not in WHOLE:
        raise upload_ended(UploadState(upload.state))
    key = await vault.key(upload.vault_id)
    declaration = declaration_of(upload, key)
    digest = hashlib.sha256()
    pieces = open_pieces(key, [piece.object_key for piece in await queries.pieces_of(upload)])
    async for content in open_sealed(pieces, upload) if declaration.plain_sha256 else pieces:
        await asyncio.to_thread(digest.update, content)
        yield content
    if digest.hexdigest() != declaration.content_sha256:
        raise Tampered(inside=f"the pieces of upload {upload_id} are not what was declared")
