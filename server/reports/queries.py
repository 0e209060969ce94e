"""Every select on answers; each takes the actor. Nobody but its author reaches an answer before its release."""

from typing import Any, cast
from uuid import UUID

from piccolo.columns.combination import Or, WhereRaw

from server.core.access import Actor, ActorKind
from server.core.db import scoped
from server.core.faults import NotFound
from server.reports.tables import AnswerDraft, AnswerTemplate, AnswerVersion


async def answers_of(actor: Actor, case_id: UUID) -> list[AnswerVersion]:
    """The case's answers that the actor may read, oldest first, without those that were taken back."""
    rows = scoped(actor, AnswerVersion).objects().where(AnswerVersion.case_id == case_id)
    return await rows.where(_readable(actor)).where(AnswerVersion.voided_at.is_null()).order_by(AnswerVersion.version)


async def get_answer(actor: Actor, answer_id: UUID) -> AnswerVersion:
    answer = (
        await scoped(actor, AnswerVersion)
        .objects()
        .where(AnswerVersion.id == answer_id)
        .where(_readable(actor))
        .first()
    )
    if answer is None:
        raise NotFound("There is no such answer.")
    return answer


def _readable(actor: Actor) -> Any:
    """Until its release an answer is its author's alone: so taking it back undoes it for everyone."""
    if actor.kind is ActorKind.SYSTEM:
        return WhereRaw("1 = 1")
    return Or(AnswerVersion.released_at.is_not_null(), AnswerVersion.author_id == actor.actor_id)


async def version_count(case_id: UUID) -> int:
    """How many versions were ever signed, voided ones included: numbers are not used again."""
    return int(await cast("Any", AnswerVersion).count().where(AnswerVersion.case_id == case_id))


async def find_draft(actor: Actor, case_id: UUID) -> AnswerDraft | None:
    rows = scoped(actor, AnswerDraft).objects().where(AnswerDraft.case_id == case_id)
    return await rows.where(AnswerDraft.author_id == actor.actor_id).first()


async def signing_seconds(actor: Actor, limit: int = 200) -> list[int]:
    """The reader's own latest times from opening to signing."""
    rows = (
        await AnswerVersion.select(AnswerVersion.seconds_to_sign)
        .where(AnswerVersion.author_id == actor.actor_id)
        .where(AnswerVersion.seconds_to_sign.is_not_null())
        .order_by(AnswerVersion.id, ascending=False)
        .limit(limit)
    )
    return [row["seconds_to_sign"] for row in rows]


async def find_by_form_key(actor: Actor, case_id: UUID, form_key: str | None) -> UUID | None:
    """The answer that the same form signed before, if it did."""
    if form_key is None:
        return None
    rows = scoped(actor, AnswerVersion).objects().where(AnswerVersion.case_id == case_id)
    answer = await rows.where(AnswerVersion.form_key == form_key).first()
    return answer.id if answer else None


async def templates_of(actor: Actor) -> list[AnswerTemplate]:
    """Those that the actor may begin with, by name."""
    return await _usable_templates(actor).order_by(AnswerTemplate.name).order_by(AnswerTemplate.id)


async def templates_by(actor: Actor) -> list[AnswerTemplate]:
    return await scoped(actor, AnswerTemplate).objects().where(AnswerTemplate.author_id == actor.actor_id)


async def find_template(actor: Actor, template_id: UUID) -> AnswerTemplate | None:
    return await _usable_templates(actor).where(AnswerTemplate.id == template_id).first()


def _usable_templates(actor: Actor) -> Any:
    is_usable = Or(AnswerTemplate.author_id == actor.actor_id, AnswerTemplate.is_shared.eq(True))
    return scoped(actor, AnswerTemplate).objects().where(is_usable)
