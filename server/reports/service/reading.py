"""Opens answers for reading, checks their signatures, and notes that the patient has read one."""

import statistics
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.service import Delivery
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.platform import now
from server.reports import queries
from server.reports.schemas import AnswerContent
from server.reports.service.statements import check_signature
from server.reports.tables import AnswerVersion


class OpenedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    row: AnswerVersion
    content: AnswerContent


async def answers_of(actor: Actor, case_id: UUID) -> list[OpenedAnswer]:
    """The case's answers that the actor may read, oldest first; Tampered unless each signature holds."""
    authorize(actor, Action.ANSWER_READ)
    await cases.require_visible(actor, case_id)
    return [await _open(actor, row) for row in await queries.answers_of(actor, case_id)]


async def read_answer(actor: Actor, answer_id: UUID) -> OpenedAnswer:
    """One answer; the patient's first reading of it is the end of its delivery."""
    authorize(actor, Action.ANSWER_READ)
    async with transaction():
        row = await queries.get_answer(actor, answer_id)
        opened = await _open(actor, row)
        if actor.is_patient and row.first_read_at is None:
            await AnswerVersion.update({AnswerVersion.first_read_at: now()}).where(AnswerVersion.id == answer_id)
            await cases.note_delivery(row.organisation_id, row.case_id, Delivery.READ)
        await audit.record(
            actor,
            "answer:read",
            subject_id=answer_id,
            patient_id=row.patient_id,
            organisation_id=row.organisation_id,
        )
    return opened


async def median_seconds_to_sign(actor: Actor) -> int | None:
    """The reader's own median from opening to signing; None before the first answer."""
    seconds = await queries.signing_seconds(actor)
    return int(statistics.median(seconds)) if seconds else None


async def _open(actor: Actor, row: AnswerVersion) -> OpenedAnswer:
    key = await vault.key(row.vault_id, actor.organisation_id)
    content = key.open_value(f"answer_version/{row.id}/sealed", row.sealed, AnswerContent)
    check_signature(row, content)
    return OpenedAnswer(row=row, content=content)
