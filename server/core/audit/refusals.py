"""Records what was refused, after the refused transaction is gone."""

from uuid import UUID

from server.core.access.actions import Action
from server.core.access.actor import Actor
from server.core.audit.record import record
from server.core.db import transaction


async def record_refusal(actor: Actor, action: Action, subject_id: UUID | None = None, *, code: str = "") -> None:
    """Record in the actor's own organisation's log that it was refused `action`; `code` is the fault's.

    The fault handler calls it outside of any transaction: inside the refused one it would be rolled back too.
    """
    detail = {"action": str(action), "code": code}
    async with transaction():
        await record(actor, "access:refused", subject_id=subject_id, detail=detail)
