"""The devices' process over a real GATT stack: found, paired, heard in a visit, forgotten; and a radio that is not."""

import asyncio
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Set
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from bleak.exc import BleakError

from kiosk.devices import process
from kiosk.devices.kinds import Kind
from kiosk.devices.process import DeviceProcess
from kiosk.devices.radio import Radio
from kiosk.devices.reading import Flag
from kiosk.devices.standing import Devices, Forget, Health, Look, Pair, Pairing, RadioState, Search, Standing
from kiosk.virtual.bumble_link import Air, VirtualDevice
from tests.journeys.waiting import until

WITHIN_S = 30.0
PRESSURE = bytes.fromhex("00 7800 5000 5d00")
MOVED = bytes.fromhex("10 7800 5000 5d00 0500")


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SEARCH_FOR_S", 1.5)
    monkeypatch.setattr(process, "REST_S", 0.05)
    monkeypatch.setattr("kiosk.devices.listening.LOOK_FOR_S", 0.5)
    monkeypatch.setattr("kiosk.devices.listening.REST_S", 0.05)


@pytest.fixture
async def air() -> AsyncIterator[Air]:
    air = Air()
    await air.open()
    yield air
    await air.kiosk.power_off()


@asynccontextmanager
async def running(folder: Path, radio: Radio, clock: Clock | None = None) -> AsyncGenerator[DeviceProcess]:
    devices = DeviceProcess(folder, radio, clock or Clock())
    task = asyncio.create_task(devices.run())
    try:
        yield devices
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def standing_when(
    devices: DeviceProcess, is_so: Callable[[Standing], bool], visit: UUID | None = None, **tells: Any
) -> Standing:
    """The standing once it is so, while `tells` devices go on measuring."""
    async with asyncio.timeout(WITHIN_S):
        while not is_so(standing := devices.answer(Look(visit))):
            for device, packet in tells.get("tells", ()):
                if device.device.connections:
                    await device.tell(packet)
            await asyncio.sleep(0.05)
    return standing


async def pair(devices: DeviceProcess, device: VirtualDevice, kind: Kind = Kind.BLOOD_PRESSURE) -> None:
    devices.answer(Search(kind))
    await standing_when(devices, lambda standing: not standing.is_searching and bool(standing.found))
    devices.answer(Pair(device.address))
    standing = await standing_when(devices, lambda standing: standing.pairing is not Pairing.AT_WORK)
    assert standing.pairing is Pairing.DONE


def radio_of(air: Air) -> Radio:
    return Radio(scanner=air.scanner(), client=air.client())


async def _is_alone(device: VirtualDevice) -> bool:
    return not device.device.connections


async def test_two_of_a_kind_are_both_told_the_nearer_first_and_others_are_not(tmp_path: Path, air: Air) -> None:
    await air.add("Cuff", 0x1810, 0x2A35, indicates=True, rssi_dbm=-70)
    await air.add("Cuff", 0x1810, 0x2A35, indicates=True, rssi_dbm=-40)
    await air.add("Scale", 0x181D, 0x2A9D, indicates=True)
    async with running(tmp_path, radio_of(air)) as devices:
        devices.answer(Search(Kind.BLOOD_PRESSURE))
        standing = await standing_when(devices, lambda each: not each.is_searching and bool(each.found))
        assert [(each.name, each.rssi_dbm) for each in standing.found] == [("Cuff", -40), ("Cuff", -70)]
        assert standing.bonded == ()


async def test_only_what_is_paired_is_heard_and_only_in_a_visit(tmp_path: Path, air: Air) -> None:
    mine = await air.add("Cuff", 0x1810, 0x2A35, indicates=True)
    another = await air.add("Cuff", 0x1810, 0x2A35, indicates=True)
    both = [(mine, PRESSURE), (another, MOVED)]
    async with running(tmp_path, radio_of(air)) as devices:
        await pair(devices, mine)
        assert devices.answer(Look(None)).told == ()
        assert not mine.device.connections, "outside a visit nobody listens"
        visit = uuid4()
        standing = await standing_when(devices, lambda each: bool(each.told), visit, tells=both)
        assert {each.device.address for each in standing.told} == {mine.address}
        assert not another.device.connections
        assert devices.answer(Look(uuid4())).told == (), "another visit has nothing of it"
        assert devices.answer(Look(visit)).told == (), "and it is gone for good"


async def test_a_reading_comes_with_its_flags_and_a_broken_one_is_told_as_such(tmp_path: Path, air: Air) -> None:
    cuff = await air.add("Cuff", 0x1810, 0x2A35, indicates=True)
    async with running(tmp_path, radio_of(air)) as devices:
        await pair(devices, cuff)
        visit = uuid4()
        broken = await standing_when(devices, lambda each: bool(each.garbled), visit, tells=[(cuff, b"\x00\x78")])
        assert (broken.told, [each.address for each in broken.garbled]) == ((), [cuff.address])
        standing = await standing_when(devices, lambda each: bool(each.told), visit, tells=[(cuff, MOVED)])
        assert standing.garbled == ()
        assert standing.told[0].reading.flags == (Flag.BODY_MOVEMENT, Flag.IRREGULAR_PULSE)


