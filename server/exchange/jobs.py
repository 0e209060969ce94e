"""Jobs of the exchange slice; their actors are in workers/exchange.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class SendToArchive(Job, kw_only=True, frozen=True):
    """Make the next attempt at a sending."""

    name: ClassVar[str] = "exchange.send_to_archive"
    queue: ClassVar[str] = "exchange"

    sending_id: UUID
