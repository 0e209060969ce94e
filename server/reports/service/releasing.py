"""What happens to a signed answer: taken back before anyone has read it, or released to the patient."""

from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.service import Delivery
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction
from server.core.faults import Conflict, Forbidden
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients
from server.reports import queries
from server.reports.schemas import AnswerContent
from server.reports.tables import AnswerDraft, AnswerVersion


class AnswerReleased(Conflict):
    code = "answer-released"
    title = "The answer has already been released"
    next_step = "Write an amendment instead; the first answer stays readable beside it."


async def void_answer(actor: Actor, answer_id: UUID) -> None:
    """Take a signed answer back before its release: nobody has read it, the draft is there again."""
    authorize(actor, Action.ANSWER_SIGN)
    async with transaction():
        answer = await queries.get_answer(actor, answer_id)
        await cases.hold_case(actor, answer.case_id)
        if answer.author_id != actor.actor_id:
            raise Forbidden("Only who signed an answer can take it back.")
        if answer.kind != "answer":
            raise Conflict("An amendment is corrected by a further amendment.")
        voided = (
            await AnswerVersion.update({AnswerVersion.voided_at: now()})
            .where(AnswerVersion.id == answer_id)
            .where(AnswerVersion.released_at.is_null())
            .where(AnswerVersion.voided_at.is_null())
            .returning(AnswerVersion.id)
        )
        if not voided or answer.request_id is None:
            raise AnswerReleased
        await cases.undo_answer(actor, answer.case_id, answer.request_id)
        await _restore_draft(actor, answer)


async def release_answer(organisation_id: UUID, answer_id: UUID) -> None:
    """Make the answer the patient's to read and tell them, once; a voided one is left alone.

    How telling them goes is the notice's to say, later. A patient who left no way to be told has the answer all the
    same; its delivery has failed until they read it.
    """
    actor = system_actor(organisation_id)
    async with transaction():
        answer = await queries.get_answer(actor, answer_id)
        # First, as whoever takes it back does: else each waits for the other.
        await cases.hold_case(actor, answer.case_id)
        released = (
            await AnswerVersion.update({AnswerVersion.released_at: now()})
            .where(AnswerVersion.id == answer_id)
            .where(AnswerVersion.released_at.is_null())
            .where(AnswerVersion.voided_at.is_null())
            .returning(AnswerVersion.id)
        )
        if not released:
            return
        await audit.record(actor, "answer:released", subject_id=answer_id, patient_id=answer.patient_id)
        is_told = await patients.notify(actor, answer.patient_id, "answer-ready", answer.case_id)
        delivery = Delivery.PENDING if is_told else Delivery.FAILED
        await cases.note_delivery(organisation_id, answer.case_id, delivery)


async def _restore_draft(actor: Actor, answer: AnswerVersion) -> None:
    key = await vault.key(answer.vault_id, actor.organisation_id)
    content = key.open_value(f"answer_version/{answer.id}/sealed", answer.sealed, AnswerContent)
    at, draft_id = now(), new_id()
    await AnswerDraft(
        id=draft_id,
        recorded_at=at,
        organisation_id=answer.organisation_id,
        case_id=answer.case_id,
        patient_id=answer.patient_id,
        vault_id=answer.vault_id,
        author_id=actor.actor_id,
        sealed=key.seal_value(f"answer_draft/{draft_id}/sealed", msgspec.structs.replace(content, annotations=())),
        saved_at=at,
    ).save()
