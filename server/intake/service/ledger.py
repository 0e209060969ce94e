"""The transactions of an upload's life: leases, pieces with the offset that they move, and its ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from piccolo.columns.combination import Or

from server.core import audit
from server.core.access import Actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.intake import queries
from server.intake.faults import LeaseLost, StagedTooLong, UploadBusy, upload_ended
from server.intake.jobs import RemovePieces, UploadCompleted
from server.intake.lifecycle import PENDING, WHOLE, UploadEvent, UploadState, following, sources_of
from server.intake.service.pieces import StoredPiece, row_of
from server.intake.tables import Upload, UploadPiece

LEASE = timedelta(seconds=15)
"""A PATCH renews it while bytes come; after it has passed, the next PATCH takes over."""
STAGED_AT_MOST = timedelta(hours=1)
"""An object older than this gets no row any more: long before it would be swept as an orphan."""

Values = dict[Any, Any]
FREE: Values = {Upload.lease_id: None, Upload.lease_until: None}


def expiry() -> datetime:
    """When an upload that moves now would expire."""
    return now() + timedelta(hours=platform().settings.limits.upload_expires_h)


def refuse_ended(upload: Upload) -> None:
    """Raise UploadEnded for what was refused, terminated or expired, swept or not."""
    state = UploadState(upload.state)
    if state in PENDING and upload.expires_at <= now():
        state = UploadState.EXPIRED
    if state not in WHOLE and state is not UploadState.RECEIVING:
        raise upload_ended(state)


async def take_lease(upload: Upload) -> UUID:
    """The right to move the offset from where `upload` stands; UploadBusy while another request has it.

    `upload` carries the lease until it is given back.
    """
    at, lease_id = now(), new_id()
    values: Values = {Upload.lease_id: lease_id, Upload.lease_until: at + LEASE}
    taken = (
        await _receiving(upload, values)
        .where(Upload.received_bytes == upload.received_bytes)
        .where(Or(Upload.lease_until.is_null(), Upload.lease_until <= at))
        .returning(Upload.id)
    )
    if not taken:
        raise UploadBusy(headers={"Retry-After": str(LEASE.seconds)})
    upload.lease_id = lease_id
    return lease_id


async def renew_lease(upload: Upload, lease_id: UUID) -> None:
    await _move(upload, lease_id, upload.received_bytes, {Upload.lease_until: now() + LEASE})


async def release_lease(upload: Upload, lease_id: UUID) -> None:
    """Let the next request in at once; nothing happens if the lease was lost."""
    await Upload.update(FREE).where(Upload.id == upload.id).where(Upload.lease_id == lease_id)


async def record_pieces(upload: Upload, lease_id: UUID, pieces: Sequence[StoredPiece], *, keeps_lease: bool) -> None:
    """Record durable pieces and move the offset over them, in one transaction; `upload` carries it afterwards.

    LeaseLost when another request has taken over, UploadEnded when the upload has: then nothing is recorded.
    """
    lease: Values = {Upload.lease_until: now() + LEASE} if keeps_lease else FREE
    async with transaction():
        await _record(upload, lease_id, pieces, lease)
    upload.received_bytes, upload.expires_at = pieces[-1].end, expiry()
    upload.lease_id = lease_id if keeps_lease else None


async def complete(actor: Actor, upload: Upload, lease_id: UUID, pieces: Sequence[StoredPiece]) -> None:
    """As `record_pieces` for the last ones, whose digest was verified; a job in the same transaction tells the case."""
    at = now()
    ending: Values = {
        Upload.state: following(UploadEvent.COMPLETE),
        Upload.completed_at: at,
        **FREE,
    }
    async with transaction():
        await _record(upload, lease_id, pieces, ending)
        await enqueue(
            UploadCompleted(
                organisation_id=upload.organisation_id,
                upload_id=upload.id,
                case_id=upload.case_id,
                part_id=upload.part_id,
            )
        )
        await _audit(actor, upload, UploadState.COMPLETE)
    upload.received_bytes, upload.state, upload.lease_id = upload.length_bytes, UploadState.COMPLETE, None


async def end_upload(actor: Actor, upload: Upload, event: UploadEvent, clause: Any = None) -> bool:
    """Refuse, terminate, expire or consume: its pieces' rows go now, their objects after the commit.

    False when the upload is in no state (or does not meet `clause`) that allows it.
    """
    state = following(event)
    values: Values = {Upload.state: state, **FREE}
    if state not in WHOLE:
        values[Upload.slot] = None
    async with transaction():
        if not await _step(upload, event, values, clause):
            return False
        await UploadPiece.delete().where(UploadPiece.upload_id == upload.id)
        await enqueue(RemovePieces(organisation_id=upload.organisation_id, upload_id=upload.id))
        await _audit(actor, upload, state)
    return True


async def keep_upload(actor: Actor, upload: Upload, event: UploadEvent) -> bool:
    """Hold, or consume and keep the original: its pieces stay. False when its state does not allow it."""
    async with transaction():
        if not await _step(upload, event, {Upload.state: following(event)}):
            return False
        await _audit(actor, upload, following(event))
    return True


async def _record(upload: Upload, lease_id: UUID, pieces: Sequence[StoredPiece], values: Values) -> None:
    if pieces[0].stored_at + STAGED_AT_MOST < now():
        raise StagedTooLong
    moving: Values = {Upload.received_bytes: pieces[-1].end, Upload.expires_at: expiry(), **values}
    await _move(upload, lease_id, pieces[0].fresh_start, moving)
    replaced = [piece.replaces for piece in pieces if piece.replaces]
    if replaced:
        await UploadPiece.delete().where(UploadPiece.id.is_in(replaced))
    await UploadPiece.insert(*(row_of(upload, piece) for piece in pieces))


async def _move(upload: Upload, lease_id: UUID, offset: int, values: Values) -> None:
    """Compare and set: only the lease's holder, only from `offset`."""
    moved = (
        await _receiving(upload, values)
        .where(Upload.lease_id == lease_id)
        .where(Upload.received_bytes == offset)
        .returning(Upload.id)
    )
    if not moved:
        refuse_ended(await queries.see_again(upload))
        raise LeaseLost


def _receiving(upload: Upload, values: Values) -> Any:
    return _update(upload, values).where(Upload.state == UploadState.RECEIVING)


def _update(upload: Upload, values: Values) -> Any:
    return cast(Any, Upload.update(values)).where(Upload.id == upload.id)


async def _step(upload: Upload, event: UploadEvent, values: Values, clause: Any = None) -> bool:
    update = _update(upload, values).where(Upload.state.is_in(sources_of(event)))
    return bool(await (update if clause is None else update.where(clause)).returning(Upload.id))


async def _audit(actor: Actor, upload: Upload, state: UploadState) -> None:
    await audit.record(
        actor,
        f"upload:{'completed' if state is UploadState.COMPLETE else state}",
        subject_id=upload.id,
        patient_id=upload.patient_id,
        organisation_id=upload.organisation_id,
        detail={"case": str(upload.case_id), "bytes": upload.length_bytes},
    )
