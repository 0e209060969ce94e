"""Writes a stretch of one organisation's log as FHIR AuditEvents, one a line (NDJSON), a page of rows at a time."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import msgspec

from server.core.access.actor import system_actor
from server.core.audit.fhir import to_fhir
from server.core.audit.queries import TrailFilter, matching
from server.core.audit.record import record
from server.core.audit.sealer import seal
from server.core.audit.tables import AuditEvent
from server.core.db import transaction

PAGE_EVENTS = 1000


async def export_fhir(organisation_id: UUID, out: Path, wanted: TrailFilter) -> int:
    """Write the events that `wanted` names, oldest first, and answer how many; the export itself is recorded.

    For other systems to read: whether the log was tampered with is told by `export_trail`'s file alone.
    """
    async with transaction():
        await record(system_actor(organisation_id), "audit:exported", detail={"as": "fhir"})
    await seal(organisation_id)
    written = 0
    unfinished = out.with_name(f".{out.name}.part")
    with unfinished.open("wb") as file:
        async for page in _pages(organisation_id, wanted):
            file.writelines(msgspec.json.encode(to_fhir(row.as_event(row.sequence))) + b"\n" for row in page)
            written += len(page)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(out)
    return written


async def _pages(organisation_id: UUID, wanted: TrailFilter) -> AsyncIterator[list[AuditEvent]]:
    after = 0
    of_log = AuditEvent.organisation_id == organisation_id
    while (
        rows := await AuditEvent.objects()
        .where(of_log, AuditEvent.sequence > after, *matching(wanted))
        .order_by(AuditEvent.sequence)
        .limit(PAGE_EVENTS)
    ):
        yield rows
        after = rows[-1].sequence
