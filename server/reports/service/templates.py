"""Words that answers begin with: a specialist's own, and those that colleagues share. They are about no patient."""

from typing import Any
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput, Conflict, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.reports import queries
from server.reports.schemas import AnswerContent, TemplateWords
from server.reports.service.drafts import Draft, save_draft
from server.reports.tables import AnswerTemplate

MOST_TEMPLATES = 200
"""Of one author: more would not be found again in a list."""
_FILLED = ("findings", "plan", "safety_net", "follow_up")


class TooManyTemplates(Conflict):
    code = "too-many-templates"
    title = "You have as many templates as one can have"
    next_step = "Delete one that you no longer use."


class TemplateChanged(Conflict):
    code = "template-changed"
    title = "This template was changed in another tab"
    kept = "The other text is saved; yours is still in the form."
    next_step = "Reload to see the saved one."


async def templates_of(actor: Actor) -> list[AnswerTemplate]:
    """The actor's own and those that colleagues share, by name."""
    authorize(actor, Action.TEMPLATES_MANAGE)
    return await queries.templates_of(actor)


async def write_template(actor: Actor, words: TemplateWords, *, form_key: str | None = None) -> UUID:
    """A new template; the same form sent again makes no second one."""
    authorize(actor, Action.TEMPLATES_MANAGE)
    _require_words(words)
    async with transaction():
        present = await queries.templates_by(actor)
        same = [row for row in present if form_key is not None and row.form_key == form_key]
        if same:
            return same[0].id
        if len(present) >= MOST_TEMPLATES:
            raise TooManyTemplates
        at = now()
        row = AnswerTemplate(
            id=new_id(),
            recorded_at=at,
            organisation_id=actor.organisation_id,
            author_id=actor.actor_id,
            changed_at=at,
            form_key=form_key,
            **msgspec.structs.asdict(words),
        )
        await row.save()
        await audit.record(actor, "answer-template:written", subject_id=row.id)
    return row.id


async def change_template(actor: Actor, template_id: UUID, words: TemplateWords, revision: int) -> None:
    """Over the revision that was seen; only its author changes a template."""
    authorize(actor, Action.TEMPLATES_MANAGE)
    _require_words(words)
    async with transaction():
        row = await _require_own(actor, template_id)
        if row.revision != revision:
            raise TemplateChanged
        values: dict[Any, Any] = msgspec.structs.asdict(words) | {"revision": revision + 1, "changed_at": now()}
        await scoped(actor, AnswerTemplate).update(values).where(AnswerTemplate.id == template_id)
        await audit.record(actor, "answer-template:changed", subject_id=template_id)


async def delete_template(actor: Actor, template_id: UUID) -> None:
    """Answers that were begun with it keep their words."""
    authorize(actor, Action.TEMPLATES_MANAGE)
    async with transaction():
        row = await _require_own(actor, template_id)
        await row.remove()
        await audit.record(actor, "answer-template:deleted", subject_id=template_id)


async def begin_with(actor: Actor, case_id: UUID, template_id: UUID, typed: AnswerContent) -> Draft:
    """Save as the draft what was typed, with the template's words behind it: nothing that was typed is replaced."""
    authorize(actor, Action.ANSWER_DRAFT)
    async with transaction():
        await cases.require_claim(actor, case_id)
        row = await queries.find_template(actor, template_id)
        if row is None:
            raise NotFound("There is no such template.")
        joined = {name: _joined(getattr(typed, name), getattr(row, name)) for name in _FILLED}
        return await save_draft(actor, case_id, msgspec.structs.replace(typed, **joined), None)


def _joined(typed: str, words: str) -> str:
    """Words that stand there already are not added again: a second press changes nothing."""
    typed = typed.rstrip()
    if not words or words in typed:
        return typed
    return f"{typed}\n\n{words}" if typed else words


async def _require_own(actor: Actor, template_id: UUID) -> AnswerTemplate:
    row = await queries.find_template(actor, template_id)
    if row is None or row.author_id != actor.actor_id:
        raise NotFound("There is no such template.")
    return row


def _require_words(words: TemplateWords) -> None:
    if not any(getattr(words, name).strip() for name in _FILLED):
        raise BadInput("A template without words helps nobody: write at least one of its texts.")
