"""The visit on the screen, in memory alone, and what it becomes when it is confirmed."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import msgspec

from kiosk.call.keeping import CaseOfCall
from kiosk.camera.stills import Still
from kiosk.devices.standing import Told
from kiosk.spool.packing import Visit
from kiosk.ui.known import Known
from kiosk.ui.previews import MadePreview
from kiosk.ui.vitals import observations_of
from server.contract.case import (
    AbsentReason,
    Answer,
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    EdgeFlaw,
    EdgeVerdict,
    Media,
    Observation,
    Part,
    PhotographPart,
    Topic,
    View,
    VitalsPart,
)
from server.contract.catalogue import Question, body_sites, consent_texts, history
from server.contract.preview import Preview
from server.contract.wire import Coding, Laterality, Moment

VIEWS = (View.FAR, View.MEDIUM, View.CLOSE_STRAIGHT, View.CLOSE_OBLIQUE)
MOST_PHOTOGRAPHS = 12
MOST_READINGS = 24
"""With what can be typed beside them a case has room for."""


class Given(msgspec.Struct, frozen=True):
    choices: tuple[str, ...] = ()
    text: str = ""


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    part_id: UUID
    view: View
    still: Still
    taken_at: Moment
    kept_because: str = ""
    previews: tuple[MadePreview, ...] = ()
    sent_as: UUID | None = None
    """Of one that the patient's phone sent: how the phone calls it."""


class Draft(msgspec.Struct, kw_only=True):
    known: Known
    zone: str
    language: str
    taken_by: UUID | None
    case_id: UUID
    started_at: Moment
    topic: Topic | None = None
    """None until it is chosen; nothing is chosen for the worker."""
    consents: tuple[str, ...] = ()
    site: str = ""
    side: Laterality = Laterality.NOT_APPLICABLE
    answers: dict[str, Given]
    asked: set[str]
    """The questions that were put; what was not asked nobody has declined to say."""
    photos: list[Photo]
    readings: list[Observation]
    """Of devices and of the camera, each kept by the worker."""
    decided: set[str]
    """The ids of readings that were kept or discarded."""
    offered: Told | None = None
    """The reading that the worker is deciding about: what is kept is what was seen."""
    pending: Photo | None = None
    """Just taken, and not yet kept or thrown away."""
    vitals: dict[str, str]
    vitals_at: Moment | None = None

    @property
    def questions(self) -> list[Question]:
        asked = history()
        return [question for each in asked.topics[self.topic or Topic.GENERAL] if (question := asked.question(each))]

    @property
    def next_view(self) -> View | None:
        """The first guided view that is not there yet."""
        taken = {photo.view for photo in self.photos}
        return next((view for view in VIEWS if view not in taken), None)


def begin(known: Known, taken_by: UUID | None, zone: str, language: str) -> Draft:
    started_at = moment(zone)
    return Draft(
        known=known,
        taken_by=taken_by,
        zone=zone,
        language=language,
        case_id=uuid4(),
        started_at=started_at,
        answers={},
        asked=set(),
        photos=[],
        readings=[],
        decided=set(),
        vitals={},
    )


def moment(zone: str) -> Moment:
    return Moment(at=datetime.now(UTC), zone=zone)


def visit_of(draft: Draft, *, is_urgent: bool) -> Visit:
    """The finished visit, under the one case id it has had from its beginning."""
    at = moment(draft.zone)
    parts: list[Part] = [_answers(draft, at)]
    if observations := (*draft.readings, *observations_of(draft.vitals, draft.vitals_at or at)):
        parts.append(VitalsPart(part_id=uuid4(), taken_at=observations[0].measured_at, observations=observations))
    parts += [_photograph(draft, photo) for photo in draft.photos]
    version = consent_texts().version
    submission = CaseSubmission(
        case_id=draft.case_id,
        patient_id=draft.known.patient.patient_id,
        taken_by=draft.taken_by,
        topic=draft.topic or Topic.GENERAL,
        language=draft.language,
        started_at=draft.started_at,
        submitted_at=at,
        parts=tuple(parts),
        consents=tuple(ConsentGiven(consent=each, version=version, given_at=at) for each in draft.consents),
    )
    return Visit(
        submission=submission,
        photographs={digest_of(photo): photo.still.jpeg for photo in draft.photos},
        previews={digest_of_preview(each): each.content for photo in draft.photos for each in photo.previews},
        registration=draft.known.registration,
        is_urgent=is_urgent,
    )


def digest_of(photo: Photo) -> str:
    return sha256(photo.still.jpeg).hexdigest()


def digest_of_preview(preview: MadePreview) -> str:
    return sha256(preview.content).hexdigest()


def case_of(draft: Draft) -> CaseOfCall:
    """What a call about the visit has to know of it."""
    return CaseOfCall(
        case_id=draft.case_id,
        patient_id=draft.known.patient.patient_id,
        site=_site(draft),
        laterality=draft.side,
        taken_by=draft.taken_by,
    )


def _site(draft: Draft) -> Coding:
    sites = body_sites()
    display = next((site.text["en"] for site in sites.sites if site.code == draft.site), "")
    return Coding(system=sites.system, code=draft.site, display=display)


def _answers(draft: Draft, at: Moment) -> AnswersPart:
    asked = history()
    return AnswersPart(
        part_id=uuid4(),
        instrument=asked.instrument,
        version=asked.version,
        language=draft.language,
        answered_at=at,
        answers=tuple(_answer(draft, question.id) for question in draft.questions),
    )


def _answer(draft: Draft, question_id: str) -> Answer:
    given = draft.answers.get(question_id)
    if given is None or not (given.choices or given.text):
        was_asked = question_id in draft.asked
        return Answer(question=question_id, absent=AbsentReason.ASKED_DECLINED if was_asked else AbsentReason.UNKNOWN)
    return Answer(question=question_id, choices=given.choices, text=given.text)


def _photograph(draft: Draft, photo: Photo) -> PhotographPart:
    verdict = photo.still.verdict
    flaws = tuple(EdgeFlaw(name=each.name, score=each.score, threshold=each.threshold) for each in verdict.flaws)
    return PhotographPart(
        part_id=photo.part_id,
        media=Media(sha256=digest_of(photo), size_bytes=len(photo.still.jpeg), media_type="image/jpeg"),
        site=_site(draft),
        laterality=draft.side,
        view=photo.view,
        taken_at=photo.taken_at,
        verdict=EdgeVerdict(checked=True, version=verdict.version, flaws=flaws, kept_because=photo.kept_because),
        previews=tuple(
            Preview(step=each.step, sha256=digest_of_preview(each), size_bytes=len(each.content))
            for each in photo.previews
        ),
    )
