"""Asks a kiosk that runs whether it is well: its spool, its camera's process, its screen, and its server's ear.

Run by the slot that is asked about, in a process of its own (`python -m kiosk check`): what it needs may have changed
with it. The slot that asks sees only the words below, and takes everything else for a program that does not start.
"""

import socket
import sqlite3
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kiosk.camera.process import Camera
from kiosk.camera.standing import SOCKET
from kiosk.faults import KioskFault
from kiosk.fleet.heard import is_heard
from kiosk.settings import Settings, load_settings
from kiosk.spool.database import DATABASE, Damaged, open_database
from kiosk.spool.spool import Spool
from kiosk.update.ailments import Ailment

ANSWER_WITHIN_S = 5.0


def look(folder: Path, spool_folder: Path) -> Ailment | None:
    """The first that is not well."""
    settings = load_settings(folder)
    if not _spool_opens(spool_folder):
        return Ailment.SPOOL
    if not _camera_answers(folder, settings):
        return Ailment.CAMERA
    if not _screen_answers(settings):
        return Ailment.SCREEN
    if not settings.demo_person and not is_heard(folder):
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
