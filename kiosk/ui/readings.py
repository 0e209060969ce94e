"""What a device measured, as the screen tells it: its name, its numbers as sent, its unit, and its doubts in words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from kiosk.devices.observing import to_observation
from kiosk.devices.reading import Flag, Reading, Sign
from kiosk.devices.standing import Standing, Told
from kiosk.words import N_
from server.contract.case import Observation
from server.contract.wire import Moment

SIGNS: dict[str, str] = {
    Sign.BLOOD_PRESSURE: N_("Blood pressure"),
    Sign.SYSTOLIC: N_("Upper"),
    Sign.DIASTOLIC: N_("Lower"),
    Sign.MEAN_PRESSURE: N_("Mean"),
    Sign.HEART_RATE: N_("Pulse"),
    Sign.OXYGEN_SATURATION: N_("Oxygen saturation"),
    Sign.TEMPERATURE: N_("Temperature"),
    Sign.GLUCOSE: N_("Blood sugar"),
    Sign.GLUCOSE_MOLAR: N_("Blood sugar"),
    Sign.WEIGHT: N_("Weight"),
    Sign.BREATHING: N_("Breathing"),
}
UNITS = {
    "mm[Hg]": "mmHg",
    "/min": N_("a minute"),
    "Cel": "°C",
    "[degF]": "°F",
    "[lb_av]": N_("pounds"),
}
"""By UCUM; what is not here is written as it is."""
DOUBTS: dict[str, str] = {
    Flag.BODY_MOVEMENT: N_("The patient moved during the measurement."),
    Flag.CUFF_TOO_LOOSE: N_("The cuff was too loose."),
    Flag.IRREGULAR_PULSE: N_("The pulse was irregular."),
    Flag.PULSE_ABOVE_RANGE: N_("The pulse was faster than the device can measure."),
    Flag.PULSE_BELOW_RANGE: N_("The pulse was slower than the device can measure."),
    Flag.IMPROPER_POSITION: N_("The device was not held at the right height."),
    Flag.ONGOING: N_("The device is still measuring."),
    Flag.EARLY_ESTIMATE: N_("This is an early estimate."),
    Flag.QUESTIONABLE: N_("The device doubts this value."),
    Flag.INVALID: N_("The device says that this value is not valid."),
    Flag.POOR_SIGNAL: N_("The signal was poor."),
    Flag.LOW_PERFUSION: N_("There was little blood under the sensor: warm the finger."),
    Flag.NO_SKIN_CONTACT: N_("The sensor did not touch the skin."),
    Flag.SENSOR_FAULT: N_("The sensor has a fault."),
    Flag.DEMONSTRATION: N_("The device is in demonstration mode."),
    Flag.CALIBRATING: N_("The device is calibrating."),
    Flag.LOW_BATTERY: N_("The device’s battery is low."),
    Flag.ABOVE_RANGE: N_("The value is higher than the device can measure."),
    Flag.BELOW_RANGE: N_("The value is lower than the device can measure."),
    Flag.CONTROL_SOLUTION: N_("This was control solution, not blood."),
    Flag.STORED: N_("This comes out of the device’s memory: it may be of another patient."),
    "not-a-number": N_("The device has no value for a part of it."),
    "not-at-this-resolution": N_("The device has no value for a part of it."),
    "above-range": N_("The value is higher than the device can measure."),
    "below-range": N_("The value is lower than the device can measure."),
    "reserved": N_("The device has no value for a part of it."),
}
METHODS = {
    "device": N_("sent by the device"),
    "manual": N_("typed by hand"),
    "camera": N_("read by the camera, investigational"),
}
LONGEST_NAME = 120
NOT_JUST_NOW = timedelta(minutes=10)


class Line(Struct, frozen=True):
    """A number with its unit; without a number `text` is empty, and no reading is never a normal one."""

    words: str
    text: str
    unit: str


class Offer(Struct, frozen=True, kw_only=True):
    """A reading that the worker keeps or discards. Without an observation there is nothing to keep."""

    reading_id: str
    words: str
    device: str
    received_at: datetime
    observation: Observation | None
    doubts: tuple[str, ...]
    device_clock: datetime | None
    """Where the device's own clock says that it was not measured just now."""


def offer_of(told: Told, zone: str) -> Offer:
    reading = told.reading
    observation = None
    if reading.is_final:
        at = Moment(at=told.received_at, zone=zone)
        device = f"{told.device.name[:LONGEST_NAME]} {told.device.address}"
        observation = to_observation(reading, observation_id=told.reading_id, device=device, measured_at=at)
    flags = observation.flags if observation else reading.flags
    return Offer(
        reading_id=str(told.reading_id),
        words=SIGNS[reading.sign],
        device=told.device.label,
        received_at=told.received_at,
        observation=observation,
        doubts=doubts_of(flags),
        device_clock=_clock_apart(reading, told.received_at, zone),
    )


def next_told(standing: Standing, decided: Iterable[str]) -> Told | None:
    """The oldest that nobody has decided about; what goes on and on is taken when somebody asks for it."""
    done = set(decided)
    return next((each for each in standing.told if not each.is_continuous and str(each.reading_id) not in done), None)


def lines_of(observation: Observation) -> list[Line]:
    """Of a blood pressure its two numbers first, then what came with them."""
    own = [(observation.code.code, observation.value)] if observation.value or not observation.components else []
    values = [*own, *((each.code.code, each.value) for each in observation.components)]
    return [
        Line(SIGNS.get(code, code), value.text if value else "", _unit(value.unit) if value else "")
        for code, value in values
    ]


def short_of(observation: Observation) -> list[Line]:
    """For a list: a blood pressure as people say it, `128/82`, with the pulse; all else as it is."""
    if observation.code.code != Sign.BLOOD_PRESSURE:
        return lines_of(observation)
    given = {each.code.code: each.value for each in observation.components}
    upper, lower, pulse = (given.get(sign) for sign in (Sign.SYSTOLIC, Sign.DIASTOLIC, Sign.HEART_RATE))
    if upper is None or lower is None:
        return lines_of(observation)
    both = Line("", f"{upper.text}/{lower.text}", _unit(upper.unit))
    return [both, Line(SIGNS[Sign.HEART_RATE], pulse.text, _unit(pulse.unit))] if pulse else [both]


def live_lines(told: Told) -> list[Line]:
    return [
        Line(SIGNS[value.sign], value.text, _unit(value.unit) if value.text else "") for value in told.reading.values
    ]


def doubts_of(flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(DOUBTS.get(flag, flag) for flag in flags))


def sign_words(code: str) -> str:
    return SIGNS.get(code, code)


def sign_of(observation: Observation) -> str:
    return sign_words(observation.code.code)


def _unit(ucum: str) -> str:
    return UNITS.get(ucum, ucum)


def _clock_apart(reading: Reading, received_at: datetime, zone: str) -> datetime | None:
    """A clock that nobody set is no reason to throw away, and one that is right may tell of another patient."""
    if reading.device_time is None:
        return None
    here = received_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return reading.device_time if abs(here - reading.device_time) > NOT_JUST_NOW else None
