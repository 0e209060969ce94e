"""Refuses a case before anything of it is written, where the disk would not hold it and what a day's work needs."""

import shutil
from pathlib import Path

from kiosk.faults import SpoolFull
from kiosk.spool.files import telling_disk

RESERVE_BYTES = 64 * 1024 * 1024
"""For the database's log, logs and the system: a disk that is full to the last block starts no more."""


def require_room(folder: Path, wanted_bytes: int) -> None:
    """SpoolFull unless `wanted_bytes` and the reserve are free."""
    with telling_disk():
        free_bytes = shutil.disk_usage(folder).free
    if free_bytes < wanted_bytes + RESERVE_BYTES:
        raise SpoolFull(f"{free_bytes} bytes are free, {wanted_bytes} wanted")
