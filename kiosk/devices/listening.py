"""Listens to every bonded device that comes into reach while a visit is on, for as long as it stays."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from functools import partial

from kiosk.devices.bonds import Bonded
from kiosk.devices.radio import DeviceGone, Heard, NoRadio, Radio

LOOK_FOR_S = 2.0
REST_S = 1.0
"""Between two looks, so that a search of the worker's gets its turn; and before a device that went is asked again."""


class Listening:
    """`wanted` gives the devices to listen to now: none while there is no visit."""

    def __init__(
        self,
        radio: Radio,
        wanted: Callable[[], Iterable[Bonded]],
        hear: Callable[[Bonded, Heard], None],
        note_battery: Callable[[Bonded, int], None],
    ) -> None:
        self._radio = radio
        self._wanted = wanted
        self._hear = hear
        self._note_battery = note_battery
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._heard_from: set[str] = set()

    @property
    def connected(self) -> frozenset[str]:
        """Those that have said something since they came into reach."""
        return frozenset(self._heard_from)

    async def turn(self) -> None:
        """One look around; NoRadio, after which nobody is listened to."""
        wanted = {each.address: each for each in self._wanted()}
        await self._end(self._tasks.keys() - wanted.keys())
        missing = wanted.keys() - self._tasks.keys()
        try:
            near = await self._radio.near(missing, LOOK_FOR_S) if missing else set[str]()
        except NoRadio:
            await self._end(set(self._tasks))
            raise
        for address in near:
            self._tasks[address] = asyncio.create_task(self._listen(wanted[address]))

    async def end(self) -> None:
        await self._end(set(self._tasks))

    async def _end(self, addresses: Iterable[str]) -> None:
        ended = [self._tasks.pop(address) for address in tuple(addresses)]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def _listen(self, device: Bonded) -> None:
        try:
            note_battery = partial(self._note_battery, device)
            async with aclosing(self._radio.listen(device.address, note_battery)) as packets:
                async for heard in packets:
                    self._heard_from.add(device.address)
                    self._hear(device, heard)
        except (DeviceGone, NoRadio):
            await asyncio.sleep(REST_S)
        finally:
            self._heard_from.discard(device.address)
            if self._tasks.get(device.address) is asyncio.current_task():
                del self._tasks[device.address]
