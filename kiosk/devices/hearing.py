"""What was heard in the visit that is on the screen: held in memory, and gone with the visit."""

import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import CONTINUOUS
from kiosk.devices.radio import Heard
from kiosk.devices.standing import Told

MOST_TOLD = 60


class Hearing:
    """Between `belong_to` of two visits nothing is left; the screen's threads and the radio's both come here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visit: UUID | None = None
        self._told: list[Told] = []
        self._garbled: dict[str, Bonded] = {}

    @property
    def visit(self) -> UUID | None:
        return self._visit

    def belong_to(self, visit: UUID | None) -> None:
        with self._lock:
            if visit != self._visit:
                self._visit, self._told, self._garbled = visit, [], {}

    def hear(self, device: Bonded, heard: Heard) -> None:
        """Nothing outside a visit. What goes on and on keeps its last; a record that was sent twice is one."""
        with self._lock:
            if self._visit is None:
                return
            if heard.reading is None:
                self._garbled[device.address] = device
                return
            self._garbled.pop(device.address, None)
            if self._has(heard):
                return
            if heard.characteristic in CONTINUOUS:
                self._told = [each for each in self._told if not _is_of(each, heard)]
            told = Told(
                reading_id=uuid4(),
                device=device,
                characteristic=heard.characteristic,
                packet=heard.packet,
                received_at=datetime.now(UTC),
            )
            self._told = [*self._told, told][-MOST_TOLD:]

    def all(self) -> tuple[tuple[Told, ...], tuple[Bonded, ...]]:
        """What was told, and whose last packet made no sense."""
        with self._lock:
            return tuple(self._told), tuple(self._garbled.values())

    def _has(self, heard: Heard) -> bool:
        """Without a time or a number two equal packets are two measurements."""
        is_marked = heard.reading and (heard.reading.device_time or heard.reading.sequence is not None)
        return bool(is_marked) and any(_is_of(each, heard) and each.packet == heard.packet for each in self._told)


def _is_of(told: Told, heard: Heard) -> bool:
    return (told.device.address, told.characteristic) == (heard.address, heard.characteristic)
