"""Turns an opened case into what a page shows: photographs with their evidence, answers with their questions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from server.cases.service import EARLY as EARLY_NAME
from server.cases.service import OpenedCase, OpenedPart, PhotoEvidence, may_crop
from server.contract import catalogue
from server.contract.case import (
    AbsentReason,
    Answer,
    AnswersPart,
    Observation,
    PhotographPart,
    Quantity,
    TextPart,
    VitalsPart,
    VoicePart,
)
from server.desks.judged import Judged, found_by_server, kept_reason, said_by_device
from server.desks.vital_wording import UNIT, vital_name
from server.desks.wording import ABSENT, EARLY, FACES, METHOD, PHOTO_REASON, REFUSED, SIDE, VIEW

Translate = Callable[[str], str]
TILE_PX = 512


class Early(Struct, frozen=True, kw_only=True):
    """The small picture that stands in the place of a photograph; `mark` says so, and why."""

    address: str
    width_px: int
    height_px: int
    mark: str


class Photo(Struct, frozen=True, kw_only=True):
    """One photograph as a page shows it; `address` is empty until it is ready, and then it has no `early` any more."""

    part_id: UUID
    label: str
    arrival: str
    address: str
    width_px: int
    height_px: int
    said: Judged | None
    """What the phone said before it was sent; None where it could not check it."""
    found: Judged | None
    """What the server found; None until it is prepared."""
    kept_because: str
    taken_at: datetime
    camera: str
    refused_because: str
    scale: str
    """Whether it measures, in words; empty where nobody looked for a card."""
    faces: str
    """A `FaceState`: "asked" while the sender has not said what becomes of a hidden face."""
    faces_words: str
    may_crop: bool
    early: Early | None = None

    @property
    def can_be_seen(self) -> bool:
        return bool(self.address or self.early)

    def for_viewer(self) -> dict[str, Any]:
        """What the zoom island reads of a photograph that can be seen."""
        if early := self.early:
            size = {"width": early.width_px, "height": early.height_px}
            shown = {"src": early.address, "preview": early.address, "mark": early.mark, **size}
            return {"key": str(self.part_id), "label": self.label, **shown}
        picture: dict[str, Any] = {
            "key": str(self.part_id),
            "src": f"{self.address}/review.jpg",
            "preview": f"{self.address}/preview.jpg",
            "width": self.width_px,
            "height": self.height_px,
            "label": self.label,
        }
        if max(self.width_px, self.height_px) > 2048:
            picture |= {"tiles": f"{self.address}/zoom_files/{{level}}/{{x}}_{{y}}.jpg", "tileSize": TILE_PX}
        return picture


class Told(Struct, frozen=True):
    """One question with what was answered, in the reader's language."""

    question: str
    answer: str
    is_missing: bool


class Asked(Struct, frozen=True, kw_only=True):
    """A better photograph that was asked for."""

    part_id: UUID | None
    label: str
    reason: str
    note: str
    asked_at: datetime
    is_supplied: bool


class Vital(Struct, frozen=True, kw_only=True):
    """A measurement; `values` are its lines, one for each component where it has several."""

    name: str
    values: tuple[str, ...]
    method: str
    device: str
    measured_at: datetime


class Voice(Struct, frozen=True, kw_only=True):
    """A recorded message; `address` is empty until it can be played."""

    address: str
    arrival: str
    recorded_at: datetime


def photos_of(opened: OpenedCase, language: str, _: Translate) -> list[Photo]:
    """The case's photographs in the order in which they were sent."""
    return [
        _photo(opened, each, each.part, language, _) for each in opened.parts if isinstance(each.part, PhotographPart)
    ]


def history_of(opened: OpenedCase, language: str, _: Translate) -> list[Told]:
    """Every question that was asked, also those that were left out: silence is shown."""
    told: list[Told] = []
    for each in opened.parts:
        if isinstance(each.part, AnswersPart):
            history = catalogue.history(each.part.version)
            told += [_told(history, answer, language, _) for answer in each.part.answers]
        elif isinstance(each.part, TextPart):
            told.append(Told(_("In the patient’s words"), each.part.text, is_missing=False))
    return told


def voices_of(opened: OpenedCase) -> list[Voice]:
    """What was recorded where nobody could hear it, in the order in which it was said."""
    voices = [
        Voice(
            address=f"/cases/{opened.case.id}/documents/{each.row.id}" if each.row.arrival == "ready" else "",
            arrival=each.row.arrival,
            recorded_at=each.part.recorded_at.at,
        )
        for each in opened.parts
        if isinstance(each.part, VoicePart)
    ]
    return sorted(voices, key=lambda voice: voice.recorded_at)


