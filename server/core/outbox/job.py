"""Declares jobs and writes them to the outbox inside the open transaction."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from server.core.db import after_commit, transaction
from server.core.outbox.tables import OutboxJob
from server.core.outbox.wake import announce
from server.core.platform import now

PRIORITIES = (-10, 0, 10)
"""Someone is waiting for it; ordinary; whenever there is time. Few, since each is its own range of the index."""

PLATFORM_WIDE = UUID(int=0)
"""The `organisation_id` of a job that concerns no one organisation."""


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A declared job: ids only, never clinical content. Subclasses set `name` (`cases.prepare_photo`) and `queue`."""

    name: ClassVar[str]
    queue: ClassVar[str] = "default"
    priority: ClassVar[int] = 0
    """One of PRIORITIES; lower is sooner."""

    organisation_id: UUID

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.priority not in PRIORITIES:
            raise TypeError(f"{cls.__name__}: priority {cls.priority} is none of {PRIORITIES}")


async def enqueue(job: Job, *, due_at: datetime | None = None, once_key: str = "") -> None:
    """Write the job; it exists if and only if the surrounding transaction commits.

    With `once_key` a job of that key that no worker has begun is kept and this one is dropped: it will see
    what this transaction wrote.
    """
    at = now()
    row = OutboxJob(
        recorded_at=at,
        organisation_id=job.organisation_id,
        name=job.name,
        queue=job.queue,
        priority=job.priority,
        payload=msgspec.json.encode(job),
        due_at=due_at or at,
        once_key=once_key or None,
    )
    insert = OutboxJob.insert(row)
    if once_key:
        # DO NOTHING would leave the waiting job unlocked: a worker could begin it before this commits.
        insert = insert.on_conflict(target=OutboxJob.once_key, action="DO UPDATE", values=[OutboxJob.once_key])
    async with transaction():
        await insert
        after_commit(announce)
