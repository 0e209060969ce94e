"""Signs, voids, amends and releases answers; signing needs a fresh second factor, release waits a minute for undo."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.service import Acuity, Case, Delivery
from server.core import audit, vault
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction
from server.core.faults import Conflict, Forbidden, InvalidForm
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.identity import service as identity
from server.patients import service as patients
from server.reports import queries
from server.reports.jobs import ReleaseAnswer
from server.reports.schemas import AnswerContent, SignedStatement
from server.reports.service.codes import check_diagnoses
from server.reports.service.drafts import read_draft
from server.reports.tables import AnswerDraft, AnswerVersion

ANSWER_SCHEMA = "careferry.answer/1"
UNDO_WITHIN = timedelta(minutes=1)
SECOND_FACTOR_WITHIN_S = 300


class AnswerIncomplete(InvalidForm):
    code = "answer-incomplete"
    title = "The answer is not complete yet"


class AnswerReleased(Conflict):
    code = "answer-released"
    title = "The answer has already been released"
    next_step = "Write an amendment instead; the first answer stays readable beside it."


async def sign_answer(
    actor: Actor, case_id: UUID, content: AnswerContent, case_version: int, *, form_key: str | None = None
) -> UUID:
    """Sign `content` as the case's answer and answer its id; the same form key again signs nothing more.

    An urgent case's answer is released at once, any other after `UNDO_WITHIN`.
    """
    authorize(actor, Action.ANSWER_SIGN)
    identity.require_recent_second_factor(actor, within_s=SECOND_FACTOR_WITHIN_S)
    _require_complete(content)
    async with transaction():
        if (signed := await queries.find_by_form_key(actor, case_id, form_key)) is not None:
            return signed
        opened_at = (await read_draft(actor, case_id)).opened_at
        case, request_id = await cases.record_answer(actor, case_id, case_version)
        answer_id = await _write(actor, case, content, "answer", request_id, opened_at, form_key)
        await AnswerDraft.delete().where((AnswerDraft.case_id == case_id) & (AnswerDraft.author_id == actor.actor_id))
        return answer_id


async def amend_answer(actor: Actor, case_id: UUID, content: AnswerContent, *, form_key: str | None = None) -> UUID:
    """Sign a further version with its reason; earlier versions stay as they were."""
    authorize(actor, Action.ANSWER_SIGN)
    identity.require_recent_second_factor(actor, within_s=SECOND_FACTOR_WITHIN_S)
    _require_complete(content)
    if not content.amendment_reason.strip():
        raise AnswerIncomplete("An amendment says why it was made.")
    async with transaction():
        if (signed := await queries.find_by_form_key(actor, case_id, form_key)) is not None:
            return signed
        earlier = await queries.answers_of(actor, case_id)
        if not any(answer.author_id == actor.actor_id for answer in earlier):
            raise Forbidden("Only who signed an answer amends it; anyone else reopens the case.")
        case = await cases.record_amendment(actor, case_id)
        return await _write(actor, case, content, "amendment", None, None, form_key)


async def void_answer(actor: Actor, answer_id: UUID) -> None:
    """Take a signed answer back before its release: nobody has read it, the draft is there again."""
    authorize(actor, Action.ANSWER_SIGN)
    async with transaction():
        answer = await queries.get_answer(actor, answer_id)
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
    """Make the answer the patient's to read and tell them, once; a voided one is left alone."""
    actor = system_actor(organisation_id)
    async with transaction():
        answer = await queries.get_answer(actor, answer_id)
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
        await patients.notify(actor, answer.patient_id, "answer-ready", answer.case_id)
        await cases.note_delivery(organisation_id, answer.case_id, Delivery.NOTIFIED)


def signed_statement(answer: AnswerVersion, content_sha256: str) -> bytes:
    """The exact bytes under the answer's signature."""
    statement = SignedStatement(
        schema=ANSWER_SCHEMA,
        case_id=str(answer.case_id),
        version=answer.version,
        author_id=str(answer.author_id),
        content_sha256=content_sha256,
        signed_at=answer.signed_at.astimezone(UTC).isoformat(),
    )
    return msgspec.json.encode(statement, order="sorted")


def content_digest(content: AnswerContent) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _require_complete(content: AnswerContent) -> None:
    missing = [name for name in ("findings", "plan", "safety_net") if not getattr(content, name).strip()]
    if not content.diagnoses:
        missing.append("diagnoses")
    if missing:
        raise AnswerIncomplete(f"Still missing: {', '.join(missing)}.")
    check_diagnoses(content.diagnoses)


async def _write(
    actor: Actor,
    case: Case,
    content: AnswerContent,
    kind: str,
    request_id: UUID | None,
    opened_at: datetime | None,
    form_key: str | None,
) -> UUID:
    key = await vault.key(case.vault_id, actor.organisation_id)
    at, answer_id = now(), new_id()
    digest = content_digest(content)
    answer = AnswerVersion(
        id=answer_id,
        recorded_at=at,
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        request_id=request_id,
        version=await queries.version_count(case.id) + 1,
        kind=kind,
        author_id=actor.actor_id,
        sealed=key.seal_value(f"answer_version/{answer_id}/sealed", content),
        content_sha256=key.seal(f"answer_version/{answer_id}/content_sha256", digest.encode()),
        signed_at=at,
        second_factor_at=datetime.fromtimestamp(actor.second_factor_at, UTC),
        seconds_to_sign=int((at - opened_at).total_seconds()) if opened_at else None,
        release_at=at if case.acuity == Acuity.URGENT else at + UNDO_WITHIN,
        form_key=form_key,
    )
    answer.signature_key_id, answer.signature = platform().keys.receipts.sign(signed_statement(answer, digest))
    await AnswerVersion.insert(answer)
    await enqueue(ReleaseAnswer(organisation_id=case.organisation_id, answer_id=answer_id), due_at=answer.release_at)
    await audit.record(
        actor,
        "answer:signed",
        subject_id=answer_id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
        detail={"case": str(case.id), "version": answer.version, "kind": kind},
    )
    return answer_id


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
        sealed=key.seal_value(f"answer_draft/{draft_id}/sealed", content),
        saved_at=at,
        opened_at=answer.signed_at,
    ).save()
