"""A heartbeat is kept with what it does not say left unknown, and answered with what is wanted of the kiosk."""

from uuid import uuid4

import msgspec
import pytest

from server.contract.fleet import DeviceState, Heartbeat, HeartbeatAnswer, KioskSettings
from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import Conflict, NotFound
from server.core.platform import Platform, now
from server.fleet import service as fleet
from server.fleet.faults import GroupNameTaken, NameMismatch, SilentTooSoon
from server.fleet.history import KEPT
from server.fleet.schemas import Thresholds
from tests.fleet.kiosk import FakeKiosk
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

WHOLE = Heartbeat(
    program_version="1.2.0",
    disk_total_bytes=32_000_000_000,
    disk_free_bytes=20_000_000_000,
    temperature_c=51.5,
    is_throttled=False,
    devices=(DeviceState(kind="pulse-oximeter", battery_percent=80),),
    queue_depth=3,
    oldest_unsent_s=600,
)


async def _told(kiosk: FakeKiosk, report: Heartbeat | None = None) -> HeartbeatAnswer:
    answer = await kiosk.beat(report)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=HeartbeatAnswer)


async def test_what_a_kiosk_reports_is_shown_and_what_it_leaves_out_is_unknown(
    administrator: Actor, kiosk: FakeKiosk
) -> None:
    await kiosk.sign_in()
    await _told(kiosk, WHOLE)
    await _told(kiosk, Heartbeat())
    view = await fleet.show_kiosk(administrator, kiosk.kiosk_id)
    assert view.row.report == Heartbeat()
    first, last = view.history
    assert (first.free_mb, first.temperature_c, first.queue_depth, first.oldest_unsent_min) == (20_000, 51.5, 3, 10)
    assert (last.free_mb, last.temperature_c, last.queue_depth, last.oldest_unsent_min) == (None, None, None, None)


async def test_the_answer_brings_the_settings_until_the_kiosk_has_them(administrator: Actor, kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    told = await _told(kiosk)
    assert (told.server_time, told.settings) == (now(), KioskSettings())
    has = Heartbeat(settings_version=told.settings_version)
    assert (await _told(kiosk, has)).settings is None

    view = await fleet.show_kiosk(administrator, kiosk.kiosk_id)
    wanted = KioskSettings(idle_wipe_s=60)
    await fleet.change_group(
        administrator, view.group.group_id, name="North", version=1, settings=wanted, thresholds=Thresholds()
    )
    assert (await _told(kiosk, has)).settings == wanted

    other = await fleet.make_group(administrator, "South")
    await fleet.change_kiosk(administrator, kiosk.kiosk_id, "Room 3", other)
    assert (await _told(kiosk, has)).settings == KioskSettings()  # the same number of changes, another group


async def test_intervals_are_spread_around_what_is_wanted(kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    intervals = {(await _told(kiosk)).next_in_s for _ in range(20)}
    assert len(intervals) > 5
    assert min(intervals) >= 1440
    assert max(intervals) <= 2160


async def test_a_command_is_sent_until_the_kiosk_names_it(administrator: Actor, kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    with pytest.raises(NameMismatch):
        await fleet.wipe_kiosk(administrator, kiosk.kiosk_id, "Room")
    await fleet.wipe_kiosk(administrator, kiosk.kiosk_id, "Room 2")
    (command,) = (await _told(kiosk)).commands
    assert (await _told(kiosk, Heartbeat(done=(uuid4(),)))).commands == (command,)
    assert (await _told(kiosk, Heartbeat(done=(command.command_id,)))).commands == ()
    assert (await _told(kiosk)).commands == ()
    assert (await fleet.show_kiosk(administrator, kiosk.kiosk_id)).wiped_at == now()
    assert await AuditEvent.count().where(AuditEvent.tag == "kiosk:wiped") == 1


async def test_the_history_is_two_days(administrator: Actor, kiosk: FakeKiosk, platform: Platform) -> None:
    assert isinstance(platform.clock, FakeClock)
    for number in range(KEPT + 3):
        if number % 20 == 0:
            await kiosk.sign_in()
        await _told(kiosk, Heartbeat(queue_depth=number))
    history = (await fleet.show_kiosk(administrator, kiosk.kiosk_id)).history
    assert [sample.queue_depth for sample in history] == list(range(3, KEPT + 3))


@pytest.mark.parametrize(
    "content",
    [b"{", b'{"temperatureC": 1e400}', b'{"errors": [{"code": "Aminata fell", "count": 1}]}', b'{"words": "x"}'],
)
async def test_nothing_but_the_contract_is_taken(kiosk: FakeKiosk, content: bytes) -> None:
    await kiosk.sign_in()
    headers = {"Content-Type": "application/json"}
    assert (await kiosk.client.post("/api/kiosks/heartbeat", content=content, headers=headers)).status_code == 400


async def test_a_group_is_changed_by_one_at_a_time_within_its_bounds(administrator: Actor) -> None:
    group_id = await fleet.make_group(administrator, "North")
    await fleet.make_group(administrator, "South")

    async def change(version: int, name: str = "North", every_s: int = 1800) -> None:
        settings = KioskSettings(heartbeat_every_s=every_s)
        await fleet.change_group(
            administrator, group_id, name=name, version=version, settings=settings, thresholds=Thresholds()
        )

    await change(1)
    with pytest.raises(Conflict):
        await change(1)
    with pytest.raises(GroupNameTaken):
        await change(2, name="South")
    with pytest.raises(SilentTooSoon):
        await change(2, every_s=86_400)
    place = await make_organisation("Elsewhere")
    with pytest.raises(NotFound):
        await fleet.show_group(await make_person(place.organisation_id, Role.ADMINISTRATOR), group_id)
