"""A process that updates a kiosk from its stick and then keeps it, and is killed at the step it is told (0: never).

A step is a durable write, a link, or the middle of an installation: just before it, the process kills itself as -9.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from kiosk.update import repository, slots, updating
from kiosk.update.launching import Launcher, Patience
from kiosk.update.repository import Wheel
from kiosk.update.slots import Program
from kiosk.update.sources import StickSource
from kiosk.update.state import Phase, Release
from kiosk.update.updating import Updater
from tests.kiosk.update.tiny import unpack

GIVE_UP_S = 60.0


class Fate:
    def __init__(self, dies_at: int) -> None:
        self._left = dies_at

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, work: Callable[..., object]) -> Callable[..., object]:
        def done(*arguments: object, **named: object) -> object:
            self.step()
            return work(*arguments, **named)

        return done


def live(folder: Path, stick: Path, base: Path, fate: Fate) -> None:
    slots.write_durable = fate.before(slots.write_durable)  # pyright: ignore[reportAttributeAccessIssue]
    repository.sync_file = fate.before(repository.sync_file)  # pyright: ignore[reportAttributeAccessIssue]
    Program._link = fate.before(Program._link)  # pyright: ignore[reportAttributeAccessIssue]

    def install_in_two(wheels: Iterable[tuple[Wheel, Path]], slot: Path) -> None:
        ((_, wheel),) = wheels
        shutil.rmtree(slot, ignore_errors=True)
        slot.mkdir()
        fate.step()
        unpack(base, wheel, slot)

    updating.install = install_in_two
    Updater(folder, "2.0", link=StickSource(stick), sticks=[stick], sleep=lambda _: None).turn()
    launcher = Launcher(folder, rest=lambda: True, reach=lambda: True, patience=PATIENCE)
    launcher.begin()
    program, ends_at = Program(folder), time.monotonic() + GIVE_UP_S
    while not is_over(program, folder) and time.monotonic() < ends_at:
        launcher.look()
        time.sleep(PATIENCE.look_every_s)
    launcher.end()


def is_over(program: Program, folder: Path) -> bool:
    """Nothing is under way, and the program of the slot in charge has said that it runs."""
    state, said = program.load(), folder / "runs"
    return state.phase is Phase.IDLE and said.exists() and said.read_text() == (state.release or Release("")).version


PATIENCE = Patience(look_every_s=0.02, ask_every_s=0.05, healthy_for_s=0.1, within_s=1.0)

if __name__ == "__main__":
    where, stick_folder, base_folder, dies_at = sys.argv[1:]
    live(Path(where), Path(stick_folder), Path(base_folder), Fate(int(dies_at)))
