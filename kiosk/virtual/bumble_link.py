"""bleak on bumble's link in memory: a real GATT stack on both ends, without a radio."""

import struct
from collections.abc import Callable
from typing import Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bleak.uuids import normalize_uuid_str
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink

Properties = Characteristic.Properties
_PROPERTIES = {
    Properties.READ: "read",
    Properties.WRITE: "write",
    Properties.NOTIFY: "notify",
    Properties.INDICATE: "indicate",
}
MTU_PAYLOAD_BYTES = 20
UNKNOWN_DBM = 127
"""As the core specification says it (Vol 4, Part E, 7.7.65.2)."""


class VirtualDevice:
    """A medical device on the link: one service that measures, told to whoever subscribed."""

    def __init__(self, device: Device, measurement: Any, address: str) -> None:
        self.device = device
        self.measurement = measurement
        self.address = address
        self.is_subscribed = False
        measurement.on("subscription", self._note)

    async def tell(self, packet: bytes) -> None:
        """Send a packet to every subscriber, in the way that its service wants."""
        if self.measurement.properties & Properties.INDICATE:
            await self.device.indicate_subscribers(self.measurement, packet)
        else:
            await self.device.notify_subscribers(self.measurement, packet)

    def _note(self, _: Any, notifies: bool, indicates: bool) -> None:
        self.is_subscribed = notifies or indicates

    async def hang_up(self) -> None:
        self.is_subscribed = False
        for connection in list(self.device.connections.values()):
            await connection.disconnect()


class Air:
    """The link and the kiosk's end of it; `scanner` and `client` are what bleak is to use."""

    def __init__(self) -> None:
        self.link = LocalLink()
        self.kiosk: Any = None
        self._rssi_dbm: dict[str, int] = {}

    async def open(self) -> None:
        self.kiosk = await self._power_on("kiosk", "F0:00:00:00:00:FF")

    async def add(
        self,
        name: str,
        service: int,
        measurement: int,
        *,
        indicates: bool,
        rssi_dbm: int = -50,
        battery_percent: int | None = None,
        records: Callable[["VirtualDevice", bytes], Any] | None = None,
    ) -> VirtualDevice:
        """A device that advertises; `records` is what its record access does with what is written to it."""
        number = len(self.link.controllers)
        address = f"F0:00:00:00:00:{number:02X}"
        way = Properties.INDICATE if indicates else Properties.NOTIFY
        measures = Characteristic(UUID.from_16_bits(measurement), way, Characteristic.Permissions(0), b"")
        made: list[VirtualDevice] = []
        characteristics = [measures]
        if records is not None:
            characteristics.append(_record_access(lambda value: records(made[0], value)))
        services = [Service(UUID.from_16_bits(service), characteristics)]
        if battery_percent is not None:
            services.append(_battery(battery_percent))
        device = await self._power_on(name, address, services)
        device.advertising_data = bytes(
            AdvertisingData(
                [
                    (AdvertisingData.COMPLETE_LOCAL_NAME, name.encode()),
                    (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, struct.pack("<H", service)),
                ]
            )
        )
        await device.start_advertising(auto_restart=True)
        self._rssi_dbm[address] = rssi_dbm
        made.append(VirtualDevice(device, measures, address))
        return made[0]

    async def _power_on(self, name: str, address: str, services: list[Service] | None = None) -> Any:
        controller = Controller(name, link=self.link, public_address=address)
        device: Any = Device(name=name, address=Address(address), host=Host(controller, controller))
        for service in services or ():
            device.add_service(service)
        await device.power_on()
        return device

    def scanner(self) -> Any:
        return type("Scanner", (_Scanner,), {"kiosk": self.kiosk, "rssi_dbm": self._rssi_dbm})

    def client(self) -> Any:
        return type("Client", (_Client,), {"kiosk": self.kiosk})


