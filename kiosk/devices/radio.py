"""Finds devices in reach, pairs those that a person chose, and listens to what they measure, through bleak."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Set
from contextlib import asynccontextmanager, suppress
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from bleak.uuids import normalize_uuid_16
from msgspec import Struct

from kiosk.devices.kinds import Found
from kiosk.devices.packet import MalformedPacket
from kiosk.devices.reading import Reading
from kiosk.devices.services import DECODERS, SERVICES

FIND_WITHIN_S = 10.0
CONNECT_WITHIN_S = 30.0
READ_WITHIN_S = 5.0
FULL_PERCENT = 100
_RECORD_ACCESS = normalize_uuid_16(0x2A52)
_BATTERY_LEVEL = normalize_uuid_16(0x2A19)
# Glucose Service 1.0, 3.4: op code 1 "report stored records", operator 6 "last record".
_REPORT_LAST_RECORD = bytes((1, 6))
_SERVICE_UUIDS = {normalize_uuid_16(number): number for number in SERVICES}
_MEASUREMENT_UUIDS = {normalize_uuid_16(number): number for numbers in SERVICES.values() for number in numbers}


class DeviceGone(Exception):
    """The device is out of reach, switched off or refused; it may be asked again."""


class NoRadio(Exception):
    """This machine has no Bluetooth, or nothing of it answers."""


class RadioOff(NoRadio):
    """There is Bluetooth, and it is switched off."""


class Heard(Struct, frozen=True):
    """One packet of one device: its reading, or why it is none."""

    address: str
    characteristic: int
    packet: bytes
    reading: Reading | None
    fault: str = ""


class Radio:
    """The kiosk's Bluetooth; `scanner` and `client` are bleak's own back ends for another stack than the machine's."""

    def __init__(self, *, scanner: Any = None, client: Any = None) -> None:
        self._scanner = scanner
        self._client = client
        # Most radios do not take a connection up while they search.
        self._one_at_a_time = asyncio.Lock()

    async def find(self, for_s: float = FIND_WITHIN_S) -> list[Found]:
        """Every device of a known kind that advertised in that time, the nearest first; NoRadio."""
        async with self._one_at_a_time, self._scanning() as scanner:
            await asyncio.sleep(for_s)
            seen = scanner.discovered_devices_and_advertisement_data.values()
        found = [
            Found(device.address, device.name or "", services, told.rssi)
            for device, told in seen
            if (services := tuple(_SERVICE_UUIDS[each] for each in told.service_uuids if each in _SERVICE_UUIDS))
        ]
        return sorted(found, key=lambda each: -each.rssi_dbm)

    async def near(self, addresses: Set[str], for_s: float) -> set[str]:
        """Those of the addresses that advertised in that time; NoRadio."""
        async with self._one_at_a_time, self._scanning() as scanner:
            await asyncio.sleep(for_s)
            return {device.address for device in scanner.discovered_devices} & addresses

    async def pair(self, address: str) -> None:
        """Bond the device that somebody chose on the screen to this kiosk; DeviceGone if it does not agree."""
        async with self._connected(address, pair=True):
            pass

    async def unpair(self, address: str) -> None:
        """Give the bond up, also of a device that is not in reach; a stack that knows of none has nothing to forget."""
        with suppress(BleakError, OSError, EOFError):
            await BleakClient(address, **_backend(self._client)).unpair()

    async def listen(self, address: str, note_battery: Callable[[int], None] = lambda _: None) -> AsyncGenerator[Heard]:
        """What the device measures until it goes, which most do after one measurement; DeviceGone if it never came.

        Once it is listened to, `note_battery` is told how full its battery is in percent, where it says so.
        A glucose meter is asked for its last record, since it measures without a link. Packets that make no sense
        are told as faults: the next may be right.
        """
        heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        async with self._connected(address, gone=lambda: heard.put_nowait(None)) as client:
            if not await self._subscribe(client, address, heard.put_nowait):
                raise DeviceGone(f"{address} measures nothing that we read")
            await self._read_battery(client, note_battery)
            while (packet := await heard.get()) is not None:
                yield packet

    async def _subscribe(self, client: BleakClient, address: str, hear: Callable[[Heard], None]) -> bool:
        def told(characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
            hear(_read(address, _MEASUREMENT_UUIDS[characteristic.uuid], bytes(value)))

        every = [each for service in client.services for each in service.characteristics]
        measuring = [each for each in every if each.uuid in _MEASUREMENT_UUIDS]
        for characteristic in measuring:
            await client.start_notify(characteristic, told)
        for characteristic in every:
            if characteristic.uuid == _RECORD_ACCESS:
                await client.start_notify(characteristic, _ignore)
                await client.write_gatt_char(characteristic, _REPORT_LAST_RECORD, response=True)
        return bool(measuring)

    async def _read_battery(self, client: BleakClient, note: Callable[[int], None]) -> None:
        """Battery Service 1.1, 3.1.1: one byte, 0 to 100. A device that does not let it be read may still measure."""
        for service in client.services:
            for each in service.characteristics:
                if each.uuid == _BATTERY_LEVEL:
                    with suppress(BleakError, OSError, EOFError, TimeoutError):
                        async with asyncio.timeout(READ_WITHIN_S):
                            level = bytes(await client.read_gatt_char(each))
                        if len(level) == 1 and level[0] <= FULL_PERCENT:
                            note(level[0])
                    return

    @asynccontextmanager
    async def _connected(
        self, address: str, *, pair: bool = False, gone: Callable[[], None] = lambda: None
    ) -> AsyncGenerator[BleakClient]:
        async with self._one_at_a_time:
            device = await self._device_at(address)
            client = BleakClient(
                device, lambda _: gone(), timeout=CONNECT_WITHIN_S, pair=pair, **_backend(self._client)
            )
            try:
                await client.connect()
            except (BleakError, TimeoutError, OSError) as error:
                raise DeviceGone(f"{address} does not answer: {type(error).__name__}") from error
        try:
            yield client
        finally:
            await client.disconnect()

    async def _device_at(self, address: str) -> BLEDevice:
        """By its advertisement: a stack knows only what it has seen."""
        seen: asyncio.Future[BLEDevice] = asyncio.get_running_loop().create_future()

        def look(device: BLEDevice, _: Any) -> None:
            if device.address == address and not seen.done():
                seen.set_result(device)

        try:
            async with self._scanning(look), asyncio.timeout(FIND_WITHIN_S):
                return await seen
        except TimeoutError as error:
            raise DeviceGone(f"{address} is not in reach, or switched off") from error

    @asynccontextmanager
    async def _scanning(self, look: Callable[[BLEDevice, Any], None] | None = None) -> AsyncGenerator[BleakScanner]:
        """NoRadio where searching cannot begin: no bus, no service or no adapter."""
        try:
            scanner = BleakScanner(look, **_backend(self._scanner))
            await scanner.start()
        except BleakBluetoothNotAvailableError as error:
            is_off = error.reason is BleakBluetoothNotAvailableReason.POWERED_OFF
            raise (RadioOff if is_off else NoRadio)(str(error)) from error
        except (BleakError, OSError, EOFError) as error:
            raise NoRadio(f"{type(error).__name__}: {error}") from error
        try:
            yield scanner
        finally:
            # A radio that was pulled out in the middle is noticed when searching begins anew.
            with suppress(BleakError, OSError, EOFError):
                await scanner.stop()


def _backend(chosen: Any) -> dict[str, Any]:
    return {} if chosen is None else {"backend": chosen}


def _ignore(_: BleakGATTCharacteristic, __: bytearray) -> None:
    """Whether the request was understood: what matters is the record that comes."""


def _read(address: str, characteristic: int, value: bytes) -> Heard:
    try:
        return Heard(address, characteristic, value, DECODERS[characteristic](value))
    except MalformedPacket as malformed:
        return Heard(address, characteristic, value, None, str(malformed))
