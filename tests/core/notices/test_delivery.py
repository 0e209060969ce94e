"""Delivery: once, by the way that works, and never silently again after an interruption."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from server.core.access import Actor
from server.core.notices import ChannelKind, Notice, Recipient, attempts, delivery, send
from server.core.notices.channels import Channels
from server.core.notices.channels.demo import DemoChannel
from server.core.notices.delivery import deliver
from server.core.notices.schemas import Message
from server.core.notices.tables import NoticeAttempt, NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from tests.core.notices.far_ends import Gateway, MailServer, Manner
from tests.support.platforms import FakeClock

FarEnd = MailServer | Gateway
BOTH = Recipient(email=MailServer.way.address, phone=Gateway.way.address, channel="sms")
NEWS = Notice(template="message", recipient=BOTH, values={"link": "https://care.example/cases/1"})


@pytest.fixture
def clock(sqlite_platform: Platform) -> FakeClock:
    assert isinstance(sqlite_platform.clock, FakeClock)
    return sqlite_platform.clock


@pytest.fixture
async def notice_id(sqlite_platform: Platform, system: Actor) -> UUID:
    return await _sent(system, NEWS)


async def _sent(actor: Actor, notice: Notice) -> UUID:
    notice_id = await send(actor, notice)
    assert notice_id is not None
    await OutboxJob.delete(force=True)
    return notice_id


def _only(end: FarEnd) -> Channels:
    return {end.way.kind: end.channel}


async def _states(notice_id: UUID) -> tuple[str, list[str]]:
    intent = await NoticeIntent.objects().get(NoticeIntent.id == notice_id)
    assert intent is not None
    rows = await NoticeAttempt.objects().where(NoticeAttempt.notice == notice_id).order_by(NoticeAttempt.number)
    return intent.state, [row.state for row in rows]


async def _run_next(clock: FakeClock, notice_id: UUID, channels: Channels) -> timedelta:
    """Let time pass until the job that waits is due, and run it as a worker does."""
    (job,) = await OutboxJob.objects()
    assert job.due_at is not None
    pause = job.due_at - clock.now()
    clock.at = job.due_at
    await OutboxJob.delete(force=True)
    await deliver(notice_id, channels)
    return pause


async def test_it_is_delivered_once(platform: Platform, system: Actor, end: FarEnd) -> None:
    notice_id = await _sent(system, NEWS)
    await deliver(notice_id, _only(end))
    await deliver(notice_id, _only(end))
    assert end.taken == [str(notice_id)]
    assert await _states(notice_id) == ("sent", ["sent"])
    assert await OutboxJob.count() == 0
    (attempt,) = await NoticeAttempt.objects()
    assert (attempt.channel, attempt.number) == (end.way.kind, 1)
    assert attempt.reference


async def test_two_workers_make_one_attempt(platform: Platform, system: Actor, end: FarEnd) -> None:
    notice_id = await _sent(system, NEWS)
    await asyncio.gather(*(deliver(notice_id, _only(end)) for _ in range(4)))
    assert end.taken == [str(notice_id)]
    assert (await _states(notice_id))[1] == ["sent"]


async def test_a_busy_server_is_tried_again_with_growing_pauses(clock: FakeClock, notice_id: UUID, end: FarEnd) -> None:
    end.manner = Manner.DEFER
    await deliver(notice_id, _only(end))
    pauses = [await _run_next(clock, notice_id, _only(end)) for _ in range(3)]
    assert [pause.total_seconds() for pause in pauses] == [10, 30, 90]
    end.manner = Manner.TAKE
    await _run_next(clock, notice_id, _only(end))
    assert await _states(notice_id) == ("sent", ["deferred"] * 4 + ["sent"])


async def test_a_job_that_runs_too_early_waits(clock: FakeClock, notice_id: UUID, gateway: Gateway) -> None:
    gateway.manner = Manner.DEFER
    await deliver(notice_id, _only(gateway))
    await OutboxJob.delete(force=True)
    for _ in range(3):
        await deliver(notice_id, _only(gateway))
    assert (await _states(notice_id))[1] == ["deferred"]
    assert await OutboxJob.count() == 1
    assert await _run_next(clock, notice_id, _only(gateway)) == timedelta(seconds=10)


async def test_a_refused_address_leads_to_the_other_way(
    clock: FakeClock, notice_id: UUID, gateway: Gateway, mail_server: MailServer
) -> None:
    gateway.manner = Manner.REFUSE
    channels = {**_only(gateway), **_only(mail_server)}
    await deliver(notice_id, channels)
    assert await _run_next(clock, notice_id, channels) == timedelta(0)
    assert await _states(notice_id) == ("sent", ["refused", "sent"])
    assert mail_server.taken == [str(notice_id)]


async def test_refused_everywhere_it_fails_with_the_reason(clock: FakeClock, notice_id: UUID, gateway: Gateway) -> None:
    gateway.manner = Manner.REFUSE
    await deliver(notice_id, _only(gateway))
    await _run_next(clock, notice_id, _only(gateway))
    assert await _states(notice_id) == ("failed", ["refused"])
    intent = await NoticeIntent.objects().get(NoticeIntent.id == notice_id)
    assert intent is not None
    assert (intent.error, intent.settled_at) == ("http-422", clock.now())


async def test_exhausted_it_fails(
    clock: FakeClock, notice_id: UUID, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_ATTEMPTS_PER_WAY", 3)
    gateway.manner = Manner.DEFER
    await deliver(notice_id, _only(gateway))
    for _ in range(3):
        await _run_next(clock, notice_id, _only(gateway))
    assert await _states(notice_id) == ("failed", ["deferred"] * 3)
    assert await OutboxJob.count() == 0


async def test_without_any_channel_it_fails(sqlite_platform: Platform, notice_id: UUID) -> None:
    await deliver(notice_id, {})
    intent = await NoticeIntent.objects().get(NoticeIntent.id == notice_id)
    assert intent is not None
    assert (intent.state, intent.error) == ("failed", "no-channel")


async def test_expired_it_is_not_sent(clock: FakeClock, system: Actor, gateway: Gateway) -> None:
    notice_id = await _sent(system, msgspec.structs.replace(NEWS, expires_at=clock.now() + timedelta(minutes=10)))
    clock.advance(minutes=10)
    await deliver(notice_id, _only(gateway))
    assert await _states(notice_id) == ("expired", [])
    assert gateway.taken == []


async def test_quiet_hours_hold_even_if_the_job_runs_early(clock: FakeClock, system: Actor, gateway: Gateway) -> None:
    clock.at = clock.at.replace(hour=23)
    quiet = msgspec.structs.replace(BOTH, quiet_from_hour=21, quiet_until_hour=8)
    notice_id = await _sent(system, msgspec.structs.replace(NEWS, recipient=quiet))
    await deliver(notice_id, _only(gateway))
    assert gateway.taken == []
    assert await _run_next(clock, notice_id, _only(gateway)) == timedelta(hours=9)
    assert (await _states(notice_id))[0] == "sent"


async def test_after_a_lost_answer_the_gateway_is_asked(clock: FakeClock, notice_id: UUID, gateway: Gateway) -> None:
    gateway.manner = Manner.TAKE_AND_HANG_UP
    await deliver(notice_id, _only(gateway))
    assert (await _states(notice_id))[1] == ["uncertain"]
    gateway.manner = Manner.TAKE
    await _run_next(clock, notice_id, _only(gateway))
    assert gateway.asked == gateway.taken == [str(notice_id)]
    assert await _states(notice_id) == ("sent", ["uncertain", "sent"])


async def test_after_a_lost_answer_mail_is_repeated_under_its_id(
    clock: FakeClock, notice_id: UUID, mail_server: MailServer
) -> None:
    mail_server.manner = Manner.TAKE_AND_HANG_UP
    await deliver(notice_id, _only(mail_server))
    mail_server.manner = Manner.TAKE
    await _run_next(clock, notice_id, _only(mail_server))
    assert mail_server.taken == [str(notice_id)] * 2
    assert await _states(notice_id) == ("sent", ["uncertain", "sent"])


class _DiesAfter:
    """The process ends when the other side has taken the message, before anything is written down."""

    kind = ChannelKind.SMS

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def deliver(self, message: Message) -> str:
        await self._gateway.channel.deliver(message)
        raise asyncio.CancelledError

    async def ask(self, message: Message) -> str | None:
        return await self._gateway.channel.ask(message)


class _DiesBefore(_DiesAfter):
    async def deliver(self, message: Message) -> str:
        raise asyncio.CancelledError


async def _die(notice_id: UUID, channel: _DiesAfter) -> None:
    with pytest.raises(asyncio.CancelledError):
        await deliver(notice_id, {ChannelKind.SMS: channel})


async def test_a_worker_that_died_after_sending_is_not_repeated(
    clock: FakeClock, notice_id: UUID, gateway: Gateway
) -> None:
    await _die(notice_id, _DiesAfter(gateway))
    assert await _states(notice_id) == ("waiting", ["sending"])
    clock.advance(seconds=61)
    await deliver(notice_id, _only(gateway))
    assert gateway.taken == [str(notice_id)]
    assert await _states(notice_id) == ("sent", ["uncertain", "sent"])


async def test_a_worker_that_died_before_sending_is_made_good(
    clock: FakeClock, notice_id: UUID, gateway: Gateway
) -> None:
    await _die(notice_id, _DiesBefore(gateway))
    clock.advance(seconds=61)
    await deliver(notice_id, _only(gateway))
    assert gateway.asked == gateway.taken == [str(notice_id)]
    assert await _states(notice_id) == ("sent", ["uncertain", "sent"])


async def test_an_attempt_that_may_still_run_is_left_alone(clock: FakeClock, notice_id: UUID, gateway: Gateway) -> None:
    """The lease ran out, and the job was handed out again while its first worker is still at it."""
    await _die(notice_id, _DiesBefore(gateway))
    clock.advance(seconds=20)
    await deliver(notice_id, _only(gateway))
    assert gateway.taken == []
    assert await _run_next(clock, notice_id, _only(gateway)) == timedelta(seconds=40)
    assert (await _states(notice_id))[0] == "sent"


async def test_what_takes_too_long_is_uncertain(
    sqlite_platform: Platform, notice_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(DemoChannel):
        async def deliver(self, message: Message) -> str:
            return await asyncio.Future()

    monkeypatch.setattr(delivery, "SEND_LIMIT_S", 0)
    await deliver(notice_id, {ChannelKind.SMS: Silent()})
    (attempt,) = await NoticeAttempt.objects()
    assert (attempt.state, attempt.error) == ("uncertain", "too-slow")


def test_pauses_have_a_bound() -> None:
    pauses = [attempts.pause_after(tries) for tries in range(1, 25)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(days=1)
