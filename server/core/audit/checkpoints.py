"""Signs where each log stands and keeps that outside the database, where an edit of the database cannot reach."""

import asyncio
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec

from server.core.audit.checkpoint_append import append_checkpoint, last_checkpoint
from server.core.audit.checkpoint_files import CheckpointsUnreadable
from server.core.audit.statements import Checkpoint, ExportClosed, digest, signed_bytes
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.log import get_logger
from server.core.platform import now, platform

log = get_logger(__name__)

StatementT = TypeVar("StatementT", Checkpoint, ExportClosed)


class TrailContradictsCheckpoint(Exception):
    """The log in the database is not the one that was signed before; nothing further is signed about it."""


async def is_checkpoint_due() -> bool:
    """Whether a log has grown since its last checkpoint and that is long enough ago."""
    return await AuditHead.exists().where(_due())


async def write_checkpoints() -> int:
    """Write every checkpoint that is due; returns how many were written.

    A log that contradicts its last checkpoint, or whose checkpoints are damaged, is reported as an error and
    left without a new one: signing it would vouch for the change.
    """
    rows = await AuditHead.select(AuditHead.organisation_id).where(_due())
    return sum([await _attempt(row["organisation_id"]) for row in rows])


async def write_checkpoint(organisation_id: UUID) -> bool:
    """Sign where this log stands, due or not; False if that is signed already, here or by another worker.

    TrailContradictsCheckpoint if the log is not the one that was signed last.
    """
    folder = platform().settings.audit.checkpoints
    last = await asyncio.to_thread(last_checkpoint, folder, organisation_id)
    head = await AuditHead.objects().get(AuditHead.organisation_id == organisation_id)
    if last is not None:
        await _check_unchanged(last)
    if head is None:
        return False
    is_ahead = last is None or last.sequence < head.sequence
    if is_ahead and not await asyncio.to_thread(append_checkpoint, folder, sign(await _next(head, last))):
        return False
    await AuditHead.update({AuditHead.checkpoint_sequence: head.sequence}).where(AuditHead.id == head.id)
    return is_ahead


def sign(statement: StatementT) -> StatementT:
    """The statement with the newest audit key's signature."""
    key_id, signature = platform().keys.audit.sign(signed_bytes(statement))
    return msgspec.structs.replace(statement, key_id=key_id, signature=signature)


def _due() -> Any:
    long_ago = now() - timedelta(seconds=platform().settings.audit.checkpoint_every_s)
    is_time = AuditHead.checkpoint_at.is_null() | (AuditHead.checkpoint_at <= long_ago)
    return (AuditHead.sequence > AuditHead.checkpoint_sequence) & is_time


async def _attempt(organisation_id: UUID) -> bool:
    is_theirs = AuditHead.organisation_id == organisation_id
    await AuditHead.update({AuditHead.checkpoint_at: now()}).where(is_theirs)
    try:
        return await write_checkpoint(organisation_id)
    except (TrailContradictsCheckpoint, CheckpointsUnreadable) as error:
        log.error("audit_checkpoint_refused", organisation=organisation_id, detail=str(error))
        return False


async def _check_unchanged(last: Checkpoint) -> None:
    """Compare the database's link at the checkpoint's sequence with the one that was signed."""
    event = await AuditEvent.objects().get(
        (AuditEvent.organisation_id == last.organisation_id) & (AuditEvent.sequence == last.sequence)
    )
    if event is None:
        raise TrailContradictsCheckpoint(f"event {last.sequence}, signed at {last.signed_at}, is gone")
    if event.chain is None or event.chain.hex() != last.head:
        raise TrailContradictsCheckpoint(f"the log up to event {last.sequence} was signed otherwise")


async def _next(head: AuditHead, last: Checkpoint | None) -> Checkpoint:
    since = last.sequence if last else 0
    is_added = (AuditEvent.sequence > since) & (AuditEvent.sequence <= head.sequence)
    added = cast("int", await AuditEvent.count().where(AuditEvent.organisation_id == head.organisation_id, is_added))
    return Checkpoint(
        organisation_id=head.organisation_id,
        number=(last.number if last else 0) + 1,
        sequence=head.sequence,
        events=(last.events if last else 0) + added,
        head=head.chain.hex(),
        signed_at=now(),
        previous=digest(last) if last else "",
    )
