"""A device's reading as the observation that goes with a case; what is no number stays no number."""

from uuid import UUID

import msgspec

from kiosk.devices.packet import Special
from kiosk.devices.reading import Reading, Sign, Value
from server.contract.case import AbsentReason, Observation, ObservationComponent, Quantity
from server.contract.wire import Coding, Moment

LOINC = "http://loinc.org"


def to_observation(reading: Reading, *, observation_id: UUID, device: str, measured_at: Moment) -> Observation:
    """The observation of a final reading; ValueError for one that is not (`Reading.is_final`).

    `measured_at` is when the kiosk had it: a device's own clock has no zone, and goes along as it is. A value that
    the device could not give is absent as an error, with the device's word for it among the flags.
    """
    if not reading.is_final:
        raise ValueError("a reading that is not final is nobody's measurement")
    own = next((value for value in reading.values if value.sign is reading.sign), None)
    return Observation(
        observation_id=observation_id,
        code=_code(reading.sign),
        measured_at=measured_at,
        method="device",
        device=device,
        value=_quantity(own) if own else None,
        components=tuple(_component(value) for value in reading.values if value is not own),
        absent=_absent(own) if own else (AbsentReason.ERROR if not reading.values else None),
        flags=tuple(dict.fromkeys((*reading.flags, *_specials(reading)))),
        received_at=measured_at,
        device_clock=reading.device_time.isoformat(timespec="seconds") if reading.device_time else "",
    )


def _component(value: Value) -> ObservationComponent:
    return ObservationComponent(code=_code(value.sign), value=_quantity(value), absent=_absent(value))


def _quantity(value: Value) -> Quantity | None:
    """None also for a number that the contract has no room for: eleven digits are no vital sign."""
    try:
        return msgspec.convert({"text": value.text, "unit": value.unit}, Quantity)
    except msgspec.ValidationError:
        return None


def _absent(value: Value) -> AbsentReason | None:
    return AbsentReason.ERROR if _quantity(value) is None else None


def _specials(reading: Reading) -> tuple[str, ...]:
    return tuple(value.measured for value in reading.values if isinstance(value.measured, Special))


def _code(sign: Sign) -> Coding:
    return Coding(system=LOINC, code=sign)
