"""How the kiosk is, as far as its machine says: what cannot be read is left out, and never taken for normal."""

import shutil
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from kiosk.camera import standing as camera
from kiosk.camera.standing import camera_state
from kiosk.devices.standing import Devices, RadioState
from kiosk.spool.model import Standing
from kiosk.spool.spool import Spool
from server.contract.fleet import CameraState, DeviceState, Heartbeat

THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
"""A Raspberry Pi's own word for power and heat; other machines have none."""
ANSWER_WITHIN_S = 5.0
MOST_DEVICES = 16
"""As a heartbeat has room for."""
CAMERA_CODES = {
    camera.CameraState.FINE: "ready",
    camera.CameraState.UNPLUGGED: "missing",
    camera.CameraState.BUSY: "busy",
    camera.CameraState.BLACK: "black",
    camera.CameraState.FROZEN: "frozen",
}
# Bits 0 to 3 of the Pi's firmware: undervoltage, frequency capped, throttled, soft temperature limit, now.
_THROTTLED_NOW = 0x0F


class Around(NamedTuple):
    """What the other processes say; None where one of them says nothing."""

    cameras: tuple[CameraState, ...] | None
    devices: tuple[DeviceState, ...] | None


def look_around(folder: Path) -> Around:
    """Waits for the other processes, some seconds at most."""
    return Around(_cameras(folder), _devices(folder))


def measure(folder: Path, spool: Spool, around: Around) -> Heartbeat:
    """The heartbeat's facts, without settings and commands, which the heart adds."""
    disk = shutil.disk_usage(folder)
    waiting = [each for each in spool.standings() if each.sent_at is None]
    return Heartbeat(
        program_version=program_version(),
        uptime_s=int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        disk_total_bytes=disk.total,
        disk_free_bytes=disk.free,
        temperature_c=_temperature(),
        is_throttled=_is_throttled(),
        cameras=around.cameras,
        devices=around.devices,
        queue_depth=len(waiting),
        oldest_unsent_s=_oldest_s(waiting),
    )


def _cameras(folder: Path) -> tuple[CameraState, ...] | None:
    """Of the camera for photographs; the one that looks at a face is opened for a film alone."""
    state = camera_state(folder, ANSWER_WITHIN_S)
    return None if state is None else (CameraState(name="photographs", state=CAMERA_CODES[state]),)


def _devices(folder: Path) -> tuple[DeviceState, ...] | None:
    """Every device that is paired, with the battery that it last told."""
    standing = Devices(folder).health()
    if standing.radio is RadioState.SILENT:
        return None
    told = [
        DeviceState(kind=each.kind, battery_percent=standing.batteries.get(each.address)) for each in standing.bonded
    ]
    return tuple(told[:MOST_DEVICES])


def program_version() -> str | None:
    try:
        return version("careferry")
    except PackageNotFoundError:
        return None


def _oldest_s(waiting: list[Standing]) -> int | None:
    """By the kiosk's own clock on both ends; one that was set back since gives zero and not a negative age."""
    if not waiting:
        return None
    now = datetime.now(UTC)
    return max(0, *(int((now - each.queued_at).total_seconds()) for each in waiting))


def _temperature() -> float | None:
    try:
        return int(THERMAL.read_text()) / 1000
    except (OSError, ValueError):
        return None


def _is_throttled() -> bool | None:
    try:
        return bool(int(THROTTLED.read_text(), 16) & _THROTTLED_NOW)
    except (OSError, ValueError):
        return None
