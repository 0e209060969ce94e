"""The devices that are bonded to this kiosk: only these are listened to. Nothing of a patient is in it."""

from datetime import datetime
from pathlib import Path

import msgspec

from kiosk.devices.kinds import Kind
from kiosk.spool.files import write_durable

BONDS_FILE = "devices.json"


class Bonded(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    name: str
    kind: Kind
    bonded_at: datetime

    @property
    def label(self) -> str:
        """The name as the device tells it, and what tells it from another of that name."""
        return f"{self.name or self.kind} ({self.address[-5:]})"


class Bonds:
    def __init__(self, folder: Path) -> None:
        self._path = folder / BONDS_FILE
        self._by_address = {each.address: each for each in self._read()}

    def all(self) -> tuple[Bonded, ...]:
        return tuple(self._by_address.values())

    def get(self, address: str) -> Bonded | None:
        return self._by_address.get(address)

    def add(self, bonded: Bonded) -> None:
        """Durable on return."""
        self._by_address = {**self._by_address, bonded.address: bonded}
        self._keep()

    def remove(self, address: str) -> None:
        self._by_address = {known: each for known, each in self._by_address.items() if known != address}
        self._keep()

    def _keep(self) -> None:
        write_durable(self._path, msgspec.json.encode(self.all()))

    def _read(self) -> tuple[Bonded, ...]:
        """A file that cannot be read is as none: devices are paired again, which anybody at the kiosk can."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[Bonded, ...])
        except (OSError, msgspec.MsgspecError):
            return ()
