"""Devices are found, paired and heard over a real GATT stack: what they send arrives, and nothing of a stranger's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kiosk.devices.radio import DeviceGone, Heard, Radio
from kiosk.devices.reading import Sign
from kiosk.virtual.bumble_link import Air, VirtualDevice

PRESSURE = bytes.fromhex("00 7800 5000 5d00")
GLUCOSE = bytes.fromhex("02 0700 ea070b1b091e00 69b0 11")
WITHIN_S = 20.0


@pytest.fixture
async def air() -> AsyncIterator[Air]:
    air = Air()
    await air.open()
    yield air
    await air.kiosk.power_off()


@pytest.fixture
def radio(air: Air) -> Radio:
    return Radio(scanner=air.scanner(), client=air.client())


async def cuff(air: Air, name: str = "Cuff") -> VirtualDevice:
    return await air.add(name, 0x1810, 0x2A35, indicates=True)


async def first_heard(
    radio: Radio, device: VirtualDevice, packet: bytes | None, batteries: list[int] | None = None
) -> Heard:
    """What is heard first, once the device has said the packet to its subscriber."""
    listening = radio.listen(device.address, (batteries if batteries is not None else []).append)
    waiting: asyncio.Task[Heard] = asyncio.create_task(anext(listening))  # type: ignore[arg-type]  # as wide as the tests need
    async with asyncio.timeout(WITHIN_S):
        while not waiting.done():
            if packet is not None and device.device.connections:
                await device.tell(packet)
            await asyncio.sleep(0.02)
    heard = await waiting
    await listening.aclose()
    return heard


async def test_devices_of_known_kinds_are_found(air: Air, radio: Radio) -> None:
    await cuff(air)
    await air.add("Oximeter", 0x1822, 0x2A5F, indicates=False)
    await air.add("Light bulb", 0x1815, 0x2A56, indicates=False)
    found = await radio.find(3.0)
    assert {(each.name, each.services) for each in found} == {("Cuff", (0x1810,)), ("Oximeter", (0x1822,))}


async def test_a_measurement_is_heard(air: Air, radio: Radio) -> None:
    heard = await first_heard(radio, await cuff(air), PRESSURE)
    assert heard.reading is not None
    assert [value.text for value in heard.reading.values] == ["120", "80", "93"]


@pytest.mark.parametrize("said, told", [(84, [84]), (0, [0]), (100, [100]), (101, []), (None, [])])
async def test_a_battery_is_told_by_devices_that_say_it_and_none_is_made_up(
    air: Air, radio: Radio, said: int | None, told: list[int]
) -> None:
    device = await air.add("Cuff", 0x1810, 0x2A35, indicates=True, battery_percent=said)
    batteries: list[int] = []
    await first_heard(radio, device, PRESSURE, batteries)
    assert batteries == told


async def test_two_patients_cuffs_are_told_apart_by_their_address(air: Air, radio: Radio) -> None:
    first, other = await cuff(air, "Cuff"), await cuff(air, "Cuff")
    heard = await first_heard(radio, other, bytes.fromhex("00 9600 5a00 6e00"))
    assert heard.address == other.address != first.address
    assert not first.device.connections


async def test_a_glucose_meter_is_asked_for_its_last_record(air: Air, radio: Radio) -> None:
    asked: list[bytes] = []

    async def answer(device: VirtualDevice, request: bytes) -> None:
        asked.append(request)
        await device.tell(GLUCOSE)

    meter = await air.add("Meter", 0x1808, 0x2A18, indicates=False, records=answer)
    heard = await first_heard(radio, meter, None)
    assert asked == [bytes((1, 6))]
    assert heard.reading is not None
    assert (heard.reading.sign, heard.reading.values[0].text) == (Sign.GLUCOSE, "105")


async def test_a_packet_without_sense_is_a_fault_and_no_reading(air: Air, radio: Radio) -> None:
    heard = await first_heard(radio, await cuff(air), b"\x00\x78")
    assert heard.reading is None
    assert "ends after 2 bytes" in heard.fault


async def test_listening_ends_when_the_device_switches_itself_off(air: Air, radio: Radio) -> None:
    device = await cuff(air)

    came = asyncio.Event()

    async def hear() -> int:
        number = 0
        async for _ in radio.listen(device.address):
            number += 1
            came.set()
        return number

    listening = asyncio.create_task(hear())
    async with asyncio.timeout(WITHIN_S):
        while not came.is_set():
            await device.tell(PRESSURE)
            await asyncio.sleep(0.02)
        await device.hang_up()
        assert await listening > 0


async def test_a_device_is_paired_with_this_kiosk(air: Air, radio: Radio) -> None:
    device = await cuff(air)
    paired: list[Any] = []

    def follow(connection: Any) -> None:
        connection.on("pairing", paired.append)

    device.device.on("connection", follow)
    await radio.pair(device.address)
    assert paired


async def test_a_device_that_is_not_there_is_gone(radio: Radio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.devices.radio.FIND_WITHIN_S", 0.2)
    with pytest.raises(DeviceGone, match="not in reach"):
        await anext(radio.listen("F0:00:00:00:00:77"))
