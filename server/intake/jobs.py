"""Jobs of the intake slice."""

from typing import ClassVar
from uuid import UUID

from server.core.outbox import Job


class UploadCompleted(Job, kw_only=True, frozen=True):
    """All bytes of an upload are here; the cases slice matches it to its part (workers/cases.py)."""

    name: ClassVar[str] = "intake.upload_completed"

    upload_id: UUID
    case_id: UUID
    part_id: UUID


class RemovePieces(Job, kw_only=True, frozen=True):
    """Remove the upload's objects that no row names any more: after the commit, so that a rollback loses nothing."""

    name: ClassVar[str] = "intake.remove_pieces"

    upload_id: UUID


class ExpireUploads(Job, kw_only=True, frozen=True):
    """End uploads whose time has passed, of every organisation."""

    name: ClassVar[str] = "intake.expire_uploads"


class SweepOrphans(Job, kw_only=True, frozen=True):
    """Remove objects that a crash left without a row, from the whole store."""

    name: ClassVar[str] = "intake.sweep_orphans"
