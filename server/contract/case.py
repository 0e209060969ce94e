"""The versioned case contract: what a phone or kiosk submits, part by part."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from server.contract.preview import Previews, require_one_of_each
from server.contract.wire import Coding, LanguageTag, Laterality, LongText, Moment, Sha256, ShortText, Wire

CASE_SCHEMA = "careferry.case/1"
MAX_PARTS = 64
MAX_FLAWS = 32
Score = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]


class Topic(StrEnum):
    """What the case is about; selects the questionnaire and the guided views."""

    GENERAL = "general"
    RASH = "rash"
    LESION = "lesion"
    WOUND = "wound"


class View(StrEnum):
    """The view of a site, after the ATA quick guide: one far, one medium, a close-up straight and one oblique."""

    FAR = "far"
    MEDIUM = "medium"
    CLOSE_STRAIGHT = "close-straight"
    CLOSE_OBLIQUE = "close-oblique"
    DERMOSCOPIC = "dermoscopic"
    OTHER = "other"


class EdgeFlaw(Wire, frozen=True, kw_only=True):
    """A flaw with the score that was measured and the one at which it begins, in the unit of the flaw's measure."""

    name: ShortText
    score: Score
    threshold: Score


class EdgeVerdict(Wire, frozen=True, kw_only=True):
    """What the device said of a photograph before it was sent; `checked` is false where it could not decode it.

    `version` is that of the thresholds. A bare name is a flaw that cannot be measured (`unreadable`), or one told
    by an app of before scores were sent. `kept_because` is empty where there was no flaw, or where nobody said why.
    """

    checked: bool
    version: ShortText = ""
    flaws: Annotated[tuple[EdgeFlaw | ShortText, ...], msgspec.Meta(max_length=MAX_FLAWS)] = ()
    kept_because: Annotated[str, msgspec.Meta(max_length=500)] = ""

    @property
    def flaw_names(self) -> tuple[str, ...]:
        return tuple(flaw if isinstance(flaw, str) else flaw.name for flaw in self.flaws)


class Media(Wire, frozen=True, kw_only=True):
    """Bytes that travel beside the submission, named by the SHA-256 of the plain bytes."""

    sha256: Sha256
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    media_type: ShortText


class PhotographPart(Wire, tag_field="kind", tag="photograph", frozen=True, kw_only=True):
    part_id: UUID
    media: Media
    site: Coding
    laterality: Laterality
    view: View
    taken_at: Moment
    with_scale: bool = False
    distance_cm: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    lesion_id: UUID | None = None
    verdict: EdgeVerdict = EdgeVerdict(checked=False)
    replaces: UUID | None = None
    """The part this photograph was asked for in place of (a better photo)."""
    previews: Previews = ()
    """What travels before it; most senders make none."""

    def __post_init__(self) -> None:
        require_one_of_each(self.previews)


class AbsentReason(StrEnum):
    """Why a value is missing: a missing measurement is never a normal one (HL7 data-absent-reason)."""

    UNKNOWN = "unknown"
    ASKED_DECLINED = "asked-declined"
    NOT_PERFORMED = "not-performed"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


class Quantity(Wire, frozen=True, kw_only=True):
    """A measured value exactly as entered or sent: `text` keeps the precision, `unit` is UCUM."""

    text: Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,9}(\.\d{1,9})?$")]
    unit: ShortText

    @property
    def value(self) -> Decimal:
        return Decimal(self.text)


class ObservationComponent(Wire, frozen=True, kw_only=True):
    code: Coding
    value: Quantity | None = None
    absent: AbsentReason | None = None


class Observation(Wire, frozen=True, kw_only=True):
    """One vital sign: LOINC code, a value or components, or the reason there is none.

    `received_at` is when the kiosk had it of the device, `device_clock` what the device's own clock said, which has no
    zone (ISO 8601, local). A reading of the camera is investigational: it is flagged so, and no triage may use it.
    """

    observation_id: UUID
    code: Coding
    measured_at: Moment
    method: Literal["device", "manual", "camera", "reported"]
    device: ShortText = ""
    value: Quantity | None = None
    components: tuple[ObservationComponent, ...] = ()
    absent: AbsentReason | None = None
    flags: tuple[ShortText, ...] = ()
    received_at: Moment | None = None
    device_clock: Annotated[str, msgspec.Meta(max_length=19)] = ""


class VitalsPart(Wire, tag_field="kind", tag="vitals", frozen=True, kw_only=True):
    part_id: UUID
    taken_at: Moment
    observations: Annotated[tuple[Observation, ...], msgspec.Meta(min_length=1, max_length=40)]


class Answer(Wire, frozen=True, kw_only=True):
    """One answer: the question's id with what was chosen or typed; skipped questions carry a reason instead."""

    question: ShortText
    choices: tuple[ShortText, ...] = ()
    text: LongText = ""
    absent: AbsentReason | None = None


class AnswersPart(Wire, tag_field="kind", tag="answers", frozen=True, kw_only=True):
    part_id: UUID
    instrument: ShortText
    version: ShortText
    language: LanguageTag
    answered_at: Moment
    answers: Annotated[tuple[Answer, ...], msgspec.Meta(max_length=200)]


class TextPart(Wire, tag_field="kind", tag="text", frozen=True, kw_only=True):
    part_id: UUID
    written_at: Moment
    text: LongText


class VoicePart(Wire, tag_field="kind", tag="voice", frozen=True, kw_only=True):
    part_id: UUID
    media: Media
    recorded_at: Moment


class DocumentPart(Wire, tag_field="kind", tag="document", frozen=True, kw_only=True):
    part_id: UUID
    media: Media
    title: ShortText = ""
    received_at: Moment


Part = PhotographPart | VitalsPart | AnswersPart | TextPart | VoicePart | DocumentPart
MediaPart = PhotographPart | VoicePart | DocumentPart


class ConsentGiven(Wire, frozen=True, kw_only=True):
    """A consent given at the edge, naming the text's version that was shown."""

    consent: ShortText
    version: ShortText
    given_at: Moment


class CaseSubmission(Wire, tag_field="schema", tag=CASE_SCHEMA, frozen=True, kw_only=True):
    """A whole case as one immutable statement; ids are minted at the edge, media are named by digest.

    `case_id` is also the idempotency key: the same id with the same bytes answers the first receipt,
    with other bytes 409.
    """

    case_id: UUID
    patient_id: UUID
    topic: Topic
    language: LanguageTag
    started_at: Moment
    submitted_at: Moment
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1, max_length=MAX_PARTS)]
    consents: tuple[ConsentGiven, ...] = ()
    taken_by: UUID | None = None
    """The worker who took the case at a kiosk, which submits it; None where a person submits their own."""


class PartsAdded(Wire, tag_field="schema", tag="careferry.parts/1", frozen=True, kw_only=True):
    """Parts added to a case that was already submitted, such as a better photograph; `addition_id` is the key."""

    addition_id: UUID
    case_id: UUID
    submitted_at: Moment
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1, max_length=MAX_PARTS)]
    taken_by: UUID | None = None


def media_of(part: Part) -> Media | None:
    """The media a part promises, or None for parts that are whole in the submission."""
    return part.media if isinstance(part, PhotographPart | VoicePart | DocumentPart) else None


def moment_of(part: Part) -> Moment:
    """When the part happened, by the clock of the device it came from."""
    match part:
        case PhotographPart() | VitalsPart():
            return part.taken_at
        case AnswersPart():
            return part.answered_at
        case TextPart():
            return part.written_at
        case VoicePart():
            return part.recorded_at
        case DocumentPart():
            return part.received_at
