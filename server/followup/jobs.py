"""Jobs of the follow-up slice; their actors are in workers/followup.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class ComparePhotographs(Job, kw_only=True, frozen=True):
    """Outline, register and measure two photographs of one site with their newest outlines."""

    name: ClassVar[str] = "followup.compare_photographs"
    queue: ClassVar[str] = "imaging"
    priority: ClassVar[int] = 10

    earlier_part_id: UUID
    later_part_id: UUID
