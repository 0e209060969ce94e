"""Reads notices: the failed ones for administrators, and the demo's outbox."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.core.access import Action, Actor, authorize
from server.core.faults import NotFound
from server.core.notices.attempts import open_content
from server.core.notices.replies import number_token
from server.core.notices.schemas import ChannelKind, Text
from server.core.notices.tables import AttemptState, NoticeAttempt, NoticeIntent, NoticeState
from server.core.platform import now, platform

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
    asks: bool
    """It is an SMS that can be replied to."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An SMS that a reply may answer, to whom it went, and in which language."""

    notice_id: UUID
    organisation_id: UUID
    patient_id: UUID | None
    dedupe_key: str
    language: str
    phone: str
    expires_at: datetime


MOST_ASKED = 20
"""Of one number: more than anybody is reminded of in a day."""


async def asked_of(sender: str, *templates: str) -> list[Asked]:
    """The SMS of these kinds to the number that may still be replied to, newest first.

    One whose attempt was cut off counts: whoever replies has it. One that went by e-mail alone does not.
    """
    rows = await (
        NoticeIntent.objects()
        .where(NoticeIntent.reply_token == number_token(sender), NoticeIntent.template.is_in(list(templates)))
        .where(NoticeIntent.expires_at > now())
        .order_by(NoticeIntent.id, ascending=False)
        .limit(MOST_ASKED)
    )
    went = await _went_by_sms([row.id for row in rows])
    return [await _asked(row) for row in rows if row.id in went]


async def _went_by_sms(notice_ids: list[UUID]) -> set[UUID]:
    if not notice_ids:
        return set()
    rows = await (
        NoticeAttempt.select(NoticeAttempt.notice)
        .where(NoticeAttempt.notice.is_in(notice_ids), NoticeAttempt.way == ChannelKind.SMS)
        .where(NoticeAttempt.state.is_in([AttemptState.SENT, AttemptState.UNCERTAIN]))
    )
    return {row["notice"] for row in rows}


async def _asked(row: NoticeIntent) -> Asked:
    ways = (await open_content(row)).ways
    return Asked(
        notice_id=row.id,
        organisation_id=row.organisation_id,
        patient_id=row.patient_id,
        dedupe_key=row.dedupe_key or "",
        language=row.language,
        phone=next(way.address for way in ways if way.kind is ChannelKind.SMS),
        expires_at=row.expires_at,
    )


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
        notice_id=row.notice.id,
        at=row.recorded_at,
        way=way.kind,
        address=way.address,
        text=content.text,
        asks=row.notice.reply_token is not None and way.kind is ChannelKind.SMS,
    )
