"""The address of the SMS gateway, and the demo's page, on which a reply is tried."""

from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar

from server.core.access import system_actor
from server.core.db import working_for
from server.core.notices.channels import open_channels
from server.core.notices.delivery import deliver
from server.core.notices.tables import NoticeIntent, NoticeReply
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform, bind_platform, platform
from server.scheduling import service as scheduling
from server.scheduling.jobs import RemindPatient
from server.settings import Messages, SmsGateway
from tests.desks.browsing import sit_down
from tests.scheduling.diary import NINE, after, begin_practice
from tests.support.applications import application
from tests.support.clinics import Clinic
from tests.support.people import PUBLIC_URL
from tests.support.platforms import FakeClock

GATEWAY = SmsGateway(url="http://127.0.0.1:1/messages", token="out", replies_token="a-token-of-replies")
OURS = {"Authorization": f"Bearer {GATEWAY.replies_token}"}
REPLY = {"id": "in-1", "from": "+23276000001", "text": "Yes"}


def with_settings(opened: Platform, **changes: Any) -> Litestar:
    settings = msgspec.structs.replace(opened.settings, **changes)
    bind_platform(msgspec.structs.replace(opened, settings=settings))
    return application(platform())


async def hand_on(app: Litestar, body: Any, headers: Any) -> int:
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        return (await client.post("/api/sms/replies", json=body, headers=headers)).status_code


@pytest.mark.parametrize(
    "body, headers, status",
    [
        (REPLY, OURS, 204),
        (REPLY, {}, 401),
        (REPLY, {"Authorization": f"Bearer {GATEWAY.token}"}, 401),
        ("nothing of a stranger's is read", {"Authorization": "Bearer é".encode()}, 401),
        ({**REPLY, "id": ""}, OURS, 400),
        ({**REPLY, "text": "y" * 2001}, OURS, 400),
        ({"id": "in-1"}, OURS, 400),
        ({**REPLY, "more": "y" * 17_000}, OURS, 413),
    ],
)
async def test_only_the_gateway_is_heard(sqlite_platform: Platform, body: Any, headers: Any, status: int) -> None:
    app = with_settings(sqlite_platform, messages=Messages(sms=GATEWAY))
    assert await hand_on(app, body, headers) == status
    assert await NoticeReply.count() == (status == 204)


async def test_without_its_token_there_is_no_such_address(sqlite_platform: Platform) -> None:
    silent = msgspec.structs.replace(GATEWAY, replies_token="")
    app = with_settings(sqlite_platform, messages=Messages(sms=silent))
    assert await hand_on(app, REPLY, {"Authorization": "Bearer "}) == 404


async def test_in_the_demo_a_reminder_is_replied_to_on_its_page(sqlite_platform: Platform, clinic: Clinic) -> None:
    app = with_settings(sqlite_platform, mode="demo")
    practising = await begin_practice(clinic)
    appointment_id = await practising.book()
    cast("FakeClock", platform().clock).at = after(NINE, hours=-24)
    rows = await OutboxJob.objects().where(OutboxJob.name == RemindPatient.name).order_by(OutboxJob.id)
    with working_for(system_actor(clinic.organisation_id)):
        await scheduling.remind(msgspec.json.decode(rows[0].payload, type=RemindPatient))
    (intent,) = await NoticeIntent.objects()
    await deliver(intent.id, open_channels(platform().settings))
    desk = await sit_down(app, clinic.worker)
    page = (await desk.get("/demo/messages")).text
    assert "Reply YES if you come" in page
    assert page.count('action="/demo/messages/replies"') == 2
    answer = await desk.post("/demo/messages/replies", {"sender": "+23276000001", "text": "YES"})
    assert answer.headers["location"] == "/demo/messages"
    assert (await practising.row(appointment_id)).confirmed_at is not None
