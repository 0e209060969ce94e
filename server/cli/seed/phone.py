"""Sends the demo's cases the way a phone does: submission, uploads, and the workers' preparation at once."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from server.cases import service as cases
from server.cases.jobs import PreparePhoto
from server.cli.seed.people import DemoPatient
from server.contract.case import (
    Answer,
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    EdgeVerdict,
    Media,
    PartsAdded,
    PhotographPart,
    Topic,
    View,
)
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.contract.wire import Coding, Laterality, Moment
from server.core.platform import now
from server.intake import service as intake
from workers.cases import prepare_photo

ZONE = "Africa/Freetown"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a demo patient says: the topic, where, and the answers by question."""

    topic: Topic
    site: str
    side: Laterality
    answers: dict[str, str | tuple[str, ...]]


def photograph_part(
    told: Told,
    view: View,
    content: bytes,
    verdict: EdgeVerdict,
    *,
    replaces: UUID | None = None,
    lesion_id: UUID | None = None,
) -> PhotographPart:
    return PhotographPart(
        part_id=uuid4(),
        media=Media(sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), media_type="image/jpeg"),
        site=Coding(system=BODY_SITE_SYSTEM, code=told.site),
        laterality=told.side,
        view=view,
        taken_at=_moment(now()),
        verdict=verdict,
        replaces=replaces,
        lesion_id=lesion_id,
    )


async def submit(patient: DemoPatient, told: Told, photos: list[PhotographPart]) -> UUID:
    """Submit a case; its photographs are promised, not yet sent."""
    at = _moment(now())
    answers = AnswersPart(
        part_id=uuid4(),
        instrument="skin-history",
        version="1",
        language="en",
        answered_at=at,
        answers=tuple(_answer(question, said) for question, said in told.answers.items()),
    )
    submission = CaseSubmission(
        case_id=uuid4(),
        patient_id=patient.patient_id,
        topic=told.topic,
        language="en",
        started_at=at,
        submitted_at=at,
        parts=(answers, *photos),
        consents=(ConsentGiven(consent="care", version="1", given_at=at),),
    )
    await cases.submit_case(patient.account, msgspec.json.encode(submission))
    return submission.case_id


async def send_photo(patient: DemoPatient, case_id: UUID, part: PhotographPart, content: bytes) -> None:
    """Upload one photograph and have it prepared."""
    new = intake.NewUpload(
        case_id=case_id,
        patient_id=patient.patient_id,
        part_id=part.part_id,
        sha256=part.media.sha256,
        media_type=part.media.media_type,
        length_bytes=len(content),
        metadata="",
    )
    created = await intake.create_upload(patient.account, new)
    body: list[dict[str, object]] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> dict[str, object]:
        return body.pop() if body else {"type": "http.disconnect"}

    incoming = intake.Incoming(offset=0, length_bytes=len(content), checksum=None)
    await intake.receive_bytes(patient.account, created.token, incoming, receive)
    organisation_id = patient.account.organisation_id
    await cases.match_arrivals(organisation_id, case_id)
    await prepare_photo(PreparePhoto(organisation_id=organisation_id, part_id=part.part_id))


async def supply(patient: DemoPatient, case_id: UUID, part: PhotographPart, content: bytes) -> None:
    """Send the better photograph that was asked for."""
    addition = PartsAdded(addition_id=uuid4(), case_id=case_id, submitted_at=_moment(now()), parts=(part,))
    await cases.add_parts(patient.account, msgspec.json.encode(addition))
    await send_photo(patient, case_id, part, content)


def _answer(question: str, said: str | tuple[str, ...]) -> Answer:
    return Answer(question=question, choices=said) if isinstance(said, tuple) else Answer(question=question, text=said)


def _moment(at: datetime) -> Moment:
    return Moment(at=at, zone=ZONE)
