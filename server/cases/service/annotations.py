"""What specialists draw on a case's photographs: each version a row of its own, nothing ever written over."""

import unicodedata
from uuid import UUID

from server.cases import queries
from server.cases.annotation import Annotation, Length, Mark, MeasuredLength, StoredMark
from server.cases.lifecycle import Status
from server.cases.schemas import PhotoEvidence
from server.cases.service.measuring import measure_length
from server.cases.service.renditions import NoSuchPicture
from server.cases.service.reviewing import note_activity
from server.cases.service.steps import sealed_name
from server.cases.tables import Case, CasePart, PhotoAnnotation
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import BadInput, Conflict, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.core.vault import VaultKey

MOST_ON_A_PHOTO = 100
"""Standing at once; more hide what they point at."""
LINE_BREAKS = "\n\t"


class AnnotationChanged(Conflict):
    code = "annotation-changed"
    title = "This was changed in another window"
    kept = "What stands there is kept, and nothing was written over it."
    next_step = "Look at what stands there, and draw beside it what is still missing."


class NotYourAnnotation(Conflict):
    code = "not-your-annotation"
    title = "Somebody else drew this"
    next_step = "Draw your own beside it."


class TooManyAnnotations(Conflict):
    code = "too-many-annotations"
    title = "There is too much on this photo already"
    next_step = "Remove what is not needed first."


async def record_annotation(
    actor: Actor, case_id: UUID, part_id: UUID, annotation_id: UUID, version: int, mark: Mark | None
) -> Annotation:
    """Add a version of an annotation: the first draws it, one without a mark removes it.

    `version` is one more than what the author saw; the same version with the same content again is the same, so a
    browser that heard no answer asks again. BadInput for what does not lie on the photograph, MeasuringRefused for a
    length without a scale, AnnotationChanged where another window was faster.
    """
    authorize(actor, Action.PHOTO_ANNOTATE)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        part = await queries.get_part(actor, part_id)
        key = await vault.key(case.vault_id, actor.organisation_id)
        evidence = _evidence_of(key, case, part)
        rows = await queries.annotations_of_part(actor, part_id)
        own = [row for row in rows if row.annotation_id == annotation_id]
        if own and own[-1].author_id != actor.actor_id:
            raise NotYourAnnotation
        if own and own[-1].version == version and (there := _open(key, own[-1])).mark == mark:
            return there
        _require_next(own, version, mark)
        if mark is not None:
            _check(mark, evidence)
            _require_room(rows, annotation_id)
        row, annotation = _seal(actor, key, part, evidence, annotation_id, version, mark)
        await PhotoAnnotation.insert(row)
        await audit.record(
            actor,
            "annotation:drawn" if mark else "annotation:removed",
            subject_id=annotation_id,
            patient_id=case.patient_id,
            organisation_id=case.organisation_id,
            detail={"case": str(case_id), "part": str(part_id), "version": version},
        )
        await note_activity(actor, case_id)
        return annotation


async def annotation_versions(actor: Actor, case_id: UUID) -> tuple[Annotation, ...]:
    """Every version of everything drawn on the case's photographs, in the order in which it was drawn.

    For those who read the case: patients are shown what was signed, not what is being drawn.
    """
    authorize(actor, Action.QUEUE_READ)
    case = await queries.get_case(actor, case_id)
    key = await vault.key(case.vault_id, actor.organisation_id)
    return tuple(_open(key, row) for row in await queries.annotations_of_case(actor, case_id))


def standing_of(versions: tuple[Annotation, ...]) -> tuple[Annotation, ...]:
    """The last version of each annotation, without those that were removed, in the order of their first."""
    last = {each.annotation_id: each for each in versions}
    return tuple(each for each in last.values() if each.mark is not None)


def _evidence_of(key: VaultKey, case: Case, part: CasePart) -> PhotoEvidence:
    if part.case_id != case.id or part.evidence is None:
        raise NoSuchPicture
    if case.status == Status.WITHDRAWN:
        raise Conflict("The case was withdrawn: nothing is added to it.")
    return key.open_value(sealed_name("case_part", part.id, "evidence"), part.evidence, PhotoEvidence)


def _require_next(own: list[PhotoAnnotation], version: int, mark: Mark | None) -> None:
    latest = own[-1].version if own else 0
    if version != latest + 1:
        raise AnnotationChanged
    if mark is None and (not own or own[-1].is_removed):
        raise NotFound("There is no such annotation.")


def _check(mark: Mark, evidence: PhotoEvidence) -> None:
    if any(point.x >= evidence.width_px or point.y >= evidence.height_px for point in mark.points):
        raise BadInput("A point lies outside of the photo.")
    if any(unicodedata.category(letter) == "Cc" and letter not in LINE_BREAKS for letter in mark.words):
        raise BadInput("The words hold a character that cannot be shown.")
    if mark.words and not mark.words.strip():
        raise BadInput("The words are empty.")


def _require_room(rows: list[PhotoAnnotation], annotation_id: UUID) -> None:
    standing = {row.annotation_id: row.is_removed for row in rows}
    if sum(not removed for other, removed in standing.items() if other != annotation_id) >= MOST_ON_A_PHOTO:
        raise TooManyAnnotations


def _seal(
    actor: Actor,
    key: VaultKey,
    part: CasePart,
    evidence: PhotoEvidence,
    annotation_id: UUID,
    version: int,
    mark: Mark | None,
) -> tuple[PhotoAnnotation, Annotation]:
    length: MeasuredLength | None = measure_length(evidence, mark) if isinstance(mark, Length) else None
    row_id = new_id()
    stored = StoredMark(width_px=evidence.width_px, height_px=evidence.height_px, mark=mark, length=length)
    row = PhotoAnnotation(
        id=row_id,
        recorded_at=now(),
        organisation_id=part.organisation_id,
        case_id=part.case_id,
        patient_id=part.patient_id,
        vault_id=part.vault_id,
        part_id=part.id,
        annotation_id=annotation_id,
        version=version,
        author_id=actor.actor_id,
        is_removed=mark is None,
        sealed=key.seal_value(sealed_name("photo_annotation", row_id), stored),
    )
    return row, _annotation(row, stored)


def _open(key: VaultKey, row: PhotoAnnotation) -> Annotation:
    return _annotation(row, key.open_value(sealed_name("photo_annotation", row.id), row.sealed, StoredMark))


def _annotation(row: PhotoAnnotation, stored: StoredMark) -> Annotation:
    return Annotation(
        annotation_id=row.annotation_id,
        part_id=row.part_id,
        version=row.version,
        author_id=row.author_id,
        drawn_at=row.recorded_at,
        width_px=stored.width_px,
        height_px=stored.height_px,
        mark=stored.mark,
        length=stored.length,
    )
