"""Makes of a finished visit what the spool keeps: the contract, each photograph and its previews, sealed one by one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from kiosk.faults import PhotographMissing
from kiosk.spool.model import Entry, Rank
from kiosk.spool.seal import Sealed, seal
from kiosk.spool.spool import Spool
from server.contract.case import CaseSubmission, PhotographPart, media_of
from server.contract.preview import PREVIEW_MEDIA_TYPE, Preview, PreviewStep, preview_id
from server.contract.registration import PatientRegistration
from server.contract.sealed_parts import SEALED_MEDIA_TYPE

RANK = {PreviewStep.SMALL: Rank.SMALL_PREVIEW, PreviewStep.LARGE: Rank.LARGE_PREVIEW}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A whole visit; `photographs` and `previews` are the bytes by the digests that the submission names."""

    submission: CaseSubmission
    photographs: Mapping[str, bytes]
    previews: Mapping[str, bytes] = {}
    registration: PatientRegistration | None = None
    """Of a patient whom the server may not know yet."""
    is_urgent: bool = False


def confirm_visit(spool: Spool, public_key: bytes, visit: Visit, at: datetime) -> Entry:
    """Seal and keep the visit; durable on return. PhotographMissing, or a fault of the disk: then nothing is kept."""
    submission = visit.submission
    return spool.confirm(
        case_id=submission.case_id,
        patient_id=submission.patient_id,
        is_urgent=visit.is_urgent,
        queued_at=at,
        items=_items(public_key, visit),
    )


def _items(public_key: bytes, visit: Visit) -> list[tuple[UUID, Rank, str, Sealed]]:
    case_id = visit.submission.case_id
    items: list[tuple[UUID, Rank, str, Sealed]] = []
    if visit.registration:
        patient_id = visit.registration.patient_id
        sealed = seal(public_key, patient_id, patient_id, msgspec.json.encode(visit.registration))
        items.append((patient_id, Rank.REGISTRATION, SEALED_MEDIA_TYPE, sealed))
    contract = seal(public_key, case_id, case_id, msgspec.json.encode(visit.submission))
    items.append((case_id, Rank.CONTRACT, SEALED_MEDIA_TYPE, contract))
    for part in visit.submission.parts:
        if media := media_of(part):
            content = visit.photographs.get(media.sha256)
            if content is None:
                raise PhotographMissing
            sealed = seal(public_key, case_id, part.part_id, content)
            items.append((part.part_id, Rank.PHOTOGRAPH, media.media_type, sealed))
        if isinstance(part, PhotographPart):
            items += [_preview(public_key, case_id, part, each, visit) for each in part.previews]
    return items


def _preview(
    public_key: bytes, case_id: UUID, part: PhotographPart, preview: Preview, visit: Visit
) -> tuple[UUID, Rank, str, Sealed]:
    content = visit.previews.get(preview.sha256)
    if content is None:
        raise PhotographMissing
    own_id = preview_id(part.part_id, preview.step)
    return own_id, RANK[preview.step], PREVIEW_MEDIA_TYPE, seal(public_key, case_id, own_id, content)
