"""Each kind of alert: when it begins, when it is over, and that the unknown neither raises nor ends one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.contract.fleet import CameraState, DeviceState, Heartbeat, KioskSettings
from server.fleet.judging import judge, still_dark_since
from server.fleet.schemas import Group, Thresholds
from server.fleet.tables import AlertKind

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MB = 1_000_000
LONG_AGO = AT - timedelta(days=30)


def _group(wanted: str = "2.0", since: datetime = LONG_AGO) -> Group:
    return Group(
        group_id=UUID(int=1),
        name="North",
        version=1,
        settings=KioskSettings(program_version=wanted),
        thresholds=Thresholds(),
        program_wanted_at=since,
    )


def _seen(*states: str) -> Heartbeat:
    return Heartbeat(cameras=tuple(CameraState(name=f"camera-{at}", state=state) for at, state in enumerate(states)))


def _charged(*percent: int | None) -> Heartbeat:
    return Heartbeat(devices=tuple(DeviceState(kind="oximeter", battery_percent=each) for each in percent))


@pytest.mark.parametrize(
    "kind, report, already, holds",
    [
        (AlertKind.SILENT, Heartbeat(), True, False),
        (AlertKind.FULL, Heartbeat(), False, None),
        (AlertKind.FULL, Heartbeat(disk_free_bytes=2047 * MB), False, True),
        (AlertKind.FULL, Heartbeat(disk_free_bytes=2048 * MB), False, False),
        (AlertKind.FULL, Heartbeat(disk_free_bytes=2048 * MB), True, True),
        (AlertKind.FULL, Heartbeat(disk_free_bytes=2560 * MB), True, False),
        (AlertKind.BEHIND, Heartbeat(), True, None),
        (AlertKind.BEHIND, Heartbeat(queue_depth=9), False, None),
        (AlertKind.BEHIND, Heartbeat(queue_depth=0), True, False),
        (AlertKind.BEHIND, Heartbeat(oldest_unsent_s=720 * 60), False, True),
        (AlertKind.BEHIND, Heartbeat(queue_depth=1, oldest_unsent_s=719 * 60), True, False),
        (AlertKind.HOT, Heartbeat(), True, None),
        (AlertKind.HOT, Heartbeat(is_throttled=False), True, None),
        (AlertKind.HOT, Heartbeat(is_throttled=True), False, True),
        (AlertKind.HOT, Heartbeat(temperature_c=50, is_throttled=True), False, True),
        (AlertKind.HOT, Heartbeat(temperature_c=75), False, True),
        (AlertKind.HOT, Heartbeat(temperature_c=74.9), False, False),
        (AlertKind.HOT, Heartbeat(temperature_c=70), True, True),
        (AlertKind.HOT, Heartbeat(temperature_c=69.9), True, False),
        (AlertKind.CAMERA, Heartbeat(), True, None),
        (AlertKind.CAMERA, _seen(), True, None),
        (AlertKind.CAMERA, _seen("ready"), True, False),
        (AlertKind.CAMERA, _seen("missing"), False, True),
        (AlertKind.CAMERA, _seen("ready", "frozen"), False, True),
        (AlertKind.CAMERA, _seen("ready", "busy"), True, None),
        (AlertKind.CAMERA, _seen("black"), False, None),
        (AlertKind.CAMERA, _seen("of-a-newer-kiosk"), False, None),
        (AlertKind.BATTERY, Heartbeat(), True, None),
        (AlertKind.BATTERY, Heartbeat(devices=()), True, False),
        (AlertKind.BATTERY, _charged(None), True, None),
        (AlertKind.BATTERY, _charged(None, 19), False, True),
        (AlertKind.BATTERY, _charged(20, 90), False, False),
        (AlertKind.BATTERY, _charged(29), True, True),
        (AlertKind.BATTERY, _charged(None, 30), True, False),
        (AlertKind.OUTDATED, Heartbeat(), False, None),
        (AlertKind.OUTDATED, Heartbeat(program_version="1.9"), False, True),
        (AlertKind.OUTDATED, Heartbeat(program_version="2.0"), True, False),
    ],
)
def test_a_heartbeat_is_judged_by_the_thresholds(
    kind: AlertKind, report: Heartbeat, already: bool, holds: bool | None
) -> None:
    assert judge(report, _group(), "2.0", {kind} if already else set(), AT)[kind].holds is holds


def test_an_update_has_three_days_and_none_wanted_is_never_late() -> None:
    old = Heartbeat(program_version="1.9")
    in_time = judge(old, _group(since=AT - timedelta(hours=71)), "2.0", set(), AT)
    assert in_time[AlertKind.OUTDATED].holds is False
    assert judge(Heartbeat(), _group(wanted=""), "", set(), AT)[AlertKind.OUTDATED].holds is False


def test_a_camera_is_black_for_three_days_before_anybody_is_told() -> None:
    """A clinic is dark at night and over a weekend; what a heartbeat does not say changes nothing."""
    dark = still_dark_since(_seen("black"), None, AT)
    assert dark == AT
    for report in (_seen("black"), Heartbeat(), _seen()):
        assert still_dark_since(report, dark, AT + timedelta(hours=1)) == AT
    assert still_dark_since(_seen("ready"), dark, AT) is None
    for hours, holds in ((71, None), (72, True)):
        at = AT + timedelta(hours=hours)
        assert judge(_seen("black"), _group(), "2.0", set(), at, dark)[AlertKind.CAMERA].holds is holds
