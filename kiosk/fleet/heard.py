"""Remembers that the server took a heartbeat, of which version and when: a version that it never heard is not well."""

import time
from pathlib import Path

import msgspec

from kiosk.fleet.health import program_version
from kiosk.spool.files import write_durable

HEARD_FILE = "heard.json"
LATELY_S = 86_400.0


class Heard(msgspec.Struct, frozen=True):
    version: str


def note_heard(folder: Path) -> None:
    """The server took a heartbeat; the file's time says when, its content is written once."""
    if is_heard(folder):
        (folder / HEARD_FILE).touch()
    else:
        write_durable(folder / HEARD_FILE, msgspec.json.encode(Heard(program_version() or "")))


def forget_heard(folder: Path) -> None:
    """Whatever was heard was heard of another start."""
    (folder / HEARD_FILE).unlink(missing_ok=True)


def is_heard(folder: Path) -> bool:
    """Whether the server took a heartbeat of this version since it was forgotten."""
    try:
        heard = msgspec.json.decode((folder / HEARD_FILE).read_bytes(), type=Heard)
    except (OSError, msgspec.MsgspecError):
        return False
    return heard.version == (program_version() or "")


def is_heard_lately(folder: Path, within_s: float = LATELY_S) -> bool:
    """Whether the group's word is of these days."""
    try:
        return abs(time.time() - (folder / HEARD_FILE).stat().st_mtime) < within_s
    except OSError:
        return False
