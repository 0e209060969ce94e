"""Jobs of the patients slice; their actors are in workers/patients.py."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class EndErased(Job, kw_only=True, frozen=True):
    """End the open cases of a patient whose record was erased."""

    name: ClassVar[str] = "patients.end_erased"
    priority: ClassVar[int] = -10

    patient_id: UUID


class ScrubRemains(Job, kw_only=True, frozen=True):
    """Clear what the database's own files keep of destroyed keys: after each erasure, and nightly."""

    name: ClassVar[str] = "patients.scrub_remains"
