"""Decodes the measurement characteristics of the Bluetooth SIG's health services: flags first, then what they announce.

The layouts are those of the GATT Specification Supplement and of each service's specification, named at its function.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from kiosk.devices.packet import MalformedPacket, Measured, Packet, Special
from kiosk.devices.reading import Flag, Reading, Sign, Value

_NO_USER = 0xFF
_UNSUCCESSFUL_WEIGHT = 0xFFFF
_CONTROL_SOLUTION = 0x0A
_PRESSURE_STATUS = {
    0: Flag.BODY_MOVEMENT,
    1: Flag.CUFF_TOO_LOOSE,
    2: Flag.IRREGULAR_PULSE,
    5: Flag.IMPROPER_POSITION,
}
# Bits 3 and 4 together: 1 is above the range, 2 below.
_PULSE_RANGE = {1: (Flag.PULSE_ABOVE_RANGE,), 2: (Flag.PULSE_BELOW_RANGE,)}
_GLUCOSE_STATUS = {
    0: Flag.LOW_BATTERY,
    1: Flag.SENSOR_FAULT,
    2: Flag.QUESTIONABLE,  # too little blood
    3: Flag.SENSOR_FAULT,  # strip not well in
    4: Flag.SENSOR_FAULT,  # strip of another kind
    5: Flag.ABOVE_RANGE,
    6: Flag.BELOW_RANGE,
    7: Flag.QUESTIONABLE,  # too hot
    8: Flag.QUESTIONABLE,  # too cold
    9: Flag.INVALID,  # strip pulled out too soon
    10: Flag.SENSOR_FAULT,
}
_MEASUREMENT_STATUS = {
    5: Flag.ONGOING,
    6: Flag.EARLY_ESTIMATE,
    9: Flag.STORED,
    10: Flag.DEMONSTRATION,
    11: Flag.DEMONSTRATION,  # data for testing
    12: Flag.CALIBRATING,
    13: Flag.INVALID,  # unavailable
    14: Flag.QUESTIONABLE,
    15: Flag.INVALID,
}
_SENSOR_STATUS = {
    1: Flag.SENSOR_FAULT,
    2: Flag.QUESTIONABLE,
    3: Flag.POOR_SIGNAL,
    4: Flag.POOR_SIGNAL,
    5: Flag.LOW_PERFUSION,
    6: Flag.POOR_SIGNAL,
    7: Flag.POOR_SIGNAL,
    8: Flag.QUESTIONABLE,
    10: Flag.SENSOR_FAULT,
    11: Flag.NO_SKIN_CONTACT,
    12: Flag.SENSOR_FAULT,
    13: Flag.NO_SKIN_CONTACT,
    14: Flag.SENSOR_FAULT,
    15: Flag.SENSOR_FAULT,
}


def blood_pressure(value: bytes) -> Reading:
    """2A35, Blood Pressure Service 1.1.1: systolic, diastolic, mean, then time, pulse, user and status if flagged."""
    packet = Packet(value)
    flags = packet.number(1)
    unit = "kPa" if flags & 0x01 else "mm[Hg]"
    signs = (Sign.SYSTOLIC, Sign.DIASTOLIC, Sign.MEAN_PRESSURE)
    values = [Value(sign, unit, packet.sfloat()) for sign in signs]
    at = packet.local_time() if flags & 0x02 else None
    if flags & 0x04:
        values.append(Value(Sign.HEART_RATE, "/min", packet.sfloat()))
    user = packet.number(1) if flags & 0x08 else _NO_USER
    status = packet.number(2) if flags & 0x10 else 0
    packet.end()
    return Reading(
        sign=Sign.BLOOD_PRESSURE,
        values=tuple(values),
        flags=(*_told(status, _PRESSURE_STATUS), *_PULSE_RANGE.get(status >> 3 & 0x03, ())),
        device_time=at,
        user=None if user == _NO_USER else user,
    )


def oximeter_spot_check(value: bytes) -> Reading:
    """2A5E, Pulse Oximeter Service 1.0.1: saturation and pulse, then time and what the device says of itself."""
    packet = Packet(value)
    flags = packet.number(1)
    values = _saturation_and_pulse(packet)
    at = packet.local_time() if flags & 0x01 else None
    status = packet.number(2) if flags & 0x02 else 0
    sensor = packet.number(3) if flags & 0x04 else 0
    if flags & 0x08:
        packet.sfloat()  # pulse amplitude index
    packet.end()
    is_clock_set = not flags & 0x10
    return Reading(
        sign=Sign.OXYGEN_SATURATION,
        values=values,
        flags=_of_oximeter(status, sensor),
        device_time=at if is_clock_set else None,
    )


def oximeter_continuous(value: bytes) -> Reading:
    """2A5F, Pulse Oximeter Service 1.0.1: the ordinary pair, with the fast and the slow one behind it."""
    packet = Packet(value)
    flags = packet.number(1)
    values = _saturation_and_pulse(packet)
    for announced in (0x01, 0x02):
        if flags & announced:
            _saturation_and_pulse(packet)
    status = packet.number(2) if flags & 0x04 else 0
    sensor = packet.number(3) if flags & 0x08 else 0
    if flags & 0x10:
        packet.sfloat()
    packet.end()
    return Reading(sign=Sign.OXYGEN_SATURATION, values=values, flags=_of_oximeter(status, sensor))


def temperature(value: bytes) -> Reading:
    """2A1C, Health Thermometer Service 1.0: one number in °C or °F, then time and the place it was taken at."""
    packet = Packet(value)
    flags = packet.number(1)
    measured = Value(Sign.TEMPERATURE, "[degF]" if flags & 0x01 else "Cel", packet.float32())
    at = packet.local_time() if flags & 0x02 else None
    if flags & 0x04:
        packet.number(1)
    packet.end()
    return Reading(sign=Sign.TEMPERATURE, values=(measured,), device_time=at)


def glucose(value: bytes) -> Reading:
    """2A18, Glucose Service 1.0: a record with its number and time; the concentration is per litre in SI units.

    Its exponent is moved to the unit that people use, so that every digit stays: kg/L to mg/dL, mol/L to mmol/L.
    """
    packet = Packet(value)
    flags, sequence = packet.number(1), packet.number(2)
    at = packet.local_time()
    if flags & 0x01:
        # The clock that its user sees runs beside the base time by so many minutes.
        at = at and at + timedelta(minutes=packet.signed(2))
    values, is_control = tuple[Value, ...](), False
    sign, unit, shift = (Sign.GLUCOSE_MOLAR, "mmol/L", 3) if flags & 0x04 else (Sign.GLUCOSE, "mg/dL", 5)
    if flags & 0x02:
        values = (Value(sign, unit, _shifted(packet.sfloat(), shift)),)
        is_control = packet.number(1) & 0x0F == _CONTROL_SOLUTION
    status = packet.number(2) if flags & 0x08 else 0
    packet.end()
    told = (*_told(status, _GLUCOSE_STATUS), *((Flag.CONTROL_SOLUTION,) if is_control else ()))
    return Reading(sign=sign, values=values, flags=told, device_time=at, sequence=sequence)


def weight(value: bytes) -> Reading:
    """2A9D, Weight Scale Service 1.0: kilogrammes in steps of 5 g, or pounds in steps of 0.01."""
    packet = Packet(value)
    flags = packet.number(1)
    raw = packet.number(2)
    unit, step = ("[lb_av]", Decimal("0.01")) if flags & 0x01 else ("kg", Decimal("0.005"))
    measured: Measured = Special.NOT_A_NUMBER if raw == _UNSUCCESSFUL_WEIGHT else raw * step
    at = packet.local_time() if flags & 0x02 else None
    user = packet.number(1) if flags & 0x04 else _NO_USER
    if flags & 0x08:
        packet.number(4)  # body mass index and height
    packet.end()
    return Reading(
        sign=Sign.WEIGHT,
        values=(Value(Sign.WEIGHT, unit, measured),),
        device_time=at,
        user=None if user == _NO_USER else user,
    )


def heart_rate(value: bytes) -> Reading:
    """2A37, Heart Rate Service 1.0: beats a minute in one byte or two, then energy and intervals."""
    packet = Packet(value)
    flags = packet.number(1)
    rate = Decimal(packet.number(2 if flags & 0x01 else 1))
    if flags & 0x08:
        packet.number(2)
    if flags & 0x10:
        if packet.left_bytes % 2 or not packet.left_bytes:
            raise MalformedPacket(f"intervals in {packet.left_bytes} bytes")
        while packet.left_bytes:
            packet.number(2)
    packet.end()
    # Bit 2 says that the device can tell whether it touches skin, bit 1 that it does.
    is_apart = bool(flags & 0x04) and not flags & 0x02
    return Reading(
        sign=Sign.HEART_RATE,
        values=(Value(Sign.HEART_RATE, "/min", rate),),
        flags=(Flag.NO_SKIN_CONTACT,) if is_apart else (),
    )


DECODERS: Mapping[int, Callable[[bytes], Reading]] = {
    0x2A35: blood_pressure,
    0x2A5E: oximeter_spot_check,
    0x2A5F: oximeter_continuous,
    0x2A1C: temperature,
    0x2A18: glucose,
    0x2A9D: weight,
    0x2A37: heart_rate,
}
"""By the 16-bit number of the measurement characteristic."""
SERVICES: Mapping[int, tuple[int, ...]] = {
    0x1810: (0x2A35,),
    0x1822: (0x2A5E, 0x2A5F),
    0x1809: (0x2A1C,),
    0x1808: (0x2A18,),
    0x181D: (0x2A9D,),
    0x180D: (0x2A37,),
}
"""The services that are looked for, each with its measurement characteristics."""


def _saturation_and_pulse(packet: Packet) -> tuple[Value, ...]:
    return (
        Value(Sign.OXYGEN_SATURATION, "%", packet.sfloat()),
        Value(Sign.HEART_RATE, "/min", packet.sfloat()),
    )


def _of_oximeter(status: int, sensor: int) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys((*_told(status, _MEASUREMENT_STATUS), *_told(sensor, _SENSOR_STATUS))))


def _told(bits: int, meanings: Mapping[int, Flag]) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys(flag for bit, flag in meanings.items() if bits >> bit & 1))


def _shifted(measured: Measured, places: int) -> Measured:
    return measured if isinstance(measured, Special) else measured.scaleb(places)
