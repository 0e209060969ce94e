"""The kinds of devices that a worker chooses among, each by the service of the Bluetooth SIG that it offers."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    BLOOD_PRESSURE = "blood-pressure"
    OXIMETER = "oximeter"
    THERMOMETER = "thermometer"
    GLUCOSE = "glucose"
    SCALE = "scale"
    HEART_RATE = "heart-rate"


SERVICE_OF = {
    Kind.BLOOD_PRESSURE: 0x1810,
    Kind.OXIMETER: 0x1822,
    Kind.THERMOMETER: 0x1809,
    Kind.GLUCOSE: 0x1808,
    Kind.SCALE: 0x181D,
    Kind.HEART_RATE: 0x180D,
}
CONTINUOUS = frozenset({0x2A5F, 0x2A37})
"""Characteristics that tell a value every second for as long as they are worn: nobody is asked about each."""


class Found(Struct, frozen=True):
    """A device that advertises a service that we read."""

    address: str
    name: str
    services: tuple[int, ...]
    rssi_dbm: int
