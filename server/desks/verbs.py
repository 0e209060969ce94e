"""What a specialist does on the case page; each verb is one form, carried out once and answered by a redirect."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.cases import service as cases
from server.core.access import Action, Actor
from server.desks.answering import AnswerForm, mark_refused
from server.desks.reading import show_case
from server.reports import service as reports
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, see_other

PageRequest = Request[Any, Any, Any]


class AskForm(msgspec.Struct, kw_only=True):
    """`photo` is the part's id, empty for another view that nothing shows yet."""

    photo: str = ""
    reason: cases.PhotoReason
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class EscalateForm(msgspec.Struct, kw_only=True):
    acuity: cases.Acuity
    reason: Annotated[str, msgspec.Meta(max_length=40)]


class MessageForm(msgspec.Struct, kw_only=True):
    text: Annotated[str, msgspec.Meta(max_length=4000)]


@post("/queue/cases/{case_id:uuid}/claim", opt={"action": Action.CASE_CLAIM}, status_code=303)
async def claim(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    await read_form(request, Nothing)
    await cases.claim_case(actor, case_id)
    return see_other(request, page_of(case_id))


@post("/queue/cases/{case_id:uuid}/release", opt={"action": Action.CASE_RELEASE}, status_code=303)
async def release(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await cases.release_case(actor, case_id)
    return see_other(request, "/queue", flash=_("Given back to the queue. Its deadline stands where it was."))


@post("/queue/cases/{case_id:uuid}/ask", opt={"action": Action.CASE_ASK}, status_code=303)
async def ask(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AskForm)
    if form.value is None:
        return await show_case(request, actor, case_id, ask=form, status=422)
    photo = UUID(form.value.photo) if form.value.photo else None
    await cases.ask_for_photo(
        actor, case_id, cases.BetterPhoto(part_id=photo, reason=form.value.reason, note=form.value.note)
    )
    return see_other(request, page_of(case_id), flash=_("The patient is asked for a better photo. The clock stands."))


@post("/queue/cases/{case_id:uuid}/escalate", opt={"action": Action.CASE_ESCALATE}, status_code=303)
async def escalate(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, EscalateForm)
    if form.value is None:
        return await show_case(request, actor, case_id, ask=form, status=422)
    await cases.escalate_case(actor, case_id, form.value.acuity, form.value.reason)
    return see_other(request, page_of(case_id), flash=_("Made more urgent; the deadline came nearer."))


@post("/queue/cases/{case_id:uuid}/messages", opt={"action": Action.CASE_MESSAGE}, status_code=303)
async def write(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    form = await read_form(request, MessageForm)
    if form.value is None:
        return await show_case(request, actor, case_id, ask=form, status=422)
    await cases.send_message(actor, case_id, form.value.text, form_key=form.key)
    return see_other(request, page_of(case_id) + "#messages")


@post("/queue/cases/{case_id:uuid}/sign", opt={"action": Action.ANSWER_SIGN}, status_code=303)
async def sign(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AnswerForm)
    if form.value is not None:
        try:
            await reports.sign_answer(actor, case_id, form.value.content(), form.value.case_version, form_key=form.key)
        except (reports.AnswerIncomplete, reports.UnknownDiagnosis) as fault:
            mark_refused(form, form.value, fault, _)
        else:
            return see_other(request, page_of(case_id), flash=_("Signed. You can take it back for a minute."))
    return await show_case(request, actor, case_id, answer=form, status=422)


@post("/queue/cases/{case_id:uuid}/amend", opt={"action": Action.ANSWER_SIGN}, status_code=303)
async def amend(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, AnswerForm)
    if form.value is not None:
        try:
            await reports.amend_answer(actor, case_id, form.value.content(), form_key=form.key)
        except (reports.AnswerIncomplete, reports.UnknownDiagnosis) as fault:
            mark_refused(form, form.value, fault, _)
        else:
            return see_other(request, page_of(case_id), flash=_("The amendment is signed; the first answer stays."))
    return await show_case(request, actor, case_id, amendment=form, status=422)


@post("/queue/answers/{answer_id:uuid}/void", opt={"action": Action.ANSWER_SIGN}, status_code=303)
async def void(request: PageRequest, actor: NamedDependency[Actor], answer_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    answer = await reports.read_answer(actor, answer_id)
    await reports.void_answer(actor, answer_id)
    taken_back = _("Taken back. Nobody has read it; your draft is here again.")
    return see_other(request, page_of(answer.row.case_id), flash=taken_back)


def page_of(case_id: UUID) -> str:
    return f"/queue/cases/{case_id}"
