"""One step of a case's life: the state table, the compare-and-set, the timeline and the audit row, in that order."""

from typing import Any, cast
from uuid import UUID

from server.cases.lifecycle import Event, Status, step
from server.cases.tables import Case, CaseEvent, CasePart
from server.contract.case import Part
from server.core import audit, vault
from server.core.access import Actor
from server.core.faults import Conflict
from server.core.ids import new_id
from server.core.platform import now
from server.core.vault import VaultKey


class CaseChanged(Conflict):
    code = "case-changed"
    title = "The case has changed since you opened it"
    next_step = "Reload the case; what you typed is kept."


async def take_step(
    actor: Actor,
    case: Case,
    event: Event,
    *,
    reason: str = "",
    tag: str = "",
    version: int | None = None,
    changes: dict[Any, Any] | None = None,
    words: str = "",
) -> None:
    """Move `case` on by `event`, inside the caller's transaction, and write it down.

    `version` is what the actor saw; CaseChanged when the row has moved on since, EventNotAllowed when the
    state table has no such step. `reason` is a code; `words` are what a person wrote, kept sealed.
    `case` carries the new status and version afterwards.
    """
    following = step(actor, Status(case.status), event)
    seen = case.version if version is None else version
    at = now()
    values: dict[Any, Any] = {Case.status: following, Case.version: seen + 1, Case.changed_at: at, **(changes or {})}
    moved = (
        await Case.update(values)
        .where(Case.id == case.id)
        .where(Case.status == case.status)
        .where(Case.version == seen)
        .returning(Case.id)
    )
    if not moved:
        raise CaseChanged
    case.status, case.version, case.changed_at = following, seen + 1, at
    await write_event(actor, case, event, reason=reason, words=words)
    await audit.record(
        actor,
        tag or f"case:{event}",
        subject_id=case.id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
        detail={"status": following, "version": case.version, **({"reason": reason} if reason else {})},
    )


async def write_event(actor: Actor, case: Case, event: str, *, reason: str = "", words: str = "") -> None:
    """One line of the case's timeline."""
    event_id = new_id()
    await CaseEvent(
        id=event_id,
        recorded_at=now(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        event=event,
        status=case.status,
        actor_id=actor.actor_id,
        reason=reason,
        sealed=await _seal_words(actor, case, event_id, words),
    ).save()


async def _seal_words(actor: Actor, case: Case, event_id: UUID, words: str) -> bytes | None:
    if not words:
        return None
    key = await vault.key(case.vault_id, actor.organisation_id)
    return key.seal(sealed_name("case_event", event_id), words.encode())


def open_part(key: VaultKey, row: CasePart) -> Part:
    """The contract's part as it was sent."""
    return key.open_value(sealed_name("case_part", row.id), row.sealed, cast("type[Part]", Part))


def sealed_name(table: str, row_id: UUID, column: str = "sealed") -> str:
    """The vault's object name for one sealed column, which binds ciphertext to its row."""
    return f"{table}/{row_id}/{column}"
