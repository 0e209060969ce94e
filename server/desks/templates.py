"""A specialist's templates: written and changed on a page of their own, and begun with on the case page."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.core.access import Action, Actor
from server.core.faults import NotFound
from server.desks.answering import AnswerForm
from server.desks.reading import show_case
from server.desks.verbs import page_of
from server.reports import service as reports
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
PAGE = "/answer-templates"


class TemplateForm(reports.TemplateWords, frozen=True, kw_only=True):
    """A template as fields; `revision` is the one that was shown."""

    revision: int = 0

    def words(self) -> reports.TemplateWords:
        return msgspec.convert(msgspec.structs.asdict(self), reports.TemplateWords)


class BeginForm(AnswerForm, kw_only=True):
    """The answer as it stands in the form, and which template is to be added."""

    template: UUID | None = None


@get(PAGE, opt={"action": Action.TEMPLATES_MANAGE})
async def templates_page(
    request: PageRequest, actor: NamedDependency[Actor], edit: FromQuery[UUID | None] = None
) -> Response[str]:
    """The list, and the form for a new one or for the one that is to be changed."""
    return await _show(request, actor, edit)


@post(PAGE, opt={"action": Action.TEMPLATES_MANAGE}, status_code=303)
async def write(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _, form = gettext_for(request), await read_form(request, TemplateForm)
    if form.value is None or not _has_words(form, _):
        return await _show(request, actor, None, form)
    await reports.write_template(actor, form.value.words(), form_key=form.key)
    return see_other(request, PAGE, flash=_("Saved. It is offered on every answer that you write."))


@post(PAGE + "/{template_id:uuid}", opt={"action": Action.TEMPLATES_MANAGE}, status_code=303)
async def change(request: PageRequest, actor: NamedDependency[Actor], template_id: FromPath[UUID]) -> Response[Any]:
    _, form = gettext_for(request), await read_form(request, TemplateForm)
    if form.value is None or not _has_words(form, _):
        return await _show(request, actor, template_id, form)
    await reports.change_template(actor, template_id, form.value.words(), form.value.revision)
    return see_other(request, PAGE, flash=_("Changed. Answers that were begun with it keep their words."))


@post(PAGE + "/{template_id:uuid}/delete", opt={"action": Action.TEMPLATES_MANAGE}, status_code=303)
async def delete(request: PageRequest, actor: NamedDependency[Actor], template_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await reports.delete_template(actor, template_id)
    return see_other(request, PAGE, flash=_("Deleted. Answers that were begun with it keep their words."))


@post("/queue/cases/{case_id:uuid}/begin", opt={"action": Action.ANSWER_DRAFT}, status_code=303)
async def begin(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> Response[Any]:
    """The chosen template's words behind those that were typed, as the draft."""
    _, form = gettext_for(request), await read_form(request, BeginForm)
    if form.value is None or form.value.template is None:
        form.refuse("template", _("Choose the template to begin with."))
        return await show_case(request, actor, case_id, answer=form, status=422)
    await reports.begin_with(actor, case_id, form.value.template, form.value.content())
    return see_other(request, page_of(case_id) + "#answer", flash=_("Added to your draft: check every sentence."))


async def _show(
    request: PageRequest, actor: Actor, template_id: UUID | None, refused: Form[TemplateForm] | None = None
) -> Response[str]:
    every = await reports.templates_of(actor)
    mine = [row for row in every if row.author_id == actor.actor_id]
    edited = next((row for row in mine if row.id == template_id), None)
    if template_id and edited is None:
        raise NotFound("There is no such template.")
    return render(
        request,
        "desks/answer_templates.html",
        status=422 if refused else 200,
        mine=mine,
        shared=[row for row in every if row.author_id != actor.actor_id],
        edited=edited,
        form=refused or blank_form(edited.to_dict() if edited else {}),
    )


def _has_words(form: Form[TemplateForm], translate: Any) -> bool:
    said = form.value
    if said and any(text.strip() for text in (said.findings, said.plan, said.safety_net, said.follow_up)):
        return True
    form.refuse("findings", translate("Write at least one of the texts."))
    return False


HANDLERS = [templates_page, write, change, delete, begin]
