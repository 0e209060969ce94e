"""Jobs of the reports slice; their actors are in workers/reports.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class ReleaseAnswer(Job, kw_only=True, frozen=True):
    """Let the patient see a signed answer once the minute for undoing it is over."""

    name: ClassVar[str] = "reports.release_answer"
    priority: ClassVar[int] = -10

    answer_id: UUID