async def test_what_goes_on_and_on_keeps_its_last_and_a_record_sent_twice_is_one(tmp_path: Path, air: Air) -> None:
    oximeter = await air.add("Oximeter", 0x1822, 0x2A5F, indicates=False)
    cuff = await air.add("Cuff", 0x1810, 0x2A35, indicates=True)
    timed = bytes.fromhex("02 7800 5000 5d00 ea070b1b091e00")
    async with running(tmp_path, radio_of(air)) as devices:
        await pair(devices, oximeter, Kind.OXIMETER)
        await pair(devices, cuff)
        visit, pulse = uuid4(), 60
        async with asyncio.timeout(WITHIN_S):
            told = devices.answer(Look(visit)).told
            while pulse < 70 or len(told) < 2:
                pulse += 1
                if oximeter.device.connections:
                    await oximeter.tell(struct.pack("<BHH", 0, 97, pulse))
                if cuff.device.connections:
                    await cuff.tell(timed)
                await asyncio.sleep(0.05)
                told = devices.answer(Look(visit)).told
        assert len(told) == 2
        assert {each.is_continuous for each in told} == {True, False}


async def test_a_device_that_is_forgotten_is_heard_no_more_also_after_a_restart(tmp_path: Path, air: Air) -> None:
    cuff = await air.add("Cuff", 0x1810, 0x2A35, indicates=True)
    async with running(tmp_path, radio_of(air)) as devices:
        await pair(devices, cuff)
    async with running(tmp_path, radio_of(air)) as devices:
        assert [each.name for each in devices.answer(Look(None)).bonded] == ["Cuff"], "bonds outlive the process"
        visit = uuid4()
        await standing_when(devices, lambda each: bool(each.told), visit, tells=[(cuff, PRESSURE)])
        assert devices.answer(Forget(cuff.address)).bonded == ()
        await standing_when(devices, lambda _: not cuff.device.connections, visit)
    async with running(tmp_path, radio_of(air)) as devices:
        assert devices.answer(Look(None)).bonded == ()


async def test_a_screen_that_says_nothing_any_more_ends_the_visit(tmp_path: Path, air: Air) -> None:
    cuff, clock = await air.add("Cuff", 0x1810, 0x2A35, indicates=True), Clock()
    async with running(tmp_path, radio_of(air), clock) as devices:
        await pair(devices, cuff)
        visit = uuid4()
        await standing_when(devices, lambda each: bool(each.told), visit, tells=[(cuff, PRESSURE)])
        clock.now_s += process.FORGOTTEN_AFTER_S + 1
        await until(lambda: _is_alone(cuff), within_s=WITHIN_S, what="the cuff to be let go")
        assert devices.answer(Look(visit)).told == ()


async def test_a_machine_without_bluetooth_says_so(tmp_path: Path) -> None:
    class NoScanner:
        def __init__(self, *_: Any, **__: Any) -> None:
            raise BleakError("no adapter")

    async with running(tmp_path, Radio(scanner=NoScanner)) as devices:
        await standing_when(devices, lambda each: each.radio is RadioState.MISSING)
        devices.answer(Search(Kind.OXIMETER))
        standing = await standing_when(devices, lambda each: not each.is_searching)
        assert standing.found == ()


async def test_a_radio_that_hangs_is_told_at_once_what_is_known(tmp_path: Path, air: Air) -> None:
    """The answers come from another thread than the radio's: nobody at the screen waits for a driver."""

    class Hanging(Radio):
        async def near(self, addresses: Set[str], for_s: float) -> set[str]:
            await asyncio.Event().wait()
            return set()

    radio = Hanging(scanner=air.scanner())
    async with running(tmp_path, radio):
        devices = Devices(tmp_path)

        async def is_told() -> bool:
            return (await asyncio.to_thread(devices.look, uuid4())).radio is RadioState.STARTING

        await until(is_told, within_s=20, what="what is known of a radio that hangs")
    assert Devices(tmp_path).look(None).radio is RadioState.SILENT, "and after the process has ended"


async def test_who_asks_for_the_devices_health_is_told_batteries_and_ends_no_visit(air: Air, tmp_path: Path) -> None:
    device = await air.add("Cuff", 0x1810, 0x2A35, indicates=True, battery_percent=84)
    clock, visit = Clock(), uuid4()
    async with running(tmp_path, Radio(scanner=air.scanner(), client=air.client()), clock) as devices:
        await pair(devices, device)
        await standing_when(devices, lambda standing: bool(standing.told), visit, tells=[(device, PRESSURE)])
        health = devices.answer(Health())
        assert health.batteries == {device.address: 84}
        assert devices.answer(Look(visit)).told, "the visit goes on"
        clock.now_s += process.FORGOTTEN_AFTER_S + 1
        devices.answer(Health())
        await standing_when(devices, lambda _: not devices.answer(Health()).told)
        assert devices.answer(Health()).batteries == {device.address: 84}
