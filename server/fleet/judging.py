"""Judges a heartbeat by its group's thresholds: what holds, what is over, and what nobody can tell."""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta

import msgspec

from server.contract.fleet import Heartbeat
from server.fleet.history import MB
from server.fleet.schemas import Group
from server.fleet.tables import AlertKind

COOLED_BY_C = 5
ROOM_AGAIN = 1.25
CHARGED_BY_PERCENT = 10
"""An alert is over once it is well over: a value that stands at the threshold does not ring at every heartbeat."""

BROKEN = frozenset({"missing", "frozen"})
"""States of a camera that no lamp changes."""


class Judgement(msgspec.Struct, frozen=True):
    """`holds` is None where the heartbeat does not say: an open alert stays open then, and none is raised."""

    holds: bool | None
    measured: int | None = None


def judge(
    report: Heartbeat,
    group: Group,
    wanted: str,
    already_open: Set[AlertKind],
    at: datetime,
    dark_since: datetime | None = None,
) -> Mapping[AlertKind, Judgement]:
    """Every kind, for a kiosk that has just been heard and is to run the version `wanted`.

    `dark_since` is of this heartbeat (`still_dark_since`).
    """
    return {
        AlertKind.SILENT: Judgement(False),
        AlertKind.FULL: _full(report, group.thresholds.full_below_mb, is_open=AlertKind.FULL in already_open),
        AlertKind.CAMERA: _camera(report, dark_since, timedelta(hours=group.thresholds.dark_after_h), at),
        AlertKind.BEHIND: _behind(report, group.thresholds.behind_after_min),
        AlertKind.HOT: _hot(report, group.thresholds.hot_above_c, is_open=AlertKind.HOT in already_open),
        AlertKind.BATTERY: _battery(
            report, group.thresholds.battery_below_percent, is_open=AlertKind.BATTERY in already_open
        ),
        AlertKind.OUTDATED: Judgement(_is_outdated(report, group, wanted, at)),
    }


def still_dark_since(report: Heartbeat, before: datetime | None, at: datetime) -> datetime | None:
    """Since when a camera is black, by what was known `before`; a heartbeat that does not say changes nothing."""
    if not report.cameras:
        return before
    return (before or at) if "black" in _states(report) else None


def _full(report: Heartbeat, below_mb: int, *, is_open: bool) -> Judgement:
    if report.disk_free_bytes is None:
        return Judgement(None)
    free_mb = report.disk_free_bytes // MB
    return Judgement(free_mb < below_mb * (ROOM_AGAIN if is_open else 1), min(free_mb, 2**31 - 1))


def _behind(report: Heartbeat, after_min: int) -> Judgement:
    if report.queue_depth == 0:
        return Judgement(False, 0)
    if report.oldest_unsent_s is None:
        return Judgement(None)
    oldest_min = report.oldest_unsent_s // 60
    return Judgement(oldest_min >= after_min, oldest_min)


def _camera(report: Heartbeat, dark_since: datetime | None, after: timedelta, at: datetime) -> Judgement:
    """Black may be a dark room, and a camera in use is not broken: neither begins nor ends one."""
    states = _states(report)
    if states & BROKEN:
        return Judgement(True)
    if "black" in states and dark_since is not None and at - dark_since >= after:
        return Judgement(True)
    return Judgement(False) if states == {"ready"} else Judgement(None)


def _states(report: Heartbeat) -> set[str]:
    return {camera.state for camera in report.cameras or ()}


def _battery(report: Heartbeat, below_percent: int, *, is_open: bool) -> Judgement:
    """By the emptiest of the devices whose battery is known; a device that never tells of one is no obstacle."""
    if report.devices == ():
        return Judgement(False)
    told = [each.battery_percent for each in report.devices or () if each.battery_percent is not None]
    if not told:
        return Judgement(None)
    bound = min(below_percent + (CHARGED_BY_PERCENT if is_open else 0), 100)
    return Judgement(min(told) < bound, min(told))


def _hot(report: Heartbeat, above_c: int, *, is_open: bool) -> Judgement:
    """Also when the kiosk says that it slows itself down, whatever its thermometer shows."""
    measured = None if report.temperature_c is None else round(report.temperature_c)
    if report.is_throttled:
        return Judgement(True, measured)
    if report.temperature_c is None:
        return Judgement(None)
    return Judgement(report.temperature_c >= above_c - (COOLED_BY_C if is_open else 0), measured)


def _is_outdated(report: Heartbeat, group: Group, wanted: str, at: datetime) -> bool | None:
    if not wanted:
        return False
    if report.program_version is None:
        return None
    is_due = at >= group.program_wanted_at + timedelta(hours=group.thresholds.outdated_after_h)
    return report.program_version != wanted and is_due
