"""The two slots on the disk, each an environment of its own, and the two links that say which one runs.

What the state says is so; the links follow it, also after a power cut between the two.
"""

import sys
from pathlib import Path

import msgspec

from kiosk.spool.files import make_folder, sync_folder, telling_disk, write_durable
from kiosk.update.state import STATE_FILE, Slot, State

PROGRAM = "program"
"""In the kiosk's folder. Wiping a kiosk leaves it: without a program it could not be claimed again."""
SLOTS = "slots"
CURRENT, HEALTHY = "current", "healthy"
DAMAGED_SUFFIX = ".damaged"


class Program:
    """`folder` is the kiosk's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / PROGRAM

    def slot(self, slot: Slot) -> Path:
        return self.folder / SLOTS / slot

    def python(self, slot: Slot) -> Path:
        return self.slot(slot) / "bin/python"

    def load(self) -> State:
        """The state; that of a kiosk that never had an update where there is none."""
        path = self.folder / STATE_FILE
        try:
            return msgspec.json.decode(path.read_bytes(), type=State)
        except FileNotFoundError:
            return State()
        except msgspec.MsgspecError:
            # Written whole or not at all: the disk itself did this. The links say what ran well.
            path.replace(path.with_name(path.name + DAMAGED_SUFFIX))
            slot = self._linked(HEALTHY) or Slot.A
            return State(current=slot, healthy=slot)

    def save(self, state: State) -> State:
        make_folder(self.folder)
        write_durable(self.folder / STATE_FILE, msgspec.json.encode(state))
        return state

    def recover(self) -> State:
        """Nothing is left of the slot in charge: the program that the machine came with runs, as the first time."""
        first = self.slot(Slot.A)
        if first.exists() or first.is_symlink():
            first.replace(first.with_name(first.name + DAMAGED_SUFFIX))
        return self.save(State())

    def settle(self, state: State) -> None:
        """Make the links say what the state says. The first time, slot A is the program that the machine came with."""
        make_folder(self.folder / SLOTS)
        if not self.slot(Slot.A).exists() and state.healthy is Slot.A:
            self._link(self.slot(Slot.A), Path(sys.prefix))
        for name, slot in ((CURRENT, state.current), (HEALTHY, state.healthy)):
            if self._linked(name) is not slot:
                self._link(self.folder / name, Path(SLOTS, slot))

    def _linked(self, name: str) -> Slot | None:
        try:
            return Slot((self.folder / name).readlink().name)
        except (OSError, ValueError):
            return None

    def _link(self, path: Path, target: Path) -> None:
        """Replaced in one step: at any moment there is the old link or the new one."""
        partial = path.with_name(f".{path.name}")
        with telling_disk():
            partial.unlink(missing_ok=True)
            partial.symlink_to(target, target_is_directory=True)
            partial.replace(path)
            sync_folder(path.parent)
