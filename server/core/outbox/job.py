"""Declares jobs and writes them to the outbox inside the open transaction."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from server.core.db import transaction
from server.core.outbox.tables import OutboxJob
from server.core.platform import now


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A declared job: ids only, never clinical content. Subclasses set `name` (`cases.prepare_photo`) and `queue`."""

    name: ClassVar[str]
    queue: ClassVar[str] = "default"
    priority: ClassVar[int] = 0
    """Lower is sooner."""

    organisation_id: UUID


async def enqueue(job: Job, *, due_at: datetime | None = None, once_key: str = "") -> None:
    """Write the job; it exists if and only if the surrounding transaction commits.

    With `once_key` a job of that key that is still waiting is kept and this one is dropped.
    """
    at = now()
    async with transaction():
        if once_key and await OutboxJob.exists().where(OutboxJob.once_key == once_key):
            return
        await OutboxJob(
            recorded_at=at,
            organisation_id=job.organisation_id,
            name=job.name,
            queue=job.queue,
            priority=job.priority,
            payload=msgspec.json.encode(job),
            due_at=due_at or at,
            once_key=once_key or None,
        ).save()
