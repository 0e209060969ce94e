"""Marks jobs as sent for the relay; a message that is never begun is sent again, ever more seldom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from piccolo.query.functions import Count

from server.core.db import transaction
from server.core.ids import new_id
from server.core.outbox.job import PRIORITIES
from server.core.outbox.leases import due_ids, is_any_due
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import now

DOUBLINGS = 6
"""A job's pause before it is sent again doubles this often: a slow consumer is not drowned in copies."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a message may hold: which job, and nothing of what it is about."""

    id: UUID
    organisation_id: UUID
    name: str
    queue: str
    sends: int


class Sender:
    """The jobs one relay has sent that no worker has begun: at most `window` of each priority at a time."""

    def __init__(self, lease_s: float, window: int) -> None:
        self._owner = new_id()
        self._lease = timedelta(seconds=lease_s)
        self._window = window

    async def take(self) -> list[Envelope]:
        """Mark what is due as sent: new jobs, and those whose message or worker was lost."""
        at = now()
        if not await is_any_due(at):
            return []
        outstanding = await self._outstanding(at)
        async with transaction():
            taken: list[Envelope] = []
            for priority in PRIORITIES:
                if room := self._window - outstanding.get(priority, 0):
                    taken += await self._take(priority, room, at)
            await self._defer_again(taken, at)
        return taken

    async def take_back(self, envelopes: Iterable[Envelope]) -> None:
        """They could not be sent: due at once."""
        for envelope in envelopes:
            await OutboxJob.update(
                {
                    OutboxJob.state: JobState.WAITING,
                    OutboxJob.due_at: now(),
                    OutboxJob.sends: envelope.sends - 1,
                    OutboxJob.lease_owner: None,
                }
            ).where(OutboxJob.id == envelope.id, OutboxJob.lease_owner == self._owner)

    async def _outstanding(self, at: datetime) -> dict[int, int]:
        rows = await (
            OutboxJob.select(OutboxJob.priority, Count())
            .where(OutboxJob.state == JobState.SENT, OutboxJob.lease_owner == self._owner, OutboxJob.due_at > at)
            .group_by(OutboxJob.priority)
        )
        return {row["priority"]: row["count"] for row in rows}

    async def _take(self, priority: int, limit: int, at: datetime) -> list[Envelope]:
        rows = await (
            OutboxJob.update(self._sent_values(at))
            .where(OutboxJob.id.is_in(due_ids(priority, limit, at)), OutboxJob.due_at <= at)
            .returning(OutboxJob.id, OutboxJob.organisation_id, OutboxJob.name, OutboxJob.queue, OutboxJob.sends)
        )
        return [Envelope(**row) for row in sorted(rows, key=_by_id)]

    def _sent_values(self, at: datetime) -> dict[Any, Any]:
        return {
            OutboxJob.state: JobState.SENT,
            OutboxJob.lease_owner: self._owner,
            OutboxJob.due_at: at + self._lease,
            OutboxJob.sends: OutboxJob.sends + 1,
        }

    async def _defer_again(self, taken: Iterable[Envelope], at: datetime) -> None:
        repeated = sorted((envelope for envelope in taken if envelope.sends > 1), key=_sends)
        for sends, envelopes in groupby(repeated, key=_sends):
            again_at = at + self._lease * 2 ** min(sends - 1, DOUBLINGS)
            ids = [envelope.id for envelope in envelopes]
            await OutboxJob.update({OutboxJob.due_at: again_at}).where(OutboxJob.id.is_in(ids))


def _by_id(row: dict[str, Any]) -> UUID:
    return row["id"]


def _sends(envelope: Envelope) -> int:
    return envelope.sends
