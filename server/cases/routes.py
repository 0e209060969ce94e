"""The cases' JSON API for phones, kiosks and scripts: decode, call one verb, encode."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from server.cases import service
from server.cases.tables import Acuity, Case
from server.contract.receipt import Receipt
from server.contract.wire import Code, FormKey, Version, Wire
from server.core.access import Action, Actor
from server.core.access.guard import FOR_DEVICES
from server.core.sealed import open_body
from server.identity import service as identity
from server.settings import Settings

MAX_SUBMISSION_BYTES = 1024 * 1024
SUBMITS = {"action": Action.CASE_SUBMIT, FOR_DEVICES: True}
SHOWN_INLINE = frozenset({"image/jpeg"})
"""All that we make of photographs to look at; a browser is never given anything else to show."""
FROM_STRANGERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""Opened by itself, what came from a stranger runs nothing and is of no origin, whatever it turns out to be."""
MAX_ANNOTATION_BYTES = 16 * 1024
"""An outline of the most corners, with the longest words."""


class CaseState(Wire, frozen=True, kw_only=True):
    """A case in a list: how far it is, without its content."""

    case_id: UUID
    patient_id: UUID
    topic: str
    status: str
    acuity: str
    version: int
    received_at: datetime
    changed_at: datetime


class ClaimWanted(Wire, frozen=True, kw_only=True):
    version: Version | None = None


class EscalationWanted(Wire, frozen=True, kw_only=True):
    acuity: Acuity
    reason: str


class MessageWanted(Wire, frozen=True, kw_only=True):
    text: str
    key: FormKey


NoteText = Annotated[str, msgspec.Meta(max_length=500)]


class PhotoWanted(Wire, frozen=True, kw_only=True):
    part_id: UUID | None = None
    reason: service.PhotoReason
    note: NoteText = ""


class ReasonGiven(Wire, frozen=True, kw_only=True):
    """A code: it stands in the trail and in the case's timeline, which hold no words about a patient."""

    reason: Code


