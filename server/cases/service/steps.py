"""One step of a case's life: the state table, the compare-and-set, the timeline and the audit row, in that order."""

from typing import Any
from uuid import UUID

from server.cases.lifecycle import Event, Status, step
from server.cases.tables import Case, CaseEvent
from server.core import audit
from server.core.access import Actor
from server.core.faults import Conflict
from server.core.platform import now


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
) -> None:
    """Move `case` on by `event`, inside the caller's transaction, and write it down.

    `version` is what the actor saw; CaseChanged when the row has moved on since, EventNotAllowed when the
    state table has no such step. `case` carries the new status and version afterwards.
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
    await write_event(actor, case, event, reason=reason)
    await audit.record(
        actor,
        tag or f"case:{event}",
        subject_id=case.id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
        detail={"status": following, "version": case.version, **({"reason": reason} if reason else {})},
    )


async def write_event(actor: Actor, case: Case, event: str, *, reason: str = "") -> None:
    """One line of the case's timeline."""
    await CaseEvent(
        recorded_at=now(),
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        event=event,
        status=case.status,
        actor_id=actor.actor_id,
        reason=reason,
    ).save()


def sealed_name(table: str, row_id: UUID, column: str = "sealed") -> str:
    """The vault's object name for one sealed column, which binds ciphertext to its row."""
    return f"{table}/{row_id}/{column}"
