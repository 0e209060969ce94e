"""Identity's jobs."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class SendTicket(Job, frozen=True, kw_only=True):
    """Make the code or link that was asked for and send it.

    A job, so that asking takes the same for a contact that is known and for one that is not.
    """

    name: ClassVar[str] = "identity.send_ticket"
    queue: ClassVar[str] = "notices"
    priority: ClassVar[int] = -10

    ticket_id: UUID


class Tidy(Job, frozen=True, kw_only=True):
    """Delete what has expired: tickets, challenges, full buckets, sessions long ended."""

    name: ClassVar[str] = "identity.tidy"
