"""The notices' job."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class DeliverNotice(Job, frozen=True, kw_only=True):
    """Make the next attempt at a notice; somebody may be waiting for a code."""

    name: ClassVar[str] = "notices.deliver"
    queue: ClassVar[str] = "notices"
    priority: ClassVar[int] = -10

    notice_id: UUID


class NoticeSettled(Job, frozen=True, kw_only=True):
    """A notice about something has left, or every attempt at it has failed; how it stands is read when it runs."""

    name: ClassVar[str] = "notices.settled"

    subject_id: UUID
    template: str
