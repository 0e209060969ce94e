"""Makes of a finished visit what the spool keeps: the contract, each photograph and its previews, sealed one by one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kiosk.faults import PhotographMissing
from kiosk.spool.model import Entry, Rank
from kiosk.spool.seal import Sealed, seal
from kiosk.spool.spool import Spool
from server.contract.case import CaseSubmission, Part, PartsAdded, PhotographPart, media_of
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


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """Parts for a case that the server has; `media` are the bytes by the digest that the parts name."""

    added: PartsAdded
    patient_id: UUID
    media: Mapping[str, bytes]


def confirm_addition(spool: Spool, public_key: bytes, addition: Addition, at: datetime) -> Entry:
    """Seal and keep the parts; durable on return. It goes before what is not urgent: somebody waits for it."""
    added = addition.added
    # Its own id stands in both places, as of every contract: so a photograph is never taken for one.
    contract = seal(public_key, added.addition_id, added.addition_id, msgspec.json.encode(added))
    items = [(added.addition_id, Rank.CONTRACT, SEALED_MEDIA_TYPE, contract)]
    return spool.confirm(
        case_id=added.addition_id,
        patient_id=addition.patient_id,
        is_urgent=True,
        queued_at=at,
        items=[*items, *_media(public_key, added.case_id, added.parts, addition.media, {})],
        adds_to=added.case_id,
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
    return [*items, *_media(public_key, case_id, visit.submission.parts, visit.photographs, visit.previews)]


def _media(
    public_key: bytes,
    case_id: UUID,
    parts: Sequence[Part],
    contents: Mapping[str, bytes],
    previews: Mapping[str, bytes],
) -> Iterator[tuple[UUID, Rank, str, Sealed]]:
    for part in parts:
        if media := media_of(part):
            content = contents.get(media.sha256)
            if content is None:
                raise PhotographMissing
            sealed = seal(public_key, case_id, part.part_id, content)
            yield part.part_id, Rank.PHOTOGRAPH, media.media_type, sealed
        if isinstance(part, PhotographPart):
            for preview in part.previews:
                yield _preview(public_key, case_id, part, preview, previews)


def _preview(
    public_key: bytes, case_id: UUID, part: PhotographPart, preview: Preview, previews: Mapping[str, bytes]
) -> tuple[UUID, Rank, str, Sealed]:
    content = previews.get(preview.sha256)
    if content is None:
        raise PhotographMissing
    own_id = preview_id(part.part_id, preview.step)
    return own_id, RANK[preview.step], PREVIEW_MEDIA_TYPE, seal(public_key, case_id, own_id, content)