@post("/api/cases", opt=SUBMITS, status_code=201, request_max_body_size=MAX_SUBMISSION_BYTES)
async def submit_case(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Receipt:
    return await service.submit_case(actor, open_body(request.headers, await request.body()))


@post("/api/cases/parts", opt=SUBMITS, status_code=201, request_max_body_size=MAX_SUBMISSION_BYTES)
async def add_parts(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Receipt:
    return await service.add_parts(actor, open_body(request.headers, await request.body()))


@get("/api/cases/{case_id:uuid}/receipt", opt=SUBMITS)
async def read_receipt(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Receipt:
    return await service.receipt_of(actor, case_id)


@get("/api/patients/{patient_id:uuid}/cases", opt={"action": Action.CASE_READ})
async def list_cases(actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> list[CaseState]:
    return [_state(case) for case in await service.cases_of_patient(actor, patient_id)]


@post("/api/cases/{case_id:uuid}/claim", opt={"action": Action.CASE_CLAIM}, status_code=200)
async def claim_case(actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[ClaimWanted]) -> CaseState:
    return _state(await service.claim_case(actor, case_id, data.version))


@post("/api/cases/{case_id:uuid}/release", opt={"action": Action.CASE_RELEASE}, status_code=200)
async def release_case(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> CaseState:
    return _state(await service.release_case(actor, case_id))


@post("/api/cases/{case_id:uuid}/escalate", opt={"action": Action.CASE_ESCALATE}, status_code=200)
async def escalate_case(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[EscalationWanted]
) -> CaseState:
    return _state(await service.escalate_case(actor, case_id, data.acuity, data.reason))


@post("/api/cases/{case_id:uuid}/photo-requests", opt={"action": Action.CASE_ASK}, status_code=201)
async def ask_for_photo(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[PhotoWanted]
) -> Response[None]:
    wanted = service.BetterPhoto(part_id=data.part_id, reason=data.reason, note=data.note)
    await service.ask_for_photo(actor, case_id, wanted)
    return Response(None, status_code=201)


class AnnotationsKept(Wire, frozen=True, kw_only=True):
    """Every version, in the order in which they were drawn; the last of each id is how it stands.

    `names` are those of the authors, and the asker's own.
    """

    versions: tuple[service.Annotation, ...]
    names: dict[UUID, str]


class AnnotationWanted(Wire, frozen=True, kw_only=True):
    """One more version, `version`, of an annotation; without a mark it removes it."""

    version: Version
    mark: service.Mark | None


@get("/api/cases/{case_id:uuid}/annotations", opt={"action": Action.QUEUE_READ})
async def list_annotations(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> AnnotationsKept:
    versions = await service.annotation_versions(actor, case_id)
    names = await identity.person_names({actor.actor_id, *(each.author_id for each in versions)})
    return AnnotationsKept(versions=versions, names=names)


@put(
    "/api/cases/{case_id:uuid}/photos/{part_id:uuid}/annotations/{annotation_id:uuid}",
    opt={"action": Action.PHOTO_ANNOTATE},
    request_max_body_size=MAX_ANNOTATION_BYTES,
)
async def record_annotation(
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    part_id: FromPath[UUID],
    annotation_id: FromPath[UUID],
    data: JSONBody[AnnotationWanted],
) -> service.Annotation:
    return await service.record_annotation(actor, case_id, part_id, annotation_id, data.version, data.mark)


@post("/api/cases/{case_id:uuid}/messages", opt={"action": Action.CASE_MESSAGE}, status_code=201)
async def send_message(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[MessageWanted]
) -> Response[None]:
    await service.send_message(actor, case_id, data.text, form_key=data.key)
    return Response(None, status_code=201)


@post("/api/cases/{case_id:uuid}/withdraw", opt={"action": Action.CASE_WITHDRAW}, status_code=200)
async def withdraw_case(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> CaseState:
    return _state(await service.withdraw_case(actor, case_id))


@post("/api/cases/{case_id:uuid}/reopen", opt={"action": Action.CASE_REOPEN}, status_code=200)
async def reopen_case(actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[ReasonGiven]) -> CaseState:
    return _state(await service.reopen_case(actor, case_id, data.reason))


@post("/api/cases/{case_id:uuid}/close", opt={"action": Action.CASE_CLOSE}, status_code=200)
async def close_case(actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[ReasonGiven]) -> CaseState:
    return _state(await service.close_case(actor, case_id, data.reason))


@get("/cases/{case_id:uuid}/photos/{part_id:uuid}/{name:path}", opt={"action": Action.CASE_READ})
async def show_photo(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], part_id: FromPath[UUID], name: FromPath[str]
) -> Response[bytes]:
    """One rendition or tile. Browsers keep none of it: clinics share their machines."""
    picture = await service.read_rendition(actor, case_id, part_id, name.lstrip("/"))
    headers = {} if picture.media_type in SHOWN_INLINE else {"Content-Disposition": "attachment"}
    return Response(picture.content, media_type=picture.media_type, headers=FROM_STRANGERS | headers)


@get("/cases/{case_id:uuid}/documents/{part_id:uuid}", opt={"action": Action.CASE_READ})
async def show_document(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], part_id: FromPath[UUID]
) -> Response[bytes]:
    document = await service.read_document(actor, case_id, part_id)
    headers = FROM_STRANGERS | {"Content-Disposition": "attachment"}
    return Response(document.content, media_type=document.media_type, headers=headers)


def _state(case: Case) -> CaseState:
    return CaseState(
        case_id=case.id,
        patient_id=case.patient_id,
        topic=case.topic,
        status=case.status,
        acuity=case.acuity,
        version=case.version,
        received_at=case.received_at,
        changed_at=case.changed_at,
    )


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [
        submit_case,
        add_parts,
        read_receipt,
        list_cases,
        claim_case,
        release_case,
        escalate_case,
        ask_for_photo,
        list_annotations,
        record_annotation,
        send_message,
        withdraw_case,
        reopen_case,
        close_case,
        show_photo,
        show_document,
    ]
