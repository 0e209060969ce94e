"""What the form without script holds, what is still wrong with it, and the submission that becomes of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from mobile_bridge.plain.photos import Album, Received
from mobile_bridge.plain.questions import answer_to, problems_of, questions_of
from mobile_bridge.plain.wording import SIDES
from server.contract.case import (
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    PhotographPart,
    Topic,
)
from server.contract.catalogue import BodySite, body_sites, consent_texts, history
from server.contract.wire import Coding, Laterality, Moment, ShortText
from server.web.catalogue import N_
from server.web.field_problems import CHOICE
from server.web.forms import Form

PLACE_NEEDED = N_("Choose where it is.")
SIDE_NEEDED = N_("Choose the side.")
PHOTO_NEEDED = N_("Choose at least one photo.")
SAME_PHOTO = N_("You chose this same photo for another view. Choose another one.")
CONSENT_NEEDED = N_("Without your agreement to the first point the case cannot be sent.")
SidedText = Annotated[str, msgspec.Meta(max_length=40)]


class CaseForm(msgspec.Struct, kw_only=True):
    """The fixed fields; questions and photographs come beside them, by names that the topic gives."""

    topic: Topic
    patient: UUID
    started: Annotated[datetime, msgspec.Meta(tz=True)]
    site: ShortText = ""
    side: SidedText = ""
    consents: tuple[ShortText, ...] = ()


def site_of(code: str) -> BodySite | None:
    return next((each for each in body_sites().sites if each.code == code), None)


def problems(form: Form[CaseForm], wanted: CaseForm, album: Album) -> dict[str, str]:
    """By field, in words to translate; in the order of the page."""
    site = site_of(wanted.site)
    found: dict[str, str] = {}
    if site is None:
        found["site"] = PLACE_NEEDED
    elif site.has_sides and not wanted.side:
        found["side"] = SIDE_NEEDED
    elif wanted.side and wanted.side not in SIDES:
        found["side"] = CHOICE
    found |= problems_of(form, questions_of(wanted.topic))
    return found | _photo_problems(album)


def consent_problems(wanted: CaseForm) -> dict[str, str]:
    required = {each.id for each in consent_texts().consents if each.required}
    return {} if required <= set(wanted.consents) else {"consents": CONSENT_NEEDED}


def photo_field(view: str) -> str:
    return f"photo-{view}"


def submission_of(
    form: Form[CaseForm], wanted: CaseForm, album: Album, *, now: Moment, language: str
) -> CaseSubmission:
    """The form's own key is the case's id, so that a form that is posted twice is one case."""
    case_id = UUID(form.key)
    texts = consent_texts()
    given = [each.id for each in texts.consents if each.id in wanted.consents]
    return CaseSubmission(
        case_id=case_id,
        patient_id=wanted.patient,
        topic=wanted.topic,
        language=language,
        started_at=Moment(at=wanted.started, zone=now.zone),
        submitted_at=now,
        parts=(
            _answers(form, case_id, wanted.topic, now, language),
            *(_photograph(each, wanted, now) for each in album.received.values()),
        ),
        consents=tuple(ConsentGiven(consent=each, version=texts.version, given_at=now) for each in given),
    )


def _photo_problems(album: Album) -> dict[str, str]:
    found = {photo_field(view): fault.title for view, fault in album.refused.items()}
    seen: set[str] = set()
    for view, received in album.received.items():
        if received.media.sha256 in seen:
            found[photo_field(view)] = SAME_PHOTO
        seen.add(received.media.sha256)
    return found if found or album.received else {photo_field("far"): PHOTO_NEEDED}


def _answers(form: Form[Any], case_id: UUID, topic: Topic, now: Moment, language: str) -> AnswersPart:
    asked = history()
    return AnswersPart(
        part_id=uuid5(case_id, "answers"),
        instrument=asked.instrument,
        version=asked.version,
        language=language,
        answered_at=now,
        answers=tuple(answer_to(form, each) for each in questions_of(topic)),
    )


def _photograph(received: Received, wanted: CaseForm, now: Moment) -> PhotographPart:
    """A form does not tell when a photograph was taken: its moment is that of the sending."""
    site = site_of(wanted.site)
    return PhotographPart(
        part_id=received.part_id,
        media=received.media,
        site=Coding(system=body_sites().system, code=wanted.site, display=site.text["en"] if site else ""),
        laterality=Laterality(wanted.side) if site and site.has_sides else Laterality.NOT_APPLICABLE,
        view=received.view,
        taken_at=now,
    )
