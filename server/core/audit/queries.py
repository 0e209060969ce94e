"""Reads the trail: an organisation's log for its auditors, and for a patient who looked at the record."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from piccolo.columns.combination import And

from server.core.access import Action, Actor, authorize
from server.core.access.actor import ActorKind, Purpose
from server.core.access.grants import live
from server.core.access.tables import AccessGrant
from server.core.audit.chain import TrailEvent
from server.core.audit.record import record
from server.core.audit.tables import AuditEvent
from server.core.db import transaction
from server.core.faults import NotFound

PAGE_EVENTS = 50


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to show of a log; `tag` may be a whole tag or a prefix that ends with `:`."""

    tag: str = ""
    actor_id: UUID | None = None
    patient_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One look at, or change of, a patient's record."""

    event_id: UUID
    at: datetime
    tag: str
    purpose: str
    actor_id: UUID
    actor_kind: str
    actor_organisation_id: UUID
    subject_id: UUID | None


async def list_trail(actor: Actor, wanted: TrailFilter, *, before: int | None = None) -> list[TrailEvent]:
    """A page of the actor's organisation's log, newest first; the next begins `before` the last sequence shown.

    Reading the log is recorded in it. What the sealer has not chained yet (about a second) is not shown.
    """
    authorize(actor, Action.AUDIT_READ)
    clauses = [AuditEvent.organisation_id == actor.organisation_id, AuditEvent.sequence.is_not_null()]
    if before is not None:
        clauses.append(AuditEvent.sequence < before)
    async with transaction():
        rows = await (
            AuditEvent.objects()
            .where(*clauses, *matching(wanted))
            .order_by(AuditEvent.sequence, ascending=False)
            .limit(PAGE_EVENTS)
        )
        await record(actor, "audit:read", patient_id=wanted.patient_id)
    return [row.as_event(row.sequence) for row in rows]


async def accesses_of_patient(actor: Actor, patient_id: UUID, *, before: UUID | None = None) -> list[Access]:
    """A page of who touched this record, in any organisation, newest first; NotFound unless it is the actor's.

    The platform's own jobs are left out: they are nobody's eyes. The next page begins `before` the last event.
    """
    authorize(actor, Action.ACCESS_LIST_READ)
    own = And(live(actor.actor_id), AccessGrant.patient_id == patient_id)
    if not await AccessGrant.exists().where(own):
        raise NotFound
    query = AuditEvent.objects().where(AuditEvent.patient_id == patient_id, AuditEvent.actor_kind != ActorKind.SYSTEM)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    rows = await query.order_by(AuditEvent.id, ascending=False).limit(PAGE_EVENTS)
    return [_access(row) for row in rows]


async def count_events(patient_id: UUID, actor_id: UUID, purpose: Purpose, since: datetime, until: datetime) -> int:
    """How many events tell of that person and that patient for that purpose, in any organisation's log."""
    rows = AuditEvent.count().where(AuditEvent.patient_id == patient_id, AuditEvent.actor_id == actor_id)
    rows = rows.where(AuditEvent.purpose == purpose)
    return cast("int", await rows.where(AuditEvent.recorded_at >= since, AuditEvent.recorded_at <= until))


def matching(wanted: TrailFilter) -> list[Any]:
    """The clauses of a filter."""
    clauses: list[Any] = []
    if wanted.tag.endswith(":"):
        clauses.append(AuditEvent.tag.like(f"{wanted.tag}%"))
    elif wanted.tag:
        clauses.append(AuditEvent.tag == wanted.tag)
    if wanted.actor_id is not None:
        clauses.append(AuditEvent.actor_id == wanted.actor_id)
    if wanted.patient_id is not None:
        clauses.append(AuditEvent.patient_id == wanted.patient_id)
    if wanted.since is not None:
        clauses.append(AuditEvent.recorded_at >= wanted.since)
    if wanted.until is not None:
        clauses.append(AuditEvent.recorded_at < wanted.until)
    return clauses


def _access(row: AuditEvent) -> Access:
    return Access(
        event_id=row.id,
        at=row.recorded_at,
        tag=row.tag,
        purpose=row.purpose,
        actor_id=row.actor_id,
        actor_kind=row.actor_kind,
        actor_organisation_id=row.actor_organisation_id,
        subject_id=row.subject_id,
    )
