"""An alert is open once at a time for each kind, is acknowledged once, and ends with what it tells of."""

from uuid import UUID

import pytest
from litestar import Litestar

from server.contract.fleet import CameraState, DeviceState, Heartbeat
from server.core.access import Actor, Role
from server.core.faults import NotFound
from server.core.platform import Platform
from server.fleet import service as fleet
from server.fleet.schemas import Alert
from server.fleet.service import Shown
from server.fleet.tables import AlertKind
from tests.fleet.kiosk import FakeKiosk, KioskKey, enrol
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

FULL = Heartbeat(disk_free_bytes=10)
ROOMY = Heartbeat(disk_free_bytes=10**12)


async def _alerts(administrator: Actor, kiosk_id: UUID) -> list[Alert]:
    return (await fleet.show_kiosk(administrator, kiosk_id)).alerts


async def _names(administrator: Actor, shown: Shown) -> list[str]:
    return [row.name for row in (await fleet.list_kiosks(administrator, shown, None, 1)).rows]


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    assert isinstance(platform.clock, FakeClock)
    return platform.clock


async def test_what_holds_is_told_once_and_ends_when_it_is_over(administrator: Actor, kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    for report in (FULL, FULL, Heartbeat()):
        await kiosk.beat(report)
        (alert,) = await _alerts(administrator, kiosk.kiosk_id)
        assert (alert.kind, alert.measured, alert.cleared_at) == (AlertKind.FULL, 0, None)
    assert await _names(administrator, Shown.FULL) == ["Room 2"]
    await kiosk.beat(ROOMY)
    (alert,) = await _alerts(administrator, kiosk.kiosk_id)
    assert alert.cleared_at is not None
    assert await _names(administrator, Shown.ALERTING) == []
    await kiosk.beat(FULL)
    assert [alert.cleared_at is None for alert in await _alerts(administrator, kiosk.kiosk_id)] == [True, False]


async def test_silence_is_found_once_and_ends_with_a_heartbeat(
    administrator: Actor, kiosk: FakeKiosk, clock: FakeClock
) -> None:
    """Also of a kiosk that was never heard."""
    clock.advance(minutes=149)
    assert await fleet.find_silent() == 0
    clock.advance(minutes=1)
    assert [await fleet.find_silent() for _ in range(2)] == [1, 0]
    assert (await fleet.count_fleet(administrator)).alerts[AlertKind.SILENT] == 1
    await kiosk.sign_in()
    await kiosk.beat()
    assert (await fleet.count_fleet(administrator)).alerts[AlertKind.SILENT] == 0
    assert [alert.cleared_at is None for alert in await _alerts(administrator, kiosk.kiosk_id)] == [False]


async def test_a_camera_without_a_picture_and_a_low_battery_are_told_until_they_are_over(
    administrator: Actor, kiosk: FakeKiosk, clock: FakeClock
) -> None:
    def report(camera: str, percent: int) -> Heartbeat:
        cameras = (CameraState(name="photographs", state=camera),)
        return Heartbeat(cameras=cameras, devices=(DeviceState(kind="oximeter", battery_percent=percent),))

    async def open_now() -> list[tuple[AlertKind, int | None]]:
        found = await _alerts(administrator, kiosk.kiosk_id)
        return [(each.kind, each.measured) for each in found if each.cleared_at is None]

    await kiosk.sign_in()
    await kiosk.beat(report("frozen", 12))
    assert await open_now() == [(AlertKind.CAMERA, None), (AlertKind.BATTERY, 12)]
    assert await _names(administrator, Shown.CAMERA) == await _names(administrator, Shown.BATTERY) == ["Room 2"]
    await kiosk.beat(report("ready", 100))
    assert await open_now() == []
    await kiosk.beat(report("black", 100))
    assert await open_now() == []
    clock.advance(hours=72)
    await kiosk.sign_in()
    await kiosk.beat(report("black", 100))
    assert await open_now() == [(AlertKind.CAMERA, None)]


async def test_a_kiosk_out_of_service_is_not_silent(administrator: Actor, kiosk: FakeKiosk, clock: FakeClock) -> None:
    await kiosk.sign_in()
    await kiosk.beat(FULL)
    await fleet.revoke_kiosk(administrator, kiosk.kiosk_id)
    clock.advance(days=3)
    assert await fleet.find_silent() == 0
    assert [alert.cleared_at is None for alert in await _alerts(administrator, kiosk.kiosk_id)] == [False]
    assert await _names(administrator, Shown.REVOKED) == ["Room 2"]


async def test_an_alert_that_somebody_has_seen_stands_below_the_others(
    app: Litestar, administrator: Actor, kiosk: FakeKiosk
) -> None:
    key = KioskKey()
    hot = FakeKiosk(app, key, await enrol(administrator, key, name="Room 9"))
    for each, report in ((kiosk, FULL), (hot, Heartbeat(temperature_c=90))):
        await each.sign_in()
        await each.beat(report)
    assert await _names(administrator, Shown.ACTIVE) == ["Room 2", "Room 9"]
    (alert,) = await _alerts(administrator, kiosk.kiosk_id)
    for _ in range(2):
        await fleet.acknowledge_alert(administrator, kiosk.kiosk_id, alert.alert_id)
    assert await _names(administrator, Shown.ACTIVE) == ["Room 9", "Room 2"]
    (seen,) = await _alerts(administrator, kiosk.kiosk_id)
    assert seen.acknowledged_by == administrator.actor_id
    await kiosk.beat(FULL)
    assert await _names(administrator, Shown.ACTIVE) == ["Room 9", "Room 2"]


async def test_a_fleet_is_its_organisation_s(administrator: Actor, kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    await kiosk.beat(FULL)
    (alert,) = await _alerts(administrator, kiosk.kiosk_id)
    place = await make_organisation("Elsewhere")
    foreign = await make_person(place.organisation_id, Role.ADMINISTRATOR)
    assert (await fleet.list_kiosks(foreign, Shown.ACTIVE, None, 1)).total == 0
    for refused in (
        fleet.show_kiosk(foreign, kiosk.kiosk_id),
        fleet.acknowledge_alert(foreign, kiosk.kiosk_id, alert.alert_id),
        fleet.revoke_kiosk(foreign, kiosk.kiosk_id),
        fleet.wipe_kiosk(foreign, kiosk.kiosk_id, "Room 2"),
        fleet.ask_for_logs(foreign, kiosk.kiosk_id),
    ):
        with pytest.raises(NotFound):
            await refused