class _Scanner(BaseBleakScanner):
    kiosk: Any
    """The kiosk's end of the link; set by a subclass for each."""
    rssi_dbm: dict[str, int]
    """How strongly each address is heard: on a link in memory all are equally near."""

    def __init__(self, detection_callback: Any, service_uuids: Any, *_: Any, **__: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        self.kiosk.on("advertisement", self._seen)
        await self.kiosk.start_scanning()

    async def stop(self) -> None:
        await self.kiosk.stop_scanning()
        self.kiosk.remove_listener("advertisement", self._seen)

    def _seen(self, advertised: Any) -> None:
        listed: list[Any] = advertised.data.get(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS) or []
        name = advertised.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        address = str(advertised.address).partition("/")[0]
        told = AdvertisementData(
            local_name=name,
            manufacturer_data={},
            service_data={},
            service_uuids=[_uuid(each) for each in listed],
            tx_power=None,
            rssi=self.rssi_dbm.get(address, UNKNOWN_DBM),
            platform_data=(advertised,),
        )
        device = self.create_or_update_device(address, address, name, advertised, told)
        self.call_detection_callbacks(device, told)


class _Client(BaseBleakClient):
    kiosk: Any

    def __init__(self, device: Any, services: Any = None, **options: Any) -> None:
        wanted = {name: options[name] for name in ("disconnected_callback", "timeout") if name in options}
        super().__init__(device, **wanted)
        self._device = device
        self._connection: Any = None

    @property
    def name(self) -> str:
        return self._device.name

    @property
    def mtu_size(self) -> int:
        return MTU_PAYLOAD_BYTES + 3

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool = False, **_: Any) -> None:
        self._connection = await self.kiosk.connect(self._device.details.address)
        self._connection.on("disconnection", self._lost)
        if pair:
            await self._connection.pair()
        peer = Peer(self._connection)
        await peer.discover_all()
        self.services = _services_of(peer)

    def _lost(self, _: Any) -> None:
        self._connection = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect()

    async def pair(self, *_: Any, **__: Any) -> None:
        await self._connection.pair()

    async def unpair(self) -> None:
        raise BleakError("nothing here is unpaired")

    async def read_gatt_char(self, characteristic: Any, **_: Any) -> bytearray:
        return bytearray(await characteristic.obj.read_value())

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
        raise BleakError("no descriptor is read here")

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        await characteristic.obj.write_value(bytes(data), with_response=response)

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
        raise BleakError("no descriptor is written here")

    async def start_notify(self, characteristic: Any, callback: Any, **_: Any) -> None:
        def told(value: bytes) -> None:
            callback(bytearray(value))

        await characteristic.obj.subscribe(told)

    async def stop_notify(self, characteristic: Any) -> None:
        await characteristic.obj.unsubscribe()


def _services_of(peer: Any) -> BleakGATTServiceCollection:
    collection = BleakGATTServiceCollection()
    for service in peer.services:
        shown = BleakGATTService(service, service.handle, _uuid(service.uuid))
        collection.add_service(shown)
        for each in service.characteristics:
            properties: Any = [name for flag, name in _PROPERTIES.items() if each.properties & flag]
            collection.add_characteristic(
                BleakGATTCharacteristic(
                    each, each.handle, _uuid(each.uuid), properties, lambda: MTU_PAYLOAD_BYTES, shown
                )
            )
    return collection


def _battery(percent: int) -> Service:
    readable = Characteristic.Permissions.READABLE
    level = Characteristic(UUID.from_16_bits(0x2A19), Properties.READ, readable, bytes((percent,)))
    return Service(UUID.from_16_bits(0x180F), [level])


def _record_access(written: Callable[[bytes], Any]) -> Characteristic[Any]:
    from bumble.att import AttributeValue  # noqa: PLC0415  (only glucose meters have one)

    def write(_: Any, value: bytes) -> Any:
        return written(value)

    permissions = Characteristic.Permissions.WRITEABLE
    value: Any = AttributeValue(write=write)
    return Characteristic(UUID.from_16_bits(0x2A52), Properties.WRITE | Properties.INDICATE, permissions, value)


def _uuid(value: Any) -> str:
    return normalize_uuid_str(value.to_hex_str("-").lower())
