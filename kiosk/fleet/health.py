"""How the kiosk is, as far as its machine says: what cannot be read is left out, and never taken for normal."""

import shutil
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kiosk.spool.model import Standing
from kiosk.spool.spool import Spool
from server.contract.fleet import Heartbeat

THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
"""A Raspberry Pi's own word for power and heat; other machines have none."""
# Bits 0 to 3 of the Pi's firmware: undervoltage, frequency capped, throttled, soft temperature limit, now.
_THROTTLED_NOW = 0x0F


def measure(folder: Path, spool: Spool) -> Heartbeat:
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
        queue_depth=len(waiting),
        oldest_unsent_s=_oldest_s(waiting),
    )


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
