"""Cases at each point of their life, reached by the same verbs that phones, workers and readers use."""

import os
from typing import Any
from uuid import UUID, uuid4

import msgspec

from server.cases import queries
from server.cases import service as cases
from server.cases.schemas import BetterPhoto, PackEntry, PhotoEvidence, Prepared, SeenFace
from server.cases.tables import Case, ReviewRequest
from server.contract.case import DocumentPart, Part, PartsAdded, PhotographPart, Topic
from server.contract.receipt import Receipt
from server.core.access import Actor
from server.core.audit.tables import AuditEvent
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.core.platform import now
from tests.support.clinics import AT, Clinic, answers, media, photograph, submission, system_of, upload

PICTURE = b"picture"
EVIDENCE = PhotoEvidence(width_px=800, height_px=600, verdict_version="1", flaws=())
PREPARED = Prepared(
    pack=b"head" + PICTURE,
    index=(PackEntry("review.jpg", 4, len(PICTURE), "image/jpeg"),),
    preparation="test/1",
    evidence=EVIDENCE,
)
CLEAR = b"\xff\xd8the whole photograph"
SEEN = msgspec.structs.replace(
    PREPARED.evidence, faces=(SeenFace(100, 100, 200, 200, 900),), faces_version="1", can_crop=True, camera="Phone"
)
COVERED = msgspec.structs.replace(PREPARED, clear=CLEAR, evidence=SEEN)
AGAIN = msgspec.structs.replace(PREPARED, pack=b"headremade!", index=(PackEntry("review.jpg", 4, 7, "image/jpeg"),))


class Shot(msgspec.Struct, kw_only=True):
    """A photograph with the bytes it promises."""

    part: PhotographPart
    content: bytes

    @property
    def id(self) -> UUID:
        return self.part.part_id


def shot(*, replaces: UUID | None = None) -> Shot:
    content = os.urandom(300)
    return Shot(part=photograph(content, replaces=replaces), content=content)


def document() -> tuple[DocumentPart, bytes]:
    """A document and the bytes it promises."""
    content = os.urandom(300)
    part = DocumentPart(part_id=uuid4(), media=media(content, "application/pdf"), title="Letter", received_at=AT)
    return part, content


async def send(clinic: Clinic, *parts: Part, case_id: UUID | None = None, topic: Topic = Topic.RASH) -> UUID:
    """Submit a case of those parts, answers if there are none; nothing has been uploaded yet."""
    case_id = case_id or uuid4()
    body = submission(clinic.patient_id, *(parts or (answers(),)), case_id=case_id, topic=topic)
    await cases.submit_case(clinic.patient, body)
    return case_id


async def add(clinic: Clinic, case_id: UUID, *parts: Part) -> Receipt:
    addition = PartsAdded(addition_id=uuid4(), case_id=case_id, submitted_at=AT, parts=parts)
    return await cases.add_parts(clinic.patient, msgspec.json.encode(addition))


async def arrive(clinic: Clinic, case_id: UUID, taken: Shot) -> None:
    """The photograph's bytes come and are matched."""
    await upload(clinic.patient, clinic.patient_id, case_id, taken.part, taken.content)
    await cases.match_arrivals(clinic.organisation_id, case_id)


async def prepare(clinic: Clinic, taken: Shot) -> None:
    await cases.record_prepared(clinic.organisation_id, taken.id, PREPARED)


async def refuse(clinic: Clinic, taken: Shot) -> None:
    await cases.record_refused(clinic.organisation_id, taken.id, "truncated")


async def arrive_and_prepare(clinic: Clinic, case_id: UUID, taken: Shot) -> None:
    await arrive(clinic, case_id, taken)
    await prepare(clinic, taken)


async def waiting(clinic: Clinic) -> tuple[UUID, Shot]:
    """A case with one prepared photograph, waiting for a reader."""
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive_and_prepare(clinic, case_id, taken)
    return case_id, taken


async def claimed(clinic: Clinic) -> tuple[UUID, Shot]:
    case_id, taken = await waiting(clinic)
    await cases.claim_case(clinic.reader, case_id)
    return case_id, taken


async def asked(clinic: Clinic) -> tuple[UUID, Shot]:
    """A case whose reader asked for a better photograph in place of its only one."""
    case_id, taken = await claimed(clinic)
    await cases.ask_for_photo(
        clinic.reader, case_id, BetterPhoto(part_id=taken.id, reason="blurred", note="Hold still.")
    )
    return case_id, taken


async def answered(clinic: Clinic) -> UUID:
    """A case that was answered, as far as this slice goes."""
    case_id, _ = await claimed(clinic)
    await cases.record_answer(clinic.reader, case_id, (await case_of(clinic, case_id)).version)
    return case_id


async def case_of(clinic: Clinic, case_id: UUID) -> Case:
    return await queries.get_case(system_of(clinic), case_id)


async def status_of(clinic: Clinic, case_id: UUID) -> str:
    return (await case_of(clinic, case_id)).status


async def request_of(clinic: Clinic, case_id: UUID) -> ReviewRequest:
    """The newest request of the case, answered or ended ones too."""
    return (await queries.requests_of(system_of(clinic), case_id))[-1]


async def arrivals_of(clinic: Clinic, case_id: UUID) -> list[str]:
    return [part.arrival for part in await queries.parts_of(system_of(clinic), case_id) if part.digest_address]


async def jobs(name: str) -> list[dict[str, Any]]:
    rows = await OutboxJob.select(OutboxJob.payload, OutboxJob.due_at).where(OutboxJob.name == name)
    return [{**msgspec.json.decode(row["payload"]), "due_at": row["due_at"]} for row in rows]


async def told() -> list[str]:
    """The templates of every notice, in the order in which they were asked for."""
    rows = await NoticeIntent.select(NoticeIntent.template).order_by(NoticeIntent.id)
    return [row["template"] for row in rows]


async def audited(tag: str) -> list[dict[str, Any]]:
    return await AuditEvent.select().where(AuditEvent.tag == tag).order_by(AuditEvent.id)


def proved_now(actor: Actor) -> Actor:
    """The actor with a second factor proved at this moment."""
    return msgspec.structs.replace(actor, second_factor_at=int(now().timestamp()))
