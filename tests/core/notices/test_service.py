"""A notice exists with what it tells of, says nothing in clear, and waits for the end of quiet hours."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.notices import ChannelKind, Notice, Recipient, send
from server.core.notices.attempts import open_content
from server.core.notices.jobs import DeliverNotice
from server.core.notices.schemas import Way
from server.core.notices.service import NobodyToTell
from server.core.notices.tables import NoticeIntent
from server.core.notices.templates import UnknownTemplate
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from tests.support.platforms import FakeClock

ANA = Recipient(email="ana@example.org", phone="+34600000001", language="es-MX", zone="Europe/Madrid")
NEWS = Notice(template="message", recipient=ANA, values={"link": "https://care.example/cases/1"})


async def _job() -> OutboxJob:
    (job,) = await OutboxJob.objects()
    return job


async def _intent(notice_id: UUID | None) -> NoticeIntent:
    intent = await NoticeIntent.objects().get(NoticeIntent.id == notice_id)
    assert intent is not None
    return intent


async def test_it_is_written_with_its_job(platform: Platform, system: Actor) -> None:
    notice_id = await send(system, NEWS)
    intent = await _intent(notice_id)
    assert (intent.template, intent.version, intent.language, intent.state) == ("message", 1, "es", "waiting")
    job = msgspec.json.decode((await _job()).payload, type=DeliverNotice)
    assert (job.notice_id, job.organisation_id) == (notice_id, system.organisation_id)


async def test_it_vanishes_with_its_transaction(platform: Platform, system: Actor) -> None:
    with pytest.raises(LookupError):
        await _send_and_fail(system)
    assert await NoticeIntent.count() == await OutboxJob.count() == 0


async def _send_and_fail(actor: Actor) -> None:
    async with transaction():
        await send(actor, NEWS)
        raise LookupError


async def test_address_and_text_are_sealed(platform: Platform, system: Actor) -> None:
    notice_id = await send(system, NEWS)
    intent = await _intent(notice_id)
    stored = repr(intent.to_dict()) + repr((await _job()).to_dict())
    assert "ana@example.org" not in stored
    assert "600000001" not in stored
    assert "care.example" not in stored
    content = await open_content(intent)
    assert content.ways[0] == Way(ChannelKind.SMS, "+34600000001")
    assert content.text.short == "Tiene un mensaje nuevo. Entre para leerlo: https://care.example/cases/1"


async def test_a_key_sends_once_in_each_organisation(platform: Platform, system: Actor) -> None:
    notice = msgspec.structs.replace(NEWS, dedupe_key="case-1:answered")
    assert await send(system, notice) is not None
    assert await send(system, notice) is None
    assert await send(system_actor(new_id()), notice) is not None
    assert await NoticeIntent.count() == await OutboxJob.count() == 2


async def test_without_a_key_each_is_its_own(sqlite_platform: Platform, system: Actor) -> None:
    assert await send(system, NEWS) != await send(system, NEWS)


async def test_quiet_hours_put_it_off(sqlite_platform: Platform, system: Actor) -> None:
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    clock.at = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    quiet = msgspec.structs.replace(ANA, quiet_from_hour=21, quiet_until_hour=8)
    intent = await _intent(await send(system, msgspec.structs.replace(NEWS, recipient=quiet)))
    assert intent.not_before == (await _job()).due_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


async def test_a_code_that_someone_waits_for_is_not_put_off(sqlite_platform: Platform, system: Actor) -> None:
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    clock.at = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    code = Notice(
        template="sign-in-code",
        recipient=msgspec.structs.replace(ANA, quiet_from_hour=21, quiet_until_hour=8),
        values={"code": "123456", "minutes": "10", "organisation": "Sol"},
    )
    assert (await _intent(await send(system, code))).not_before == clock.at


@pytest.mark.parametrize(
    "recipient, kinds",
    [
        (ANA, ["sms", "email"]),
        (msgspec.structs.replace(ANA, channel="email"), ["email", "sms"]),
        (msgspec.structs.replace(ANA, phone=""), ["email"]),
    ],
)
async def test_the_preferred_channel_is_first(
    sqlite_platform: Platform, system: Actor, recipient: Recipient, kinds: list[str]
) -> None:
    intent = await _intent(await send(system, msgspec.structs.replace(NEWS, recipient=recipient)))
    assert [way.kind for way in (await open_content(intent)).ways] == kinds


async def test_mistakes_fail_where_they_are_made(sqlite_platform: Platform, system: Actor) -> None:
    with pytest.raises(NobodyToTell):
        await send(system, msgspec.structs.replace(NEWS, recipient=Recipient()))
    with pytest.raises(UnknownTemplate):
        await send(system, msgspec.structs.replace(NEWS, template="diagnosis"))
    assert await NoticeIntent.count() == 0
