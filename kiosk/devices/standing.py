"""What the screen asks the devices' process, and what it is told: how the radio is, what is near, what was measured."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec

from kiosk.asking import NoAnswer, ask
from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import CONTINUOUS, Found, Kind
from kiosk.devices.reading import Reading
from kiosk.devices.services import DECODERS

SOCKET = "devices.socket"
ANSWER_WITHIN_S = 1.0


class RadioState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    OFF = "off"
    MISSING = "missing"
    SILENT = "silent"
    """The process that has the radio is not there, or hangs."""


class Pairing(StrEnum):
    NONE = "none"
    AT_WORK = "at-work"
    DONE = "done"
    FAILED = "failed"


class Look(msgspec.Struct, frozen=True, tag="look"):
    """How everything stands. `visit` is the one that is on the screen: only for it anything is listened to."""

    visit: UUID | None


class Search(msgspec.Struct, frozen=True, tag="search"):
    kind: Kind


class Pair(msgspec.Struct, frozen=True, tag="pair"):
    """Bond one of those that were found."""

    address: str


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    address: str


class Health(msgspec.Struct, frozen=True, tag="health"):
    """How the devices are: asked by nobody who has a visit, and it changes none."""


Question = Look | Search | Pair | Forget | Health


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One packet of a bonded device, as it was sent, and when the kiosk had it."""

    reading_id: UUID
    device: Bonded
    characteristic: int
    packet: bytes
    received_at: datetime

    @property
    def reading(self) -> Reading:
        return DECODERS[self.characteristic](self.packet)

    @property
    def is_continuous(self) -> bool:
        return self.characteristic in CONTINUOUS


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    radio: RadioState = RadioState.SILENT
    bonded: tuple[Bonded, ...] = ()
    connected: frozenset[str] = frozenset()
    searched: Kind | None = None
    """The kind that is or was last searched for, with what was found of it, the nearest first."""
    is_searching: bool = False
    found: tuple[Found, ...] = ()
    pairing: Pairing = Pairing.NONE
    told: tuple[Told, ...] = ()
    """What was measured in this visit, the oldest first; of what goes on and on the last."""
    garbled: tuple[Bonded, ...] = ()
    """Devices whose last packet made no sense."""
    batteries: dict[str, int] = {}
    """How full the battery is in percent, by address, of those that have said it since this process began."""


class Devices:
    """The screen's side; a process that is not there, or hangs, counts as a radio that is silent."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET

    def look(self, visit: UUID | None) -> Standing:
        return self._ask(Look(visit))

    def health(self) -> Standing:
        return self._ask(Health())

    def search(self, kind: Kind) -> Standing:
        return self._ask(Search(kind))

    def pair(self, address: str) -> Standing:
        return self._ask(Pair(address))

    def forget(self, address: str) -> Standing:
        return self._ask(Forget(address))

    def _ask(self, question: Question) -> Standing:
        try:
            return ask(self._path, question, Standing, ANSWER_WITHIN_S)
        except NoAnswer:
            return Standing()
