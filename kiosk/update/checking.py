"""Asks a kiosk that runs whether it is well: its spool, its camera's process, its screen, and its server's ear.

Run by the slot that is asked about, in a process of its own (`python -m kiosk check`): what it needs may have changed
with it. The slot that asks sees only the words below, and takes everything else for a program that does not start.
"""

import socket
import sqlite3
import time
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import msgspec

from kiosk.camera.process import SOCKET, Camera
from kiosk.faults import KioskFault
from kiosk.fleet.health import program_version
from kiosk.settings import Settings, load_settings
from kiosk.spool.database import DATABASE, Damaged, open_database
from kiosk.spool.files import write_durable
from kiosk.spool.spool import Spool

HEARD_FILE = "heard.json"
ANSWER_WITHIN_S = 5.0
HEARD_LATELY_S = 86_400.0


class Ailment(StrEnum):
    """What is not well, also as the reason that the server is told."""

    NO_START = "does-not-start"
    ENDED = "ended"
    SPOOL = "spool"
    CAMERA = "camera"
    SCREEN = "screen"
    HEARTBEAT = "heartbeat"
    STARTS = "too-many-starts"
    INSTALL = "install"


class Heard(msgspec.Struct, frozen=True):
    """The server has taken a heartbeat of this version."""

    version: str


def note_heard(folder: Path) -> None:
    """The server took a heartbeat; the file's time says when, its content is written once."""
    if _is_heard(folder):
        (folder / HEARD_FILE).touch()
    else:
        write_durable(folder / HEARD_FILE, msgspec.json.encode(Heard(program_version() or "")))


def is_heard_lately(folder: Path, within_s: float = HEARD_LATELY_S) -> bool:
    """Whether the group's word is of these days."""
    try:
        return abs(time.time() - (folder / HEARD_FILE).stat().st_mtime) < within_s
    except OSError:
        return False


def look(folder: Path, spool_folder: Path) -> Ailment | None:
    """The first that is not well."""
    settings = load_settings(folder)
    if not _spool_opens(spool_folder):
        return Ailment.SPOOL
    if not _camera_answers(folder, settings):
        return Ailment.CAMERA
    if not _screen_answers(settings):
        return Ailment.SCREEN
    if not settings.demo_person and not _is_heard(folder):
        return Ailment.HEARTBEAT
    return None


def _spool_opens(folder: Path) -> bool:
    """Beside the processes that have it open; a damaged one is not set aside here, while they use it."""
    try:
        spool = Spool(folder, open_database(folder / DATABASE))
        spool.standings()
        spool.close()
    except (Damaged, KioskFault, sqlite3.Error):
        return False
    return True


def _camera_answers(folder: Path, settings: Settings) -> bool:
    """Its process; a camera that is unplugged is no fault of the program, a drawn one has no excuse."""
    if settings.camera == "drawn":
        return bool(Camera(folder).preview().preview)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_WITHIN_S)
        return line.connect_ex(str(folder / SOCKET)) == 0


def _screen_answers(settings: Settings) -> bool:
    connection = HTTPConnection("127.0.0.1", settings.port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _is_heard(folder: Path) -> bool:
    try:
        heard = msgspec.json.decode((folder / HEARD_FILE).read_bytes(), type=Heard)
    except (OSError, msgspec.MsgspecError):
        return False
    return heard.version == (program_version() or "")
