"""An administrator's view of the outbox: what waits and for how long, what is dead, and what to do about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import msgspec
from piccolo.columns.combination import And
from piccolo.query.functions import Count, Min

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import after_commit, scoped, transaction
from server.core.faults import Conflict, NotFound
from server.core.outbox.tables import JobState, OutboxJob
from server.core.outbox.wake import announce
from server.core.platform import now

PAGE_ROWS = 50


class DiscardReason(StrEnum):
    """A code and not a text, since the audit trail keeps no words that could be about a patient."""

    DONE_BY_HAND = "done-by-hand"
    NO_LONGER_NEEDED = "no-longer-needed"
    CANNOT_SUCCEED = "cannot-succeed"


class JobCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of one job name: those due and not begun, those due later, those handed out, and the dead."""

    name: str
    waiting: int = 0
    later: int = 0
    running: int = 0
    dead: int = 0
    oldest_due_at: datetime | None = None
    """Of those waiting; None when none is."""


class DeadJob(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    recorded_at: datetime
    deliveries: int
    failures: int
    last_error: str


class JobNotDead(Conflict):
    code = "job-not-dead"
    title = "This job is not dead"
    kept = "It runs, or will run, by itself."
    next_step = "Reload to see how it stands now."


async def list_counts(actor: Actor) -> list[JobCounts]:
    """The organisation's unfinished jobs by name."""
    authorize(actor, Action.JOBS_MANAGE)
    jobs = scoped(actor, OutboxJob)
    by_state = await jobs.select(OutboxJob.name, OutboxJob.state, Count()).group_by(OutboxJob.name, OutboxJob.state)
    due = await (
        jobs.select(OutboxJob.name, Count(), Min(OutboxJob.due_at))
        .where(OutboxJob.state == JobState.WAITING, OutboxJob.due_at <= now())
        .group_by(OutboxJob.name)
    )
    counted = {(row["name"], row["state"]): row["count"] for row in by_state}
    overdue = {row["name"]: (row["count"], _instant(row["min"])) for row in due}
    return [_counts(name, counted, *overdue.get(name, (0, None))) for name in sorted({name for name, _ in counted})]


def _counts(
    name: str, counted: Mapping[tuple[str, str], int], waiting: int, oldest_due_at: datetime | None
) -> JobCounts:
    def of(state: JobState) -> int:
        return counted.get((name, state), 0)

    return JobCounts(
        name=name,
        waiting=waiting,
        later=of(JobState.WAITING) - waiting,
        running=of(JobState.SENT) + of(JobState.LEASED),
        dead=of(JobState.DEAD),
        oldest_due_at=oldest_due_at,
    )


def _instant(value: datetime | str) -> datetime:
    """SQLite's min() forgets the column's type."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


async def list_dead(actor: Actor) -> list[DeadJob]:
    """The organisation's dead jobs, the newest first, up to PAGE_ROWS."""
    authorize(actor, Action.JOBS_MANAGE)
    rows = await (
        scoped(actor, OutboxJob)
        .select(*(getattr(OutboxJob, field) for field in DeadJob.__struct_fields__))
        .where(OutboxJob.state == JobState.DEAD)
        .order_by(OutboxJob.recorded_at, OutboxJob.id, ascending=False)
        .limit(PAGE_ROWS)
    )
    return [DeadJob(**row) for row in rows]


async def retry_job(actor: Actor, job_id: UUID) -> None:
    """Hand a dead job out again at once, with all its retries before it."""
    authorize(actor, Action.JOBS_MANAGE)
    async with transaction():
        name = await _get_dead(actor, job_id)
        afresh: dict[Any, Any] = {OutboxJob.state: JobState.WAITING, OutboxJob.due_at: now(), **_UNTRIED}
        _expect_one(await OutboxJob.update(afresh).where(_is_dead(job_id)).returning(OutboxJob.id))
        await audit.record(actor, "job:retried", subject_id=job_id, detail={"name": name})
        after_commit(announce)


async def discard_job(actor: Actor, job_id: UUID, reason: DiscardReason) -> None:
    """Delete a dead job for good; the audit trail keeps its name and the reason."""
    authorize(actor, Action.JOBS_MANAGE)
    async with transaction():
        name = await _get_dead(actor, job_id)
        discarded = cast(Any, OutboxJob.delete()).where(_is_dead(job_id))
        _expect_one(await discarded.returning(OutboxJob.id))
        await audit.record(actor, "job:discarded", subject_id=job_id, detail={"name": name, "reason": reason})


async def _get_dead(actor: Actor, job_id: UUID) -> str:
    """The job's name; NotFound if it is not the actor's to see, JobNotDead if it lives."""
    row = await scoped(actor, OutboxJob).select(OutboxJob.name, OutboxJob.state).where(OutboxJob.id == job_id).first()
    if row is None:
        raise NotFound
    if row["state"] != JobState.DEAD:
        raise JobNotDead
    return row["name"]


_UNTRIED: dict[Any, Any] = {OutboxJob.deliveries: 0, OutboxJob.failures: 0, OutboxJob.sends: 0}


def _is_dead(job_id: UUID) -> And:
    return And(OutboxJob.id == job_id, OutboxJob.state == JobState.DEAD)


def _expect_one(changed: Sequence[Any]) -> None:
    """Another administrator may have been first since the row was read."""
    if not changed:
        raise JobNotDead
