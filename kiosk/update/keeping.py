"""The launcher as a process: the slot that ran well is in charge, and the machine's own program where none is left."""

import os
import sys
from pathlib import Path

from kiosk.settings import load_settings
from kiosk.update.launching import RENEW, Launcher, rest_screen
from kiosk.update.slots import Program
from kiosk.update.sources import can_reach


def keep(folder: Path) -> int:
    """Until told to stop or the kiosk ends; whoever started this starts it anew."""
    _hand_over(folder)
    settings = load_settings(folder)
    launcher = Launcher(folder, rest=lambda: rest_screen(settings.port), reach=lambda: can_reach(settings.server_url))
    status = launcher.run()
    if status == RENEW:
        _hand_over(folder)
    return max(status, 0)


def _hand_over(folder: Path) -> None:
    """Become the launcher of the slot in charge; a slot that is not on the disk any more is in charge of nothing."""
    program = Program(folder)
    state = program.load()
    if not program.python(state.healthy).exists():
        state = program.recover()
    program.settle(state)
    python = program.python(state.healthy)
    if Path(sys.prefix).resolve() != program.slot(state.healthy).resolve():
        os.execv(python, [str(python), "-P", "-m", "kiosk", "keep", "--data", str(folder)])  # noqa: S606  (our own)
