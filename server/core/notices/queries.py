"""Reads notices: the failed ones for administrators, and the demo's outbox."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.core.access import Action, Actor, authorize
from server.core.faults import NotFound
from server.core.notices.attempts import open_content
from server.core.notices.schemas import ChannelKind, Text
from server.core.notices.tables import AttemptState, NoticeAttempt, NoticeIntent, NoticeState
from server.core.platform import platform

UNDELIVERED = (NoticeState.FAILED, NoticeState.EXPIRED)


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that reached nobody; to whom and what is not for an administrator's eyes."""

    notice_id: UUID
    recorded_at: datetime
    settled_at: datetime
    template: str
    state: str
    error: str
    attempts: int
    person_id: UUID | None
    patient_id: UUID | None


class DemoMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What would have left: `way` is the kind of the address."""

    notice_id: UUID
    at: datetime
    way: ChannelKind
    address: str
    text: Text


async def list_undelivered(actor: Actor, *, limit: int = 50) -> list[Undelivered]:
    """The newest notices of the actor's organisation that were given up."""
    authorize(actor, Action.JOBS_MANAGE)
    rows = await (
        NoticeIntent.objects()
        .where(NoticeIntent.organisation_id == actor.organisation_id, NoticeIntent.state.is_in(list(UNDELIVERED)))
        .order_by(NoticeIntent.settled_at, ascending=False)
        .limit(limit)
    )
    return [_undelivered(row) for row in rows]


async def newest_state(organisation_id: UUID, subject_id: UUID, template: str) -> NoticeState | None:
    """How the last notice of that kind about the subject stands; None if there was none."""
    row = await (
        NoticeIntent.select(NoticeIntent.state)
        .where(NoticeIntent.organisation_id == organisation_id, NoticeIntent.subject_id == subject_id)
        .where(NoticeIntent.template == template)
        .order_by(NoticeIntent.id, ascending=False)
        .first()
    )
    return NoticeState(row["state"]) if row else None


async def demo_outbox(*, limit: int = 50) -> list[DemoMessage]:
    """The last messages of every organisation in the demo, newest first; NotFound anywhere else."""
    if not platform().settings.is_demo:
        raise NotFound
    rows = await (
        NoticeAttempt.objects(NoticeAttempt.notice)
        .where(NoticeAttempt.channel == ChannelKind.DEMO, NoticeAttempt.state == AttemptState.SENT)
        .order_by(NoticeAttempt.id, ascending=False)
        .limit(limit)
    )
    return [await _demo_message(row) for row in rows]


def _undelivered(row: NoticeIntent) -> Undelivered:
    return Undelivered(
        notice_id=row.id,
        recorded_at=row.recorded_at,
        settled_at=row.settled_at,
        template=row.template,
        state=row.state,
        error=row.error,
        attempts=row.attempts,
        person_id=row.person_id,
        patient_id=row.patient_id,
    )


async def _demo_message(row: NoticeAttempt) -> DemoMessage:
    content = await open_content(row.notice)
    way = next(way for way in content.ways if way.kind == row.way)
    return DemoMessage(
        notice_id=row.notice.id, at=row.recorded_at, way=way.kind, address=way.address, text=content.text
    )
