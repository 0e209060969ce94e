"""Decides and writes down the next attempt at a sending, and how it ended."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from server.cases import service as cases
from server.core import audit
from server.core.access import system_actor
from server.core.db import scoped, transaction
from server.core.outbox import enqueue
from server.core.platform import now
from server.exchange.jobs import SendToArchive
from server.exchange.tables import ArchiveSending, SendingState
from server.patients import service as patients
from server.patients.schemas import Demographics

INTERRUPTED_AFTER = timedelta(minutes=5)
"""An attempt that began longer ago than one may take has no process any more."""
FIRST_PAUSE, LONGEST_PAUSE, PAUSE_GROWTH = timedelta(seconds=30), timedelta(hours=4), 3
OPEN = (SendingState.WAITING, SendingState.SENDING, SendingState.UNCERTAIN)


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt that is written down and may now leave. `asks_first` after one whose end nobody knows."""

    sending_id: UUID
    organisation_id: UUID
    number: int
    archive: str
    asks_first: bool
    object_key: str
    photograph: cases.ExportedPhoto
    patient_id: UUID
    who: Demographics


class Outcome(Struct, frozen=True):
    """How an attempt ended; `error` is a short stable code, empty where it was sent."""

    state: SendingState
    error: str = ""


async def begin(organisation_id: UUID, sending_id: UUID) -> Attempt | None:
    """Write down the next attempt; None if none is to be made now, or another worker is making it."""
    actor = system_actor(organisation_id)
    async with transaction():
        row = await scoped(actor, ArchiveSending).objects().where(ArchiveSending.id == sending_id).first()
        if row is None or row.state not in OPEN:
            return None
        due_at = _due_at(row)
        if due_at > now():
            await _again(row.organisation_id, row.id, row.attempts, due_at)
            return None
        photograph = await cases.photo_to_export(actor, row.part_id, row.object_key)
        if photograph is None:
            await _update(row.id, row.attempts, {ArchiveSending.state: SendingState.SUPERSEDED})
            return None
        begun = {ArchiveSending.state: SendingState.SENDING, ArchiveSending.began_at: now()}
        if not await _update(row.id, row.attempts, {**begun, ArchiveSending.attempts: row.attempts + 1}):
            return None
        await audit.record(actor, "part:exported", subject_id=row.part_id, patient_id=row.patient_id)
        return Attempt(
            sending_id=row.id,
            organisation_id=organisation_id,
            number=row.attempts + 1,
            archive=row.archive,
            asks_first=row.state != SendingState.WAITING,
            object_key=row.object_key,
            photograph=photograph,
            patient_id=row.patient_id,
            who=await patients.demographics(actor, row.patient_id),
        )


async def settle(attempt: Attempt, outcome: Outcome) -> None:
    """Write down how the attempt ended, and put the next into the outbox unless this one was the last."""
    at = now()
    values: dict[Any, Any] = {ArchiveSending.state: outcome.state, ArchiveSending.last_error: outcome.error}
    async with transaction():
        if outcome.state not in OPEN:
            await _update(attempt.sending_id, attempt.number, {**values, ArchiveSending.settled_at: at})
            return
        due_at = at + pause_after(attempt.number)
        if await _update(attempt.sending_id, attempt.number, {**values, ArchiveSending.next_try_at: due_at}):
            await _again(attempt.organisation_id, attempt.sending_id, attempt.number, due_at)


def pause_after(tries: int) -> timedelta:
    """How long to wait after that many tries: half a minute, then longer, never more than four hours."""
    growth: int = PAUSE_GROWTH ** min(tries - 1, 10)
    return min(FIRST_PAUSE * growth, LONGEST_PAUSE)


def _due_at(row: ArchiveSending) -> datetime:
    if row.state == SendingState.SENDING:
        return row.began_at + INTERRUPTED_AFTER
    return row.next_try_at


async def _update(sending_id: UUID, attempts: int, values: dict[Any, Any]) -> bool:
    """Whether the row was still at that attempt."""
    row = (ArchiveSending.id == sending_id) & (ArchiveSending.attempts == attempts)
    return bool(await ArchiveSending.update(values).where(row).returning(ArchiveSending.id))


async def _again(organisation_id: UUID, sending_id: UUID, number: int, due_at: datetime) -> None:
    job = SendToArchive(organisation_id=organisation_id, sending_id=sending_id)
    await enqueue(job, due_at=due_at, once_key=f"sending:{sending_id}:{number}:{due_at.timestamp():.0f}")
