"""Jobs of the cases slice; their actors are in workers/cases.py."""

from typing import ClassVar
from uuid import UUID

from server.contract.preview import PreviewStep
from server.core.outbox import Job


class PreparePhoto(Job, kw_only=True, frozen=True):
    """Decode a photograph that has arrived and store its renditions."""

    name: ClassVar[str] = "cases.prepare_photo"
    queue: ClassVar[str] = "imaging"

    part_id: UUID


class PreparePreview(Job, kw_only=True, frozen=True):
    """Decode a small picture of a photograph that has not come yet, and keep what is made of it."""

    name: ClassVar[str] = "cases.prepare_preview"
    queue: ClassVar[str] = "imaging"
    priority: ClassVar[int] = -10

    part_id: UUID
    upload_id: UUID
    step: PreviewStep


class RemovePreview(Job, kw_only=True, frozen=True):
    """The photograph itself is there: remove what stood in its place, after the commit that says so."""

    name: ClassVar[str] = "cases.remove_preview"

    part_id: UUID


class PhotoPrepared(Job, kw_only=True, frozen=True):
    """A photograph's renditions are there, or there anew: whoever does more with it may begin."""

    name: ClassVar[str] = "cases.photo_prepared"

    part_id: UUID


class TreatFaces(Job, kw_only=True, frozen=True):
    """Do with the faces of a photograph what its sender chose, and remove the master without covers."""

    name: ClassVar[str] = "cases.treat_faces"
    queue: ClassVar[str] = "imaging"

    part_id: UUID


class KeepMedia(Job, kw_only=True, frozen=True):
    """Check and store a document or a voice recording that has arrived."""

    name: ClassVar[str] = "cases.keep_media"
    queue: ClassVar[str] = "imaging"

    part_id: UUID


class RecheckArrivals(Job, kw_only=True, frozen=True):
    """Match uploads that completed while the submission was being written, and see to what is still absent."""

    name: ClassVar[str] = "cases.recheck_arrivals"

    case_id: UUID


class ChaseAbsent(Job, kw_only=True, frozen=True):
    """Remind the sender of photographs that were promised and have not come; in the end give them up."""

    name: ClassVar[str] = "cases.chase_absent"

    case_id: UUID


class EndEmergency(Job, kw_only=True, frozen=True):
    """Write down that an emergency opening is over, and take the key back."""

    name: ClassVar[str] = "cases.end_emergency"

    opening_id: UUID


class ReleaseSilent(Job, kw_only=True, frozen=True):
    """Give claimed requests back whose reader has gone silent."""

    name: ClassVar[str] = "cases.release_silent"
