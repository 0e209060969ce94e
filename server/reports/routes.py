"""The answers' JSON API, and the answer as a PDF: decode, call one verb, encode."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from server.cases import service as cases
from server.contract.wire import FormKey, Version, Wire
from server.core.access import Action, Actor
from server.core.faults import NotFound
from server.identity import service as identity
from server.patients import service as patients
from server.reports import service
from server.reports.schemas import AnswerContent, Certainty, Diagnosis, Words
from server.settings import Settings
from server.web.layout import reader_of

if TYPE_CHECKING:
    from server.reports.pdf import PrintedAnswer
    from server.reports.pictures import AnnotatedPicture

PageRequest = Request[Any, Any, Any]


class DiagnosisWire(Wire, frozen=True, kw_only=True):
    code: str
    title: str
    certainty: Certainty


class ContentWire(Wire, frozen=True, kw_only=True):
    """An answer's content on the wire."""

    findings: Words = ""
    diagnoses: tuple[DiagnosisWire, ...] = ()
    plan: Words = ""
    follow_up: Words = ""
    safety_net: Words = ""
    amendment_reason: Words = ""


class DraftState(Wire, frozen=True, kw_only=True):
    """`revision` is what the next save names; 0 before the first."""

    content: ContentWire
    revision: int
    saved_at: datetime | None = None


class DraftTyped(Wire, frozen=True, kw_only=True):
    content: ContentWire
    revision: Version


class SignatureWanted(Wire, frozen=True, kw_only=True):
    """`key` makes the same signing, sent twice, one answer."""

    content: ContentWire
    case_version: Version
    key: FormKey


class AmendmentWanted(Wire, frozen=True, kw_only=True):
    content: ContentWire
    key: FormKey


class AnswerSigned(Wire, frozen=True, kw_only=True):
    answer_id: UUID


class AnswerWire(Wire, frozen=True, kw_only=True):
    answer_id: UUID
    version: int
    kind: str
    author_id: UUID
    content: ContentWire
    annotations: tuple[cases.Annotation, ...]
    """What stood on the photographs when it was signed."""
    signed_at: datetime
    released_at: datetime | None


class CodeFound(Wire, frozen=True, kw_only=True):
    code: str
    title: str


