"""Writes one organisation's log to a file that can be verified without the database: JSON, one line a piece."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from server.core.access.actor import system_actor
from server.core.audit.chain import ChainedEvent
from server.core.audit.checkpoint_files import read_checkpoints
from server.core.audit.checkpoints import TrailContradictsCheckpoint, sign, write_checkpoint
from server.core.audit.record import record
from server.core.audit.sealer import seal
from server.core.audit.statements import Checkpoint, ExportClosed, ExportKey, ExportOpened, Line, digest
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.db import transaction
from server.core.faults import NotFound
from server.core.log import get_logger
from server.core.platform import now, platform

PAGE_EVENTS = 1000
log = get_logger(__name__)


class NoTrail(NotFound):
    """There is no log of such an organisation."""


async def export_trail(organisation_id: UUID, out: Path) -> ExportClosed:
    """Write everything up to now, this export itself included; NoTrail if nothing was ever recorded.

    A log that contradicts its checkpoints is exported all the same: it is the evidence.
    """
    if not await AuditEvent.exists().where(AuditEvent.organisation_id == organisation_id):
        raise NoTrail("No audit trail of organisation {organisation}.", organisation=organisation_id)
    async with transaction():
        await record(system_actor(organisation_id), "audit:exported")
    await seal(organisation_id)
    await _write_last_checkpoint(organisation_id)
    return await _write(organisation_id, out)


async def _write_last_checkpoint(organisation_id: UUID) -> None:
    try:
        await write_checkpoint(organisation_id)
    except TrailContradictsCheckpoint as error:
        log.error("audit_checkpoint_refused", organisation=organisation_id, detail=str(error))


async def _write(organisation_id: UUID, out: Path) -> ExportClosed:
    """Write beside `out` and move into place, so that a half-written export never looks like a cut one."""
    head = await AuditHead.objects().get(AuditHead.organisation_id == organisation_id)
    folder = platform().settings.audit.checkpoints
    checkpoints = await asyncio.to_thread(read_checkpoints, folder, organisation_id)
    if head is None:
        raise NoTrail("No audit trail of organisation {organisation}.", organisation=organisation_id)
    closed = _closing(head, checkpoints)
    unfinished = out.with_name(f".{out.name}.part")
    with unfinished.open("wb") as file:
        _put(file, ExportOpened(organisation_id=organisation_id))
        _put(file, *(ExportKey(key=key) for key in platform().keys.audit.public()))
        _put(file, *checkpoints)
        async for page in _pages(head):
            _put(file, *page)
        _put(file, closed)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(out)
    return closed


def _put(file: BinaryIO, *lines: Line) -> None:
    file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)


async def _pages(head: AuditHead) -> AsyncIterator[list[ChainedEvent]]:
    """The chained events up to `head`, read by their sequence."""
    after = 0
    while (
        events := await AuditEvent.objects()
        .where(
            AuditEvent.organisation_id == head.organisation_id,
            AuditEvent.sequence > after,
            AuditEvent.sequence <= head.sequence,
        )
        .order_by(AuditEvent.sequence)
        .limit(PAGE_EVENTS)
    ):
        yield [_chained(event) for event in events]
        after = events[-1].sequence


def _chained(event: AuditEvent) -> ChainedEvent:
    return ChainedEvent(event=event.as_event(event.sequence), chain=event.chain.hex())


def _closing(head: AuditHead, checkpoints: list[Checkpoint]) -> ExportClosed:
    return sign(
        ExportClosed(
            organisation_id=head.organisation_id,
            exported_at=now(),
            sequence=head.sequence,
            head=head.chain.hex(),
            checkpoints=len(checkpoints),
            last_checkpoint=digest(checkpoints[-1]) if checkpoints else "",
        )
    )
