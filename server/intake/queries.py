"""Every select on upload rows; each takes the actor and reaches only what the actor may see."""

import hashlib
from datetime import datetime
from typing import cast
from uuid import UUID

from server.core.access import Actor, system_actor
from server.core.db import platform_wide, scoped
from server.core.faults import NotFound
from server.intake.lifecycle import PENDING, UploadState
from server.intake.tables import Upload, UploadPiece


def hash_token(token: str) -> str:
    """What of an address is stored and searched."""
    return hashlib.sha256(token.encode()).hexdigest()


async def get_own_upload(actor: Actor, token: str) -> Upload:
    """The upload at this address, if the actor created it and may still see its patient; else NotFound."""
    upload = (
        await scoped(actor, Upload)
        .objects()
        .where(Upload.token_hash == hash_token(token))
        .where(Upload.owner_id == actor.actor_id)
        .first()
    )
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


async def get_upload(actor: Actor, upload_id: UUID) -> Upload:
    upload = await scoped(actor, Upload).objects().where(Upload.id == upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


async def find_in_slot(actor: Actor, slot: str) -> Upload | None:
    return await scoped(actor, Upload).objects().where(Upload.slot == slot).first()


async def count_pending(actor: Actor) -> int:
    """How many of the actor's own uploads no case answers for."""
    own = scoped(actor, Upload).count().where(Upload.owner_id == actor.actor_id)
    return cast(int, await own.where(Upload.state.is_in(list(PENDING))))


WHOLE_UPLOAD = (
    Upload.id,
    Upload.part_id,
    Upload.vault_id,
    Upload.sealed,
    Upload.length_bytes,
    Upload.media_type,
    Upload.state,
)


async def whole_uploads(actor: Actor, case_id: UUID, patient_id: UUID) -> list[Upload]:
    """The case's uploads that are here in full and not consumed; an upload for another patient is not the case's.

    Only the columns `WHOLE_UPLOAD` are read.
    """
    rows = (
        await scoped(actor, Upload)
        .select(*WHOLE_UPLOAD)
        .where(Upload.case_id == case_id)
        .where(Upload.patient_id == patient_id)
        .where(Upload.state.is_in([UploadState.COMPLETE, UploadState.HELD]))
        .order_by(Upload.id)
    )
    return [Upload(_ignore_missing=True, **row) for row in rows]


async def see_again(upload: Upload) -> Upload:
    """The row as it stands now."""
    return await get_upload(system_actor(upload.organisation_id), upload.id)


async def expired_uploads(at: datetime, most: int) -> list[Upload]:
    """Uploads of every organisation that no case answers for and whose time has passed."""
    with platform_wide():
        return (
            await Upload.objects()
            .where(Upload.state.is_in(list(PENDING)))
            .where(Upload.expires_at <= at)
            .order_by(Upload.expires_at)
            .limit(most)
        )


async def pieces_of(upload: Upload) -> list[UploadPiece]:
    """The pieces in the order of their bytes; reached only through an upload that the actor may see."""
    return (
        await scoped(system_actor(upload.organisation_id), UploadPiece)
        .objects()
        .where(UploadPiece.upload_id == upload.id)
        .order_by(UploadPiece.offset_bytes)
    )


async def tail_of(upload: Upload) -> UploadPiece | None:
    """The piece with the last bytes."""
    return (
        await scoped(system_actor(upload.organisation_id), UploadPiece)
        .objects()
        .where(UploadPiece.upload_id == upload.id)
        .order_by(UploadPiece.offset_bytes, ascending=False)
        .first()
    )


async def named_keys(object_keys: list[str]) -> set[str]:
    """Which of these objects a piece names, of any organisation: the store is swept as a whole."""
    if not object_keys:
        return set()
    with platform_wide():
        rows = await UploadPiece.select(UploadPiece.object_key).where(UploadPiece.object_key.is_in(object_keys))
    return {row["object_key"] for row in rows}
