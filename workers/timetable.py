"""Puts a periodic job into the outbox when its turn has come; any number of processes may do so."""

from datetime import datetime
from uuid import UUID

from server.core.db import transaction
from server.core.outbox import PLATFORM_WIDE, enqueue
from server.core.outbox.timetable import last_turn, take_turn
from server.core.platform import now
from workers.actors import Periodic

LONGEST_PAUSE_S = 60.0


class Turns:
    """The turns of one periodic job."""

    def __init__(self, periodic: Periodic) -> None:
        self._periodic = periodic

    async def take_due(self) -> float:
        """One step of the background: take the turn if it has come; returns the seconds until the next."""
        seen = await last_turn(self._periodic.job.name)
        until_due_s = (self._periodic.every - (now() - seen)).total_seconds() if seen else 0.0
        if until_due_s <= 0:
            until_due_s = self._periodic.every.total_seconds()
            if self._periodic.when is None or await self._periodic.when():
                await self._take(seen)
        return min(until_due_s, LONGEST_PAUSE_S)

    async def _take(self, seen: datetime | None) -> None:
        organisations = await self._periodic.organisations() if self._periodic.organisations else (PLATFORM_WIDE,)
        async with transaction():
            if await take_turn(self._periodic.job.name, seen):
                for organisation_id in organisations:
                    await self._enqueue(organisation_id)

    async def _enqueue(self, organisation_id: UUID) -> None:
        job = self._periodic.job
        await enqueue(job(organisation_id=organisation_id), once_key=f"every:{job.name}:{organisation_id}")
