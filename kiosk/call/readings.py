"""What the kiosk's devices measure during a call: told to everybody in it, and in the case once somebody takes it."""

import asyncio
from collections.abc import Callable, Mapping
from uuid import UUID

from kiosk.call.conversation import Conversation
from kiosk.call.desk import ReadingShown
from kiosk.call.keeping import Keeper
from kiosk.devices.observing import to_observation
from kiosk.devices.standing import Devices, Told
from kiosk.faults import KioskFault
from server.contract.call_talk import Measured
from server.contract.case import Observation
from server.contract.wire import Moment

LOOK_EVERY_S = 1.0
SLOW_EVERY = 5
"""Looks between two tellings where the link has no room for a picture: a value has 200 bytes, a voice comes first."""
LONGEST_NAME = 120
MOST_RECENT = 300


class Readings:
    """The visit is the case of the call: the screen says so to the devices' process as well."""

    def __init__(
        self,
        devices: Devices,
        case_id: UUID,
        keeper: Keeper | None,
        zone: str,
        conversations: Callable[[], Mapping[UUID, Conversation]],
    ) -> None:
        self._devices = devices
        self._case_id = case_id
        self._keeper = keeper
        self._zone = zone
        self._conversations = conversations
        self._told: tuple[Told, ...] = ()
        self._recent: dict[UUID, Told] = {}
        """With those that a newer value of the same device has replaced: somebody may be looking at one."""
        self._kept: set[UUID] = set()
        self._failed: set[UUID] = set()
        self._heard: dict[UUID, tuple[Conversation, set[UUID]]] = {}
        """By seat, what its present connection was told."""

    async def tell_for_ever(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not self._conversations():
                continue
            self._told = (await asyncio.to_thread(self._devices.look, self._case_id)).told
            self._recent = dict(
                [*(self._recent | {each.reading_id: each for each in self._told}).items()][-MOST_RECENT:]
            )
            for seat_id, conversation in self._conversations().items():
                if conversation.rung.video is not None or number % SLOW_EVERY == 0:
                    self._tell(seat_id, conversation)
            number += 1

    def shown(self) -> tuple[ReadingShown, ...]:
        return tuple(
            ReadingShown(
                reading_id=each.reading_id,
                device=each.device.label,
                measured=measured_of(each, self._zone),
                is_final=each.reading.is_final,
                is_kept=each.reading_id in self._kept,
                is_failed=each.reading_id in self._failed,
            )
            for each in self._told
        )

    async def keep(self, reading_id: UUID) -> None:
        """Into the case, once; where the disk takes nothing that is shown. What is no measurement stays what it is."""
        told = self._recent.get(reading_id)
        if told is None or self._keeper is None or reading_id in self._kept or not told.reading.is_final:
            return
        try:
            await asyncio.to_thread(self._keeper.keep_reading, self._observation(told))
        except KioskFault:
            self._failed.add(reading_id)
        else:
            self._kept.add(reading_id)

    def _observation(self, told: Told) -> Observation:
        device = f"{told.device.name[:LONGEST_NAME]} {told.device.address}"
        at = Moment(at=told.received_at, zone=self._zone)
        return to_observation(told.reading, observation_id=told.reading_id, device=device, measured_at=at)

    def _tell(self, seat_id: UUID, conversation: Conversation) -> None:
        known, before = self._heard.get(seat_id, (None, set[UUID]()))
        heard = before if known is conversation else set[UUID]()
        told = {each.reading_id for each in self._told}
        for each in self._told:
            if each.reading_id not in heard and all(conversation.say(value) for value in measured_of(each, self._zone)):
                heard.add(each.reading_id)
        self._heard[seat_id] = (conversation, heard & told)


def measured_of(told: Told, zone: str) -> tuple[Measured, ...]:
    """Each value as the device sent it; one that is no number has an empty text, and its word among the flags."""
    reading = told.reading
    specials = tuple(str(value.measured) for value in reading.values if value.number is None)
    return tuple(
        Measured(
            code=value.sign,
            device=told.device.label[:LONGEST_NAME],
            text=value.text,
            unit=value.unit if value.text else "",
            flags=(*reading.flags, *specials),
            measured_at=Moment(at=told.received_at, zone=zone),
        )
        for value in reading.values
    )
