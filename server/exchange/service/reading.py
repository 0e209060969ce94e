"""What has not reached an archive, for administrators, and trying it again at once."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import Conflict, NotFound
from server.core.outbox import enqueue
from server.core.platform import now
from server.exchange.jobs import SendToArchive
from server.exchange.tables import ArchiveSending, SendingState

LISTED = (SendingState.WAITING, SendingState.UNCERTAIN, SendingState.REFUSED)


class Unsent(Struct, frozen=True, kw_only=True):
    """A photograph that an archive does not have; whose it is, is not for an administrator's eyes."""

    sending_id: UUID
    archive: str
    state: str
    recorded_at: datetime
    next_try_at: datetime
    attempts: int
    last_error: str


class SendingNotStuck(Conflict):
    code = "sending-not-stuck"
    title = "This photograph is not stuck"
    next_step = "Reload to see how it stands now."


async def list_unsent(actor: Actor, *, limit: int = 50) -> list[Unsent]:
    """Those of the actor's organisation that failed at least once and are not in their archive, oldest first."""
    authorize(actor, Action.JOBS_MANAGE)
    rows = await (
        scoped(actor, ArchiveSending)
        .objects()
        .where(ArchiveSending.organisation_id == actor.organisation_id)
        .where(ArchiveSending.state.is_in(list(LISTED)))
        .where(ArchiveSending.last_error != "")
        .order_by(ArchiveSending.id)
        .limit(limit)
    )
    return [
        Unsent(
            sending_id=row.id,
            archive=row.archive,
            state=row.state,
            recorded_at=row.recorded_at,
            next_try_at=row.next_try_at,
            attempts=row.attempts,
            last_error=row.last_error,
        )
        for row in rows
    ]


async def try_again(actor: Actor, sending_id: UUID) -> None:
    """Make the next attempt now; the archive is asked first.

    NotFound for another organisation's, SendingNotStuck for what is sent or under way.
    """
    authorize(actor, Action.JOBS_MANAGE)
    ours = (ArchiveSending.id == sending_id) & (ArchiveSending.organisation_id == actor.organisation_id)
    again = {ArchiveSending.state: SendingState.UNCERTAIN, ArchiveSending.next_try_at: now()}
    sendings = scoped(actor, ArchiveSending)
    async with transaction():
        if not await sendings.exists().where(ours):
            raise NotFound
        stuck = ours & ArchiveSending.state.is_in(list(LISTED))
        if not await sendings.update(again).where(stuck).returning(ArchiveSending.id):
            raise SendingNotStuck
        await enqueue(SendToArchive(organisation_id=actor.organisation_id, sending_id=sending_id))
        await audit.record(actor, "sending:retried", subject_id=sending_id)
