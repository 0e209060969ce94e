"""The reader's draft, saved as typed; a later save wins only over the revision it was based on."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.cases import service as cases
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.faults import Conflict
from server.core.ids import new_id
from server.core.platform import now
from server.reports import queries
from server.reports.schemas import AnswerContent
from server.reports.tables import AnswerDraft


class DraftChanged(Conflict):
    code = "draft-changed"
    title = "This draft was changed in another tab"
    kept = "Both texts are kept: the saved one here, yours in the form."
    next_step = "Reload to see the saved one."


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    content: AnswerContent
    revision: int
    """0 before anything was saved."""
    saved_at: datetime | None


async def save_draft(actor: Actor, case_id: UUID, content: AnswerContent, revision: int | None) -> Draft:
    """Save what was typed since `revision`, or over whatever is there (None); the reader must hold the case."""
    authorize(actor, Action.ANSWER_DRAFT)
    async with transaction():
        case, _request = await cases.require_claim(actor, case_id)
        key = await vault.key(case.vault_id, actor.organisation_id)
        present = await queries.find_draft(actor, case_id)
        saved_revision = present.revision if present else 0
        if revision is not None and revision != saved_revision:
            raise DraftChanged
        draft_id, at = (present.id if present else new_id()), now()
        sealed = key.seal_value(f"answer_draft/{draft_id}/sealed", content)
        if present:
            changes: dict[Any, Any] = {
                AnswerDraft.sealed: sealed,
                AnswerDraft.saved_at: at,
                AnswerDraft.revision: saved_revision + 1,
            }
            await AnswerDraft.update(changes).where(AnswerDraft.id == draft_id)
        else:
            await AnswerDraft(
                id=draft_id,
                recorded_at=at,
                organisation_id=case.organisation_id,
                case_id=case_id,
                patient_id=case.patient_id,
                vault_id=case.vault_id,
                author_id=actor.actor_id,
                sealed=sealed,
                saved_at=at,
            ).save()
        await cases.note_activity(actor, case_id)
    return Draft(content=content, revision=saved_revision + 1, saved_at=at)


async def read_draft(actor: Actor, case_id: UUID) -> Draft:
    """The actor's own draft; an empty one with revision 0 when nothing was saved yet."""
    authorize(actor, Action.ANSWER_DRAFT)
    await cases.require_visible(actor, case_id)
    row = await queries.find_draft(actor, case_id)
    if row is None:
        return Draft(content=AnswerContent(), revision=0, saved_at=None)
    key = await vault.key(row.vault_id, actor.organisation_id)
    content = key.open_value(f"answer_draft/{row.id}/sealed", row.sealed, AnswerContent)
    return Draft(content=content, revision=row.revision, saved_at=row.saved_at)