def vitals_of(opened: OpenedCase, _: Translate) -> list[Vital]:
    parts = (each.part for each in opened.parts if isinstance(each.part, VitalsPart))
    return [_vital(observation, _) for part in parts for observation in part.observations]


def asked_of(opened: OpenedCase, photos: list[Photo], _: Translate) -> list[Asked]:
    labels = {photo.part_id: photo.label for photo in photos}
    return [
        Asked(
            part_id=each.row.part_id,
            label=labels.get(each.row.part_id, "") if each.row.part_id else "",
            reason=_(REFUSED.get(each.wanted.detail) or PHOTO_REASON.get(each.wanted.reason, each.wanted.reason)),
            note=each.wanted.note,
            asked_at=each.row.recorded_at,
            is_supplied=each.row.supplied_part_id is not None,
        )
        for each in opened.photo_requests
    ]


def _photo(opened: OpenedCase, each: OpenedPart, part: PhotographPart, language: str, _: Translate) -> Photo:
    evidence = each.evidence
    return Photo(
        part_id=part.part_id,
        label=label_of(part, language, _),
        arrival=each.row.arrival,
        address=f"/cases/{opened.case.id}/photos/{part.part_id}" if each.row.object_key else "",
        width_px=evidence.width_px if evidence else 0,
        height_px=evidence.height_px if evidence else 0,
        said=said_by_device(part.verdict, language),
        found=found_by_server(evidence, language) if evidence else None,
        kept_because=kept_reason(part.verdict.kept_because, language),
        taken_at=part.taken_at.at,
        camera=evidence.camera if evidence else "",
        refused_because=_(REFUSED.get(each.row.refused_because, "")) if each.row.refused_because else "",
        scale=_scale(evidence, _) if evidence else "",
        faces=each.row.faces,
        faces_words=_(FACES[each.row.faces]) if each.row.faces else "",
        may_crop=may_crop(opened.case, evidence),
        early=_early(opened, each, _),
    )


def _early(opened: OpenedCase, each: OpenedPart, _: Translate) -> Early | None:
    if each.preview is None:
        return None
    return Early(
        address=f"/cases/{opened.case.id}/photos/{each.row.id}/{EARLY_NAME}",
        width_px=each.preview.width_px,
        height_px=each.preview.height_px,
        mark=_(EARLY[each.row.arrival]),
    )


def _scale(evidence: PhotoEvidence, _: Translate) -> str:
    if evidence.scale is not None:
        return _("scale from card, ±%(percent)s %%") % {"percent": f"{100 * evidence.scale.relative_error:.1f}"}
    return _("no scale in view: measuring is off") if evidence.scale_refused else ""


def label_of(part: PhotographPart, language: str, _: Translate) -> str:
    """`Left forearm, close, straight`, for captions and for asking again."""
    sites = {site.code: site for site in catalogue.body_sites().sites}
    site = sites.get(part.site.code)
    place = catalogue.text_in(site.text, language) if site else part.site.display
    side = SIDE[part.laterality]
    words = [place, _(side) if side else "", _(VIEW[part.view])]
    return ", ".join(word for word in words if word)


def _told(history: catalogue.History, answer: Answer, language: str, _: Translate) -> Told:
    question = history.question(answer.question)
    if question is None:
        return Told(answer.question, answer.text or ", ".join(answer.choices), is_missing=False)
    texts = {choice.id: catalogue.text_in(choice.text, language) for choice in question.choices}
    words = [texts.get(choice, choice) for choice in answer.choices]
    said = ", ".join([*words, answer.text] if answer.text else words)
    return Told(catalogue.text_in(question.text, language), said or _("Not answered"), is_missing=not said)


def _vital(observation: Observation, _: Translate) -> Vital:
    named = tuple(
        f"{_(vital_name(each.code))}: {_measured(each.value, each.absent, _)}" for each in observation.components
    )
    own = (_measured(observation.value, observation.absent, _),)
    return Vital(
        name=_(vital_name(observation.code)),
        values=named if observation.value is None and named else own + named,
        method=_(METHOD[observation.method]),
        device=observation.device,
        measured_at=observation.measured_at.at,
    )


def _measured(value: Quantity | None, absent: AbsentReason | None, _: Translate) -> str:
    """The value as it was sent, or why there is none: a part that is missing is never passed over."""
    if value is None:
        return f"— ({_(ABSENT[absent or AbsentReason.UNKNOWN])})"
    return f"{value.text} {_(UNIT.get(value.unit, value.unit))}"
