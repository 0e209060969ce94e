"""Makes a kiosk forget everything that an administrator does not want found on it."""

import shutil
from pathlib import Path

from kiosk.settings import SETTINGS_FILE
from kiosk.update.slots import PROGRAM
from kiosk.uplink.opening import IDENTITY_FILE, KEY_FILE

NAME = frozenset({KEY_FILE, IDENTITY_FILE})
"""Its key and its name go last: with them it tells that it was done."""


def wipe(folder: Path) -> None:
    """Remove what waits, the workers and the group's settings; cases that were not sent are lost with it.

    What is queued is sealed, and was unreadable here before: wiping is for a kiosk that nobody will bring back.
    """
    for path in folder.iterdir():
        if path.name in {*NAME, SETTINGS_FILE, PROGRAM}:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def forget_name(folder: Path) -> None:
    """The server knows that it was done: nothing is left that speaks for this kiosk."""
    for name in NAME:
        (folder / name).unlink(missing_ok=True)
