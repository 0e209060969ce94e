"""Decides and writes down the next attempt at a notice, and how it ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from server.core import vault
from server.core.db import transaction
from server.core.ids import new_id
from server.core.notices.channels import Channel, Channels
from server.core.notices.jobs import DeliverNotice, NoticeSettled
from server.core.notices.schemas import Content, Message, Way
from server.core.notices.service import sealed_name
from server.core.notices.tables import AttemptState, NoticeAttempt, NoticeIntent, NoticeState
from server.core.outbox import enqueue
from server.core.platform import now

INTERRUPTED_AFTER = timedelta(seconds=60)
"""An attempt that began longer ago than one may take has no process any more."""
MAX_ATTEMPTS_PER_WAY = 24
FIRST_PAUSE, LONGEST_PAUSE, PAUSE_GROWTH = timedelta(seconds=10), timedelta(hours=1), 3
NO_CHANNEL = "no-channel"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that is written down and may now leave. `asks_first` after one whose end nobody knows."""

    attempt_id: UUID
    job: DeliverNotice
    channel: Channel
    message: Message
    asks_first: bool
    number: int
    tries: int
    """On this way, this one included."""


class Outcome(msgspec.Struct, frozen=True):
    """How an attempt ended: the other side's reference where it was sent, a code where it was not."""

    state: AttemptState
    reference: str = ""
    error: str = ""


async def begin(notice_id: UUID, channels: Channels) -> Attempt | None:
    """Write down the next attempt; None if none is to be made now, or another worker is making it."""
    async with transaction():
        intent = await NoticeIntent.objects().get(NoticeIntent.id == notice_id)
        if intent is None or intent.state != NoticeState.WAITING:
            return None
        earlier = await NoticeAttempt.objects().where(NoticeAttempt.notice == notice_id).order_by(NoticeAttempt.number)
        due_at = _due_at(intent, earlier)
        if due_at > now():
            await _again(_job(intent), intent.attempts, due_at)
            return None
        if intent.expires_at is not None and intent.expires_at <= now():
            await _end(intent.id, NoticeState.EXPIRED, "expired")
            return None
        await _mark_interrupted(earlier)
        return await _next(intent, earlier, channels)


async def settle(attempt: Attempt, outcome: Outcome) -> None:
    """Write down how the attempt ended, and put the next into the outbox unless this one was sent."""
    async with transaction():
        await NoticeAttempt.update(
            {
                NoticeAttempt.state: outcome.state,
                NoticeAttempt.ended_at: now(),
                NoticeAttempt.reference: outcome.reference,
                NoticeAttempt.error: outcome.error,
            }
        ).where(NoticeAttempt.id == attempt.attempt_id)
        if outcome.state is AttemptState.SENT:
            await _end(attempt.job.notice_id, NoticeState.SENT, "")
        else:
            pause = timedelta(0) if outcome.state is AttemptState.REFUSED else pause_after(attempt.tries)
            await _again(attempt.job, attempt.number, now() + pause)


def pause_after(tries: int) -> timedelta:
    """How long to wait after that many tries on one way."""
    growth: int = PAUSE_GROWTH ** min(tries - 1, 10)
    return min(FIRST_PAUSE * growth, LONGEST_PAUSE)


def _due_at(intent: NoticeIntent, earlier: Sequence[NoticeAttempt]) -> datetime:
    """When the next attempt may begin."""
    if not earlier:
        return intent.not_before
    last = earlier[-1]
    if last.state == AttemptState.SENDING:
        return last.recorded_at + INTERRUPTED_AFTER
    if last.state == AttemptState.REFUSED:
        return intent.not_before
    return last.ended_at + pause_after(len([attempt for attempt in earlier if attempt.way == last.way]))


async def _mark_interrupted(earlier: Sequence[NoticeAttempt]) -> None:
    for attempt in earlier:
        if attempt.state == AttemptState.SENDING:
            attempt.state = AttemptState.UNCERTAIN
            ended = {NoticeAttempt.state: AttemptState.UNCERTAIN, NoticeAttempt.error: "interrupted"}
            await NoticeAttempt.update({**ended, NoticeAttempt.ended_at: now()}).where(NoticeAttempt.id == attempt.id)


async def _next(intent: NoticeIntent, earlier: Sequence[NoticeAttempt], channels: Channels) -> Attempt | None:
    content = await open_content(intent)
    way = _choose(content.ways, earlier, channels)
    if way is None:
        await _end(intent.id, NoticeState.FAILED, earlier[-1].error if earlier else NO_CHANNEL)
        return None
    if not await _take_turn(intent):
        return None
    channel = channels[way.kind]
    row = NoticeAttempt(
        id=new_id(),
        recorded_at=now(),
        organisation_id=intent.organisation_id,
        notice=intent.id,
        number=intent.attempts + 1,
        channel=channel.kind,
        way=way.kind,
    )
    await NoticeAttempt.insert(row)
    tried = [attempt for attempt in earlier if attempt.way == way.kind]
    return Attempt(
        attempt_id=row.id,
        job=_job(intent),
        channel=channel,
        message=Message(key=str(intent.id), address=way.address, text=content.text),
        asks_first=any(attempt.state == AttemptState.UNCERTAIN for attempt in tried),
        number=row.number,
        tries=len(tried) + 1,
    )


def _choose(ways: Sequence[Way], earlier: Sequence[NoticeAttempt], channels: Channels) -> Way | None:
    """The first way that has a channel, was not refused and is not exhausted."""
    for way in ways:
        tried = [attempt.state for attempt in earlier if attempt.way == way.kind]
        if way.kind in channels and AttemptState.REFUSED not in tried and len(tried) < MAX_ATTEMPTS_PER_WAY:
            return way
    return None


async def _take_turn(intent: NoticeIntent) -> bool:
    taken = await (
        NoticeIntent.update({NoticeIntent.attempts: intent.attempts + 1})
        .where(NoticeIntent.id == intent.id, NoticeIntent.attempts == intent.attempts)
        .returning(NoticeIntent.id)
    )
    return bool(taken)


async def _end(notice_id: UUID, state: NoticeState, error: str) -> None:
    ended: list[dict[str, Any]] = await (
        NoticeIntent.update({NoticeIntent.state: state, NoticeIntent.settled_at: now(), NoticeIntent.error: error})
        .where(NoticeIntent.id == notice_id)
        .returning(NoticeIntent.organisation_id, NoticeIntent.subject_id, NoticeIntent.template)
    )
    for row in ended:
        if row["subject_id"] is not None:
            await enqueue(NoticeSettled(**row))


async def _again(job: DeliverNotice, number: int, due_at: datetime) -> None:
    await enqueue(job, due_at=due_at, once_key=f"notice:{job.notice_id}:{number}")


def _job(intent: NoticeIntent) -> DeliverNotice:
    return DeliverNotice(organisation_id=intent.organisation_id, notice_id=intent.id)


async def open_content(intent: NoticeIntent) -> Content:
    """Whom the notice goes to and what it says."""
    key = await vault.key(intent.vault_id)
    return key.open_value(sealed_name(intent.id), intent.sealed, Content)
