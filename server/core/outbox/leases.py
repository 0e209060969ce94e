"""Hands jobs out under leases, and writes down how each ended; whoever lost its lease changes nothing any more."""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

import msgspec
from piccolo.columns.combination import And

from server.core.ids import new_id
from server.core.outbox.job import PRIORITIES
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import now


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One handing out of one job; `number` counts them from 1, `failures` those that ended in an error."""

    id: UUID
    organisation_id: UUID
    name: str
    queue: str
    payload: bytes
    number: int
    failures: int


class Leases:
    """The jobs one worker process holds; `extend` must be called well within `lease_s`."""

    def __init__(self, lease_s: float) -> None:
        self.owner = new_id()
        self._lease = timedelta(seconds=lease_s)
        self._held: set[UUID] = set()
        self._changing = threading.Lock()

    @property
    def held(self) -> int:
        """How many jobs have not ended."""
        return len(self._held)

    async def claim(self, limit: int) -> list[Delivery]:
        """Take up to `limit` jobs that are due or whose lease has run out, the urgent and the older first."""
        at = now()
        ids = (await due_ids(dict.fromkeys(PRIORITIES, limit), at))[:limit]
        if not ids:
            return []
        # Asking again whether it is due is what keeps a row from two processes that read it at the same time.
        is_free = And(OutboxJob.id.is_in(ids), OutboxJob.due_at <= at)
        rows: list[dict[str, Any]] = (
            await OutboxJob.update(self._lease_values(at)).where(is_free).returning(*_DELIVERED)
        )
        return [self._hold(row) for row in sorted(rows, key=lambda row: ids.index(row["id"]))]

    async def begin(self, job_id: UUID) -> Delivery | None:
        """Take the one job a message names; None if it is done, running, or back in the outbox."""
        is_sent = And(OutboxJob.id == job_id, OutboxJob.state == JobState.SENT)
        rows = await OutboxJob.update(self._lease_values(now())).where(is_sent).returning(*_DELIVERED)
        return self._hold(rows[0]) if rows else None

    async def extend(self) -> None:
        """Hold on to everything that has not ended; called by the heartbeat."""
        with self._changing:
            held = list(self._held)
        if held:
            mine = And(OutboxJob.lease_owner == self.owner, OutboxJob.id.is_in(held))
            await OutboxJob.update({OutboxJob.due_at: now() + self._lease}).where(mine)

    async def finish(self, delivery: Delivery) -> bool:
        """The job is done and its row goes; False if the lease was lost meanwhile."""
        self._release(delivery.id)
        finished = cast(Any, OutboxJob.delete()).where(self._is_mine(delivery))
        return bool(await finished.returning(OutboxJob.id))

    async def postpone(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        """The job failed and is due again later; False if the lease was lost meanwhile."""
        return await self._end(
            delivery,
            {
                OutboxJob.state: JobState.WAITING,
                OutboxJob.due_at: due_at,
                OutboxJob.failures: delivery.failures + 1,
                OutboxJob.last_error: reason,
            },
        )

    async def bury(self, delivery: Delivery, reason: str) -> bool:
        """The job is dead: kept for an administrator; False if the lease was lost meanwhile."""
        return await self._end(
            delivery, {OutboxJob.state: JobState.DEAD, OutboxJob.due_at: None, OutboxJob.last_error: reason}
        )

    async def give_back(self, deliveries: Iterable[Delivery]) -> None:
        """The jobs were not run, or stopped before their end: due at once, as if never handed out."""
        for delivery in deliveries:
            await self._end(
                delivery,
                {
                    OutboxJob.state: JobState.WAITING,
                    OutboxJob.due_at: now(),
                    OutboxJob.deliveries: delivery.number - 1,
                },
            )

    async def _end(self, delivery: Delivery, values: dict[Any, Any]) -> bool:
        self._release(delivery.id)
        return bool(
            await OutboxJob.update({**values, OutboxJob.lease_owner: None})
            .where(self._is_mine(delivery))
            .returning(OutboxJob.id)
        )

    def _lease_values(self, at: datetime) -> dict[Any, Any]:
        return {
            OutboxJob.state: JobState.LEASED,
            OutboxJob.lease_owner: self.owner,
            OutboxJob.due_at: at + self._lease,
            OutboxJob.deliveries: OutboxJob.deliveries + 1,
            OutboxJob.sends: 0,
            # From here on a new job of the key must not be dropped: this one may already have read what it needs.
            OutboxJob.once_key: None,
        }

    def _is_mine(self, delivery: Delivery) -> And:
        same = And(OutboxJob.id == delivery.id, OutboxJob.deliveries == delivery.number)
        return And(same, OutboxJob.lease_owner == self.owner)

    def _hold(self, row: dict[str, Any]) -> Delivery:
        with self._changing:
            self._held.add(row["id"])
        return Delivery(number=row.pop("deliveries"), **row)

    def _release(self, job_id: UUID) -> None:
        with self._changing:
            self._held.discard(job_id)


_DELIVERED = (
    OutboxJob.id,
    OutboxJob.organisation_id,
    OutboxJob.name,
    OutboxJob.queue,
    OutboxJob.payload,
    OutboxJob.deliveries,
    OutboxJob.failures,
)


_DUE = """
    SELECT id, priority, due_at FROM (
        SELECT id, priority, due_at FROM outbox_job WHERE priority = {} AND due_at <= {} ORDER BY due_at, id LIMIT {}
    ) AS due
"""


async def due_ids(limits: Mapping[int, int], at: datetime) -> list[UUID]:
    """The jobs to hand out next, in order; up to `limits[priority]` of each priority.

    Written as one range of the index for each priority: ordering by both would read every job that is not due yet.
    A read, since an update that finds nothing still takes SQLite's one writer.
    """
    values = [value for priority, limit in limits.items() for value in (priority, at, limit)]
    rows: list[dict[str, Any]] = await cast(Any, OutboxJob).raw(" UNION ALL ".join([_DUE] * len(limits)), *values)
    return [row["id"] for row in sorted(rows, key=itemgetter("priority", "due_at", "id"))]
