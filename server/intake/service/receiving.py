"""The verbs behind PATCH, and behind a POST that brings bytes: they go to an upload at its offset."""

import msgspec

from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.platform import platform
from server.core.vault import VaultKey
from server.intake import queries
from server.intake.faults import BeyondLength, WrongOffset
from server.intake.lifecycle import UploadState
from server.intake.receiving.body import Body, Receive
from server.intake.receiving.desk import Desk, desk
from server.intake.receiving.gathering import SMALL_PIECE_BYTES, Gathering
from server.intake.schemas import Created, Incoming, NewUpload, Progress
from server.intake.service import ledger
from server.intake.service.creating import create_upload, declaration_of
from server.intake.service.keeping import EachPiece, UnderChecksum
from server.intake.service.pieces import open_piece
from server.intake.service.reading import progress_of
from server.intake.service.reception import Reception
from server.intake.service.writing import PieceWriter, Task
from server.intake.tables import Upload


async def create_with_bytes(actor: Actor, new: NewUpload, incoming: Incoming, receive: Receive) -> Created:
    """Create the upload and keep what the same request brings of its beginning (tus 1.0.0, creation-with-upload).

    Nothing is read for one that was created before and has bytes already: whoever sends it again knew no address to
    ask. The faults of both verbs; after one of receiving, the upload is there.
    """
    created = await create_upload(actor, new)
    if created.received_bytes:
        return created
    progress = await receive_bytes(actor, created.token, incoming, receive)
    return msgspec.structs.replace(created, received_bytes=progress.received_bytes)


async def receive_bytes(actor: Actor, token: str, incoming: Incoming, receive: Receive) -> Progress:
    """Keep the body's bytes from `incoming.offset` on; the progress tells up to where they are durable.

    Nothing of the body is read before it is known that it can be kept: NotFound, UploadEnded, WrongOffset,
    BeyondLength, StorageFull, ReceivingFull, UploadBusy. Afterwards SenderGone, SenderSilent (what came is kept),
    ChecksumMismatch (nothing of the body is kept), DigestMismatch (the upload is refused).
    """
    authorize(actor, Action.UPLOAD)
    upload = await queries.get_own_upload(actor, token)
    ledger.refuse_ended(upload)
    if incoming.offset != upload.received_bytes:
        raise WrongOffset(headers={"Upload-Offset": str(upload.received_bytes)})
    if incoming.offset + (incoming.length_bytes or 0) > upload.length_bytes:
        raise BeyondLength
    if upload.state == UploadState.RECEIVING:
        await platform().objects.require_room(incoming.length_bytes or 0)
        shared = desk()
        with shared.room.place():
            await _receive(actor, upload, incoming, Body(receive), shared)
    return progress_of(upload)


async def _receive(actor: Actor, upload: Upload, incoming: Incoming, body: Body, shared: Desk) -> None:
    key = await vault.key(upload.vault_id)
    declaration = declaration_of(upload, key)
    lease_id = await ledger.take_lease(upload)
    try:
        task = Task(
            actor=actor,
            upload=upload,
            lease_id=lease_id,
            key=key,
            sha256=declaration.sha256,
            plain_sha256=declaration.plain_sha256,
            last=await queries.tail_of(upload),
        )
        writer = PieceWriter(task, shared)
        keeper = UnderChecksum(writer, incoming.checksum) if incoming.checksum else EachPiece(writer)
        gathering = await _gather_from(task, key)
        await Reception(gathering, upload.length_bytes, shared.room, writer, keeper).run(body)
    finally:
        if upload.lease_id == lease_id:
            await ledger.release_lease(upload, lease_id)


async def _gather_from(task: Task, key: VaultKey) -> Gathering:
    """Begin behind the last piece, or with its bytes if it is small, to make one longer piece of both."""
    last = task.last
    if last is None or last.length_bytes >= SMALL_PIECE_BYTES:
        return Gathering(task.upload.received_bytes)
    return Gathering(last.offset_bytes, await open_piece(key, last.object_key))
