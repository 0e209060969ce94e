"""One reading of a device: its values as sent, in units of UCUM, with everything the device said about them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from kiosk.devices.packet import Measured, Special


class Sign(StrEnum):
    """What was measured, by its LOINC code."""

    BLOOD_PRESSURE = "85354-9"
    SYSTOLIC = "8480-6"
    DIASTOLIC = "8462-4"
    MEAN_PRESSURE = "8478-0"
    HEART_RATE = "8867-4"
    OXYGEN_SATURATION = "59408-5"
    TEMPERATURE = "8310-5"
    GLUCOSE = "2339-0"
    GLUCOSE_MOLAR = "15074-8"
    """Moles in a volume: the same blood sugar, another property, so another code."""
    WEIGHT = "29463-7"
    BREATHING = "9279-1"


class Flag(StrEnum):
    """What the device says of its own measurement, as the services name it."""

    BODY_MOVEMENT = "body-movement"
    CUFF_TOO_LOOSE = "cuff-too-loose"
    IRREGULAR_PULSE = "irregular-pulse"
    PULSE_ABOVE_RANGE = "pulse-above-range"
    PULSE_BELOW_RANGE = "pulse-below-range"
    IMPROPER_POSITION = "improper-position"
    ONGOING = "measurement-ongoing"
    """Not the last value: the device is still measuring."""
    EARLY_ESTIMATE = "early-estimate"
    QUESTIONABLE = "questionable"
    INVALID = "invalid"
    POOR_SIGNAL = "poor-signal"
    LOW_PERFUSION = "low-perfusion"
    NO_SKIN_CONTACT = "no-skin-contact"
    SENSOR_FAULT = "sensor-fault"
    DEMONSTRATION = "demonstration-data"
    CALIBRATING = "calibrating"
    LOW_BATTERY = "low-battery"
    ABOVE_RANGE = "above-range"
    BELOW_RANGE = "below-range"
    CONTROL_SOLUTION = "control-solution"
    """Measured to check the device: no blood of anybody."""
    STORED = "stored-earlier"
    """Out of the device's memory: it may be of another patient."""


class Value(Struct, frozen=True):
    """A number exactly as it was sent, or the service's own word for why there is none."""

    sign: Sign
    unit: str
    """UCUM."""
    measured: Measured

    @property
    def number(self) -> Decimal | None:
        return None if isinstance(self.measured, Special) else self.measured

    @property
    def text(self) -> str:
        """With the digits that the device sent, without exponent; empty where there is no number."""
        return "" if self.number is None else f"{self.number:f}"


class Reading(Struct, frozen=True, kw_only=True):
    """What one packet told. `device_time` is the device's own clock, which has no zone and may be wrong."""

    sign: Sign
    values: tuple[Value, ...]
    flags: tuple[Flag, ...] = ()
    device_time: datetime | None = None
    user: int | None = None
    """The device's own number for whom it measured; devices of one household have several."""
    sequence: int | None = None

    @property
    def is_final(self) -> bool:
        """Whether it may stand as somebody's measurement: complete, of a patient, and not called invalid."""
        return not {Flag.ONGOING, Flag.INVALID, Flag.DEMONSTRATION, Flag.CALIBRATING, Flag.CONTROL_SOLUTION} & set(
            self.flags
        )