@get("/api/cases/{case_id:uuid}/draft", opt={"action": Action.ANSWER_DRAFT})
async def read_draft(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> DraftState:
    return _draft(await service.read_draft(actor, case_id))


@put("/api/cases/{case_id:uuid}/draft", opt={"action": Action.ANSWER_DRAFT})
async def save_draft(actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[DraftTyped]) -> DraftState:
    return _draft(await service.save_draft(actor, case_id, _content(data.content), data.revision))


@post("/api/cases/{case_id:uuid}/answers", opt={"action": Action.ANSWER_SIGN}, status_code=201)
async def sign_answer(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[SignatureWanted]
) -> AnswerSigned:
    content = _content(data.content)
    return AnswerSigned(
        answer_id=await service.sign_answer(actor, case_id, content, data.case_version, form_key=data.key)
    )


@post("/api/cases/{case_id:uuid}/amendments", opt={"action": Action.ANSWER_SIGN}, status_code=201)
async def amend_answer(
    actor: NamedDependency[Actor], case_id: FromPath[UUID], data: JSONBody[AmendmentWanted]
) -> AnswerSigned:
    return AnswerSigned(answer_id=await service.amend_answer(actor, case_id, _content(data.content), form_key=data.key))


@post("/api/answers/{answer_id:uuid}/void", opt={"action": Action.ANSWER_SIGN}, status_code=204)
async def void_answer(actor: NamedDependency[Actor], answer_id: FromPath[UUID]) -> None:
    await service.void_answer(actor, answer_id)


@get("/api/cases/{case_id:uuid}/answers", opt={"action": Action.ANSWER_READ})
async def list_answers(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> list[AnswerWire]:
    """Every version that the actor may read, oldest first; reading them is recorded."""
    found = await service.answers_of(actor, case_id)
    return [_answer(await service.read_answer(actor, each.row.id)) for each in found]


@get("/api/icd-10-cm", opt={"action": Action.ANSWER_DRAFT})
async def search_codes(words: FromQuery[str]) -> list[CodeFound]:
    found = await asyncio.to_thread(service.search, words)
    return [CodeFound(code=each.code, title=each.title) for each in found]


@get("/cases/{case_id:uuid}/answer.pdf", opt={"action": Action.ANSWER_READ})
async def show_pdf(
    request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID], version: FromQuery[int | None] = None
) -> Response[bytes]:
    """The latest version, or the one asked for; opening it is reading the answer."""
    found = await service.answers_of(actor, case_id)
    wanted = next((each for each in reversed(found) if version in {None, each.row.version}), None)
    if wanted is None:
        raise NotFound("There is no such answer.")
    from server.reports.pdf import print_answer  # noqa: PLC0415  (typesetting is a fifth of what a start would import)

    printed = await _printed(actor, wanted.row.id, latest=found[-1].row.version)
    content = await asyncio.to_thread(print_answer, printed, reader_of(request))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="answer.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


async def _printed(actor: Actor, answer_id: UUID, *, latest: int) -> "PrintedAnswer":
    from server.reports.pdf import PrintedAnswer  # noqa: PLC0415

    answer = await service.read_answer(actor, answer_id)
    row, overlays = answer.row, service.overlays_of(answer.content.annotations)
    who = await patients.demographics(actor, row.patient_id)
    return PrintedAnswer(
        answer=answer,
        patient_name=who.full_name,
        born=who.birth_date,
        author_name=await identity.person_name(row.author_id),
        organisation_name=(await identity.organisation(row.organisation_id)).name,
        submitted_at=await cases.received_at(actor, row.case_id),
        newer_version=latest if latest != row.version else None,
        pictures=tuple([await _picture(actor, row.case_id, overlay) for overlay in overlays]),
        drawn_by=await identity.person_names({each.author_id for each in answer.content.annotations}),
    )


async def _picture(actor: Actor, case_id: UUID, overlay: service.Overlay) -> "AnnotatedPicture":
    from server.reports.pictures import AnnotatedPicture  # noqa: PLC0415  (typesetting, as above)

    review = await cases.read_rendition(actor, case_id, overlay.part_id, "review.jpg")
    return AnnotatedPicture(jpeg=review.content, overlay=overlay)


def _content(wire: ContentWire) -> AnswerContent:
    return AnswerContent(
        findings=wire.findings,
        diagnoses=tuple(
            Diagnosis(code=each.code, title=each.title, certainty=each.certainty) for each in wire.diagnoses
        ),
        plan=wire.plan,
        follow_up=wire.follow_up,
        safety_net=wire.safety_net,
        amendment_reason=wire.amendment_reason,
    )


def _wire(content: AnswerContent) -> ContentWire:
    return ContentWire(
        findings=content.findings,
        diagnoses=tuple(
            DiagnosisWire(code=each.code, title=each.title, certainty=each.certainty) for each in content.diagnoses
        ),
        plan=content.plan,
        follow_up=content.follow_up,
        safety_net=content.safety_net,
        amendment_reason=content.amendment_reason,
    )


def _draft(draft: service.Draft) -> DraftState:
    return DraftState(content=_wire(draft.content), revision=draft.revision, saved_at=draft.saved_at)


def _answer(opened: service.OpenedAnswer) -> AnswerWire:
    row = opened.row
    return AnswerWire(
        answer_id=row.id,
        version=row.version,
        kind=row.kind,
        author_id=row.author_id,
        content=_wire(opened.content),
        annotations=opened.content.annotations,
        signed_at=row.signed_at,
        released_at=row.released_at,
    )


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [
        read_draft,
        save_draft,
        sign_answer,
        amend_answer,
        void_answer,
        list_answers,
        search_codes,
        show_pdf,
    ]
