"""Signs answers and amends them, each under a fresh second factor; nothing signed is ever changed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.service import Acuity, Case
from server.contract.problem import FieldProblem
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import Conflict, Forbidden, InvalidForm
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.identity import service as identity
from server.identity.faults import SecondFactorRequired
from server.reports import queries
from server.reports.jobs import ReleaseAnswer
from server.reports.schemas import AnswerContent, Diagnosis
from server.reports.service.codes import check_diagnoses
from server.reports.service.drafts import save_draft
from server.reports.service.statements import content_digest, signed_statement
from server.reports.tables import AnswerDraft, AnswerVersion
from server.web.catalogue import N_

UNDO_WITHIN = timedelta(minutes=1)
SECOND_FACTOR_WITHIN_S = 300


class AnswerIncomplete(InvalidForm):
    code = "answer-incomplete"
    title = "The answer is not complete yet"


NEEDED = {
    "findings": N_("Write what you found."),
    "diagnoses": N_("Name at least one diagnosis."),
    "plan": N_("Write what the patient should do."),
    "safety_net": N_("Write when the patient should get help sooner."),
}
"""What to say of each part that no answer may lack, by its name in AnswerContent."""


class NotReleasedYet(Conflict):
    code = "not-released-yet"
    title = "The answer has not been released yet"
    next_step = "Take it back and sign it again, or wait until it is released."


async def sign_answer(
    actor: Actor, case_id: UUID, content: AnswerContent, case_version: int, *, form_key: str | None = None
) -> UUID:
    """Sign `content` as the case's answer and answer its id; the same form key again signs nothing more.

    An urgent case's answer is released at once, any other after `UNDO_WITHIN`. Without a fresh second factor
    `content` is kept as the draft: whoever comes back from proving it finds what was to be signed.
    """
    authorize(actor, Action.ANSWER_SIGN)
    try:
        identity.require_recent_second_factor(actor, within_s=SECOND_FACTOR_WITHIN_S)
    except SecondFactorRequired:
        await save_draft(actor, case_id, content, revision=None)
        raise
    _require_complete(content)
    async with transaction():
        await cases.hold_case(actor, case_id)
        if (signed := await queries.find_by_form_key(actor, case_id, form_key)) is not None:
            return signed
        case, request = await cases.record_answer(actor, case_id, case_version)
        answer_id = await _write(actor, case, content, form_key, answers=request)
        await AnswerDraft.delete().where((AnswerDraft.case_id == case_id) & (AnswerDraft.author_id == actor.actor_id))
        return answer_id


async def amend_answer(actor: Actor, case_id: UUID, content: AnswerContent, *, form_key: str | None = None) -> UUID:
    """Sign a further version with its reason; earlier versions stay as they were."""
    authorize(actor, Action.ANSWER_SIGN)
    identity.require_recent_second_factor(actor, within_s=SECOND_FACTOR_WITHIN_S)
    _require_complete(content)
    if not content.amendment_reason.strip():
        why = FieldProblem(path="amendment_reason", message="")
        raise AnswerIncomplete("An amendment says why it was made.", fields=(why,))
    async with transaction():
        await cases.hold_case(actor, case_id)
        if (signed := await queries.find_by_form_key(actor, case_id, form_key)) is not None:
            return signed
        own = [answer for answer in await queries.answers_of(actor, case_id) if answer.author_id == actor.actor_id]
        if not own:
            raise Forbidden("Only who signed an answer amends it; anyone else reopens the case.")
        if own[-1].released_at is None:
            raise NotReleasedYet
        case = await cases.record_amendment(actor, case_id)
        return await _write(actor, case, content, form_key, answers=None)


def _require_complete(content: AnswerContent) -> None:
    missing = [
        FieldProblem(path=name, message=message)
        for name, message in NEEDED.items()
        if _is_blank(getattr(content, name))
    ]
    if missing:
        raise AnswerIncomplete("Some parts that an answer needs are still empty.", fields=tuple(missing))
    check_diagnoses(content.diagnoses)


def _is_blank(part: str | tuple[Diagnosis, ...]) -> bool:
    return not (part.strip() if isinstance(part, str) else part)


async def _write(
    actor: Actor,
    case: Case,
    content: AnswerContent,
    form_key: str | None,
    *,
    answers: cases.ReviewRequest | None,
) -> UUID:
    """Sign and store the next version, with what stands on the photographs; without a request it is an amendment.

    The case is held, so nothing is drawn between looking and signing.
    """
    drawn = cases.standing_of(await cases.annotation_versions(actor, case.id))
    content = msgspec.structs.replace(content, annotations=drawn)
    key = await vault.key(case.vault_id, actor.organisation_id)
    at, answer_id = now(), new_id()
    digest, kind = content_digest(content), "answer" if answers else "amendment"
    answer = AnswerVersion(
        id=answer_id,
        recorded_at=at,
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        vault_id=case.vault_id,
        request_id=answers.id if answers else None,
        version=await queries.version_count(case.id) + 1,
        kind=kind,
        author_id=actor.actor_id,
        sealed=key.seal_value(f"answer_version/{answer_id}/sealed", content),
        content_sha256=key.seal(f"answer_version/{answer_id}/content_sha256", digest.encode()),
        signed_at=at,
        second_factor_at=datetime.fromtimestamp(actor.second_factor_at, UTC),
        seconds_to_sign=_seconds_since(answers.claimed_at) if answers else None,
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


def _seconds_since(at: datetime | None) -> int | None:
    return int((now() - at).total_seconds()) if at else None
