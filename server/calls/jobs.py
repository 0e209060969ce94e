"""Jobs of calls; their actors are in workers/calls.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class EndRinging(Job, kw_only=True, frozen=True):
    """A stretch of ringing is over: ring the next one, or the call was missed."""

    name: ClassVar[str] = "calls.end_ringing"
    priority: ClassVar[int] = -10

    call_id: UUID


class SweepCalls(Job, kw_only=True, frozen=True):
    """End what nobody waits for any more, and note who fell silent while no process was there to see it."""

    name: ClassVar[str] = "calls.sweep"
