"""Every select on answers; each takes the actor. Patients reach released answers only."""

from uuid import UUID

from server.core.access import Actor
from server.core.db import scoped
from server.core.faults import NotFound
from server.reports.tables import AnswerDraft, AnswerVersion


async def answers_of(actor: Actor, case_id: UUID) -> list[AnswerVersion]:
    """The case's answers, oldest first; voided ones are left out, unreleased ones too for the patient's side."""
    rows = (
        scoped(actor, AnswerVersion)
        .objects()
        .where(AnswerVersion.case_id == case_id)
        .where(AnswerVersion.voided_at.is_null())
    )
    if actor.is_patient:
        rows = rows.where(AnswerVersion.released_at.is_not_null())
    return await rows.order_by(AnswerVersion.version)


async def get_answer(actor: Actor, answer_id: UUID) -> AnswerVersion:
    answer = await scoped(actor, AnswerVersion).objects().where(AnswerVersion.id == answer_id).first()
    if answer is None or (actor.is_patient and answer.released_at is None):
        raise NotFound("There is no such answer.")
    return answer


async def version_count(case_id: UUID) -> int:
    """How many versions were ever signed, voided ones included: numbers are not used again."""
    return await AnswerVersion.count().where(AnswerVersion.case_id == case_id)


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
