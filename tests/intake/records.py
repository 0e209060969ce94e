"""What the intake left behind: jobs, audit tags, objects."""

from typing import Any
from uuid import UUID

import msgspec
from piccolo.table import Table

from server.core.audit.tables import AuditEvent
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform


async def only_row(table: type[Table]) -> dict[str, Any]:
    """The one row that the table has."""
    (row,) = await table.select()
    return row


async def jobs_of(name: str) -> list[dict[str, Any]]:
    """The payloads of the jobs of that name that wait, oldest first."""
    rows = await OutboxJob.objects().where(OutboxJob.name == name).order_by(OutboxJob.id)
    return [msgspec.json.decode(row.payload) for row in rows]


async def audited(subject_id: UUID) -> list[str]:
    rows = await AuditEvent.objects().where(AuditEvent.subject_id == subject_id).order_by(AuditEvent.id)
    return [row.tag for row in rows]


async def objects(platform: Platform) -> set[str]:
    """Keys of every piece in the store."""
    return {info.key async for info in platform.objects.list("uploads/")}
