"""Creates uploads, and finds the one that a lost response already made."""

import hashlib
from uuid import UUID

from server.contract.upload import MAX_UPLOAD_BYTES
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import BadInput, KeyReused
from server.core.ids import new_id, new_token
from server.core.platform import now, platform
from server.core.vault import VaultKey
from server.intake import queries
from server.intake.faults import EmptyUpload, TooManyPending, UploadEnded, UploadTooLarge
from server.intake.lifecycle import UploadEvent, UploadState
from server.intake.schemas import Created, Declaration, NewUpload
from server.intake.service.ledger import end_upload, expiry, refuse_ended
from server.intake.service.opening import has_sealed_size
from server.intake.tables import Upload
from server.patients import service as patients


def largest_upload() -> int:
    """The most bytes an upload may have here (`Tus-Max-Size`)."""
    return min(platform().settings.limits.upload_bytes, MAX_UPLOAD_BYTES)


async def create_upload(actor: Actor, new: NewUpload) -> Created:
    """An upload with an address of its own; the same owner, case, part and digest again get the same one.

    NotFound for a patient who is not the actor's, UploadTooLarge, EmptyUpload, TooManyPending, StorageFull:
    nothing has been accepted then.
    """
    authorize(actor, Action.UPLOAD)
    _check_length(new)
    patient = await patients.kept_summary(actor, new.patient_id)
    key = await vault.key(patient.vault_id)
    # Of the plain bytes: a part that comes sealed finds the same place as one that comes as it is.
    digest_address = key.digest_address(new.plain_sha256 or new.sha256)
    async with transaction():
        existing = await _find_living(actor, _slot(actor, new, digest_address))
        if existing is not None:
            return _created_before(existing, new, key)
        await _require_room(actor, new)
        upload, token = _row(actor, new, key, patient.organisation_id, digest_address)
        inserted = await Upload.insert(upload).on_conflict(action="DO NOTHING").returning(Upload.id)
    # Another request of the same client was faster: what it made is this one's answer too.
    return Created(token=token, expires_at=upload.expires_at) if inserted else await create_upload(actor, new)


def _check_length(new: NewUpload) -> None:
    if new.length_bytes == 0:
        raise EmptyUpload
    if new.plain_sha256 and not has_sealed_size(new.length_bytes):
        raise BadInput("Nothing that is sealed has this length.")
    if new.length_bytes > largest_upload():
        raise UploadTooLarge("At most {most} bytes are accepted.", most=largest_upload())


async def _require_room(actor: Actor, new: NewUpload) -> None:
    if await queries.count_pending(actor) >= platform().settings.limits.pending_uploads_per_owner:
        raise TooManyPending
    await platform().objects.require_room(new.length_bytes)


def _slot(actor: Actor, new: NewUpload, digest_address: str) -> str:
    how = f"|{new.sha256}" if new.plain_sha256 else ""
    named = f"{actor.actor_id}|{new.case_id}|{new.part_id}|{digest_address}{how}"
    return hashlib.sha256(named.encode()).hexdigest()


async def _find_living(actor: Actor, slot: str) -> Upload | None:
    upload = await queries.find_in_slot(actor, slot)
    if upload is None:
        return None
    try:
        refuse_ended(upload)
    except UploadEnded:
        await end_upload(actor, upload, UploadEvent.EXPIRE)
        return None
    return upload


def _created_before(upload: Upload, new: NewUpload, key: VaultKey) -> Created:
    if upload.length_bytes != new.length_bytes:
        raise KeyReused("The same digest was declared before with another length.")
    token = declaration_of(upload, key).token
    return Created(token=token, expires_at=upload.expires_at, received_bytes=upload.received_bytes)


def _row(actor: Actor, new: NewUpload, key: VaultKey, organisation_id: UUID, digest_address: str) -> tuple[Upload, str]:
    upload_id, token = new_id(), new_token()
    declaration = Declaration(sha256=new.sha256, token=token, metadata=new.metadata, plain_sha256=new.plain_sha256)
    upload = Upload(
        id=upload_id,
        recorded_at=now(),
        organisation_id=organisation_id,
        owner_id=actor.actor_id,
        patient_id=new.patient_id,
        case_id=new.case_id,
        part_id=new.part_id,
        vault_id=key.vault_id,
        token_hash=queries.hash_token(token),
        slot=_slot(actor, new, digest_address),
        sealed=key.seal_value(_sealed_name(upload_id), declaration),
        digest_address=digest_address,
        media_type=new.media_type,
        length_bytes=new.length_bytes,
        state=UploadState.RECEIVING,
        expires_at=expiry(),
    )
    return upload, token


def declaration_of(upload: Upload, key: VaultKey) -> Declaration:
    return key.open_value(_sealed_name(upload.id), upload.sealed, Declaration)


def _sealed_name(upload_id: UUID) -> str:
    return f"upload/{upload_id}/sealed"
