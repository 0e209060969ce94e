"""Devices that do not exist, over bumble's link in memory: each measures by itself some seconds after it was reached.

Their values are made up and their names say so. For `./dev kiosk` on a machine without a radio, never for a patient.
"""

import asyncio
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import cycle
from zoneinfo import ZoneInfo

from msgspec import Struct

from kiosk.devices.radio import Radio
from kiosk.virtual.bumble_link import Air, VirtualDevice

MEASURES_AFTER_S = 3.0
QUIET_FOR_S = 150.0
EVERY_S = 1.0
_LOOK_EVERY_S = 0.2

MakePacket = Callable[[datetime], bytes]


class Made(Struct, frozen=True, kw_only=True):
    """A device that is made up: its packets come in turn, one a measurement."""

    name: str
    service: int
    measurement: int
    rssi_dbm: int
    battery_percent: int | None = None
    packets: tuple[MakePacket, ...]
    indicates: bool = True
    is_continuous: bool = False
    has_records: bool = False


@asynccontextmanager
async def open_ward(zone: str) -> AsyncGenerator[Radio]:
    """A radio that reaches all of `WARD`; their clocks are set to the local time of `zone`."""
    air = Air()
    await air.open()
    tasks = [asyncio.create_task(_live(air, made, ZoneInfo(zone))) for made in WARD]
    try:
        yield Radio(scanner=air.scanner(), client=air.client())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await air.kiosk.power_off()


async def _live(air: Air, made: Made, zone: ZoneInfo) -> None:
    packets = cycle(made.packets)

    async def tell_record(device: VirtualDevice, _: bytes) -> None:
        await device.tell(next(packets)(datetime.now(zone)))

    device = await air.add(
        made.name,
        made.service,
        made.measurement,
        indicates=made.indicates,
        rssi_dbm=made.rssi_dbm,
        battery_percent=made.battery_percent,
        records=tell_record if made.has_records else None,
    )
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        if not device.device.connections:
            device.is_subscribed = False
        if not device.is_subscribed:
            continue
        await asyncio.sleep(EVERY_S if made.is_continuous else MEASURES_AFTER_S)
        if not made.has_records and device.device.connections:
            await device.tell(next(packets)(datetime.now(zone)))
        if not made.is_continuous:
            await asyncio.sleep(EVERY_S)
            # As most do: one measurement, then off.
            await device.device.stop_advertising()
            await device.hang_up()
            await asyncio.sleep(QUIET_FOR_S)
            await device.device.start_advertising(auto_restart=True)


def pressure(upper: int, lower: int, pulse: int, status: int = 0) -> MakePacket:
    """2A35 with time, pulse and status."""
    mean = lower + (upper - lower) // 3
    return lambda at: struct.pack("<BHHH", 0x16, upper, lower, mean) + _time(at) + struct.pack("<HH", pulse, status)


def temperature(tenths: int) -> MakePacket:
    """2A1C in degrees Celsius, one digit behind the point."""
    return lambda _: struct.pack("<BI", 0x00, (0xFF << 24) | tenths)


def oximetry(saturation: int, pulse: int) -> MakePacket:
    """2A5F, the ordinary pair alone."""
    return lambda _: struct.pack("<BHH", 0x00, saturation, pulse)


def weight(grams: int) -> MakePacket:
    return lambda _: struct.pack("<BH", 0x00, grams // 5)


def glucose(mg_per_dl: int) -> MakePacket:
    """2A18 with a concentration in kg/L: mg/dL is that times ten to the fifth."""
    return lambda at: struct.pack("<BH", 0x02, 7) + _time(at) + struct.pack("<HB", 0xB000 | mg_per_dl, 0x11)


def _time(at: datetime) -> bytes:
    return struct.pack("<HBBBBB", at.year, at.month, at.day, at.hour, at.minute, at.second)


MOVED_AND_IRREGULAR = 0b101
WARD = (
    Made(
        name="Virtual cuff A",
        service=0x1810,
        measurement=0x2A35,
        rssi_dbm=-44,
        battery_percent=84,
        packets=(pressure(128, 82, 74), pressure(141, 88, 79, MOVED_AND_IRREGULAR)),
    ),
    Made(name="Virtual cuff B", service=0x1810, measurement=0x2A35, rssi_dbm=-71, packets=(pressure(117, 75, 66),)),
    Made(
        name="Virtual oximeter",
        service=0x1822,
        measurement=0x2A5F,
        rssi_dbm=-50,
        battery_percent=61,
        indicates=False,
        is_continuous=True,
        packets=tuple(oximetry(97, pulse) for pulse in (71, 72, 72, 73, 72)),
    ),
    Made(
        name="Virtual thermometer",
        service=0x1809,
        measurement=0x2A1C,
        rssi_dbm=-47,
        packets=(temperature(372), temperature(374)),
    ),
    Made(name="Virtual scale", service=0x181D, measurement=0x2A9D, rssi_dbm=-63, packets=(weight(61_350),)),
    Made(
        name="Virtual glucose meter",
        service=0x1808,
        measurement=0x2A18,
        rssi_dbm=-58,
        indicates=False,
        has_records=True,
        packets=(glucose(104),),
    ),
)
