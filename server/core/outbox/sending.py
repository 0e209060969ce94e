"""Marks jobs as sent for the relay; a message that is never begun is sent again, ever more seldom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import And
from piccolo.query.functions import Count

from server.core.db import transaction
from server.core.ids import new_id
from server.core.outbox.job import PRIORITIES
from server.core.outbox.leases import due_ids
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
        ids = await due_ids(await self._room(at), at)
        if not ids:
            return []
        is_free = And(OutboxJob.id.is_in(ids), OutboxJob.due_at <= at)
        async with transaction():
            rows: list[dict[str, Any]] = await OutboxJob.update(self._sent_values(at)).where(is_free).returning(*_SENT)
            taken = [Envelope(**row) for row in sorted(rows, key=lambda row: ids.index(row["id"]))]
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

    async def _room(self, at: datetime) -> dict[int, int]:
        """Of each priority, how many more may be sent; jobs due again do not count."""
        is_out = And(OutboxJob.state == JobState.SENT, OutboxJob.due_at > at)
        rows = await (
            OutboxJob.select(OutboxJob.priority, Count())
            .where(is_out, OutboxJob.lease_owner == self._owner)
            .group_by(OutboxJob.priority)
        )
        out = {row["priority"]: row["count"] for row in rows}
        return {priority: max(self._window - out.get(priority, 0), 0) for priority in PRIORITIES}

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


_SENT = (OutboxJob.id, OutboxJob.organisation_id, OutboxJob.name, OutboxJob.queue, OutboxJob.sends)


def _sends(envelope: Envelope) -> int:
    return envelope.sends
