"""The actor that delivers notices by the channels of the settings."""

import msgspec

from server.core.access import Actor
from server.core.notices import Notice, Recipient, send
from server.core.notices.jobs import DeliverNotice
from server.core.notices.queries import demo_outbox
from server.core.platform import Platform, bind_platform
from workers.notices import deliver_notice


async def test_the_job_delivers(sqlite_platform: Platform, system: Actor) -> None:
    settings = msgspec.structs.replace(sqlite_platform.settings, mode="demo")
    bind_platform(msgspec.structs.replace(sqlite_platform, settings=settings))
    recipient = Recipient(phone="+34600000001")
    notice_id = await send(system, Notice(template="message", recipient=recipient, values={"link": "x"}))
    assert notice_id is not None
    await deliver_notice(DeliverNotice(organisation_id=system.organisation_id, notice_id=notice_id))
    assert [message.notice_id for message in await demo_outbox()] == [notice_id]
