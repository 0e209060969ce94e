"""Reads the bytes of one GATT characteristic, little endian, and the medical numbers of IEEE 11073-20601."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class MalformedPacket(Exception):
    """A device sent what its service does not allow; the message says which, and nothing of it is used."""


class Special(StrEnum):
    """What stands in place of a number (IEEE 11073-20601, annex F.7); none of them is a value."""

    NOT_A_NUMBER = "not-a-number"
    NOT_AT_THIS_RESOLUTION = "not-at-this-resolution"
    ABOVE_RANGE = "above-range"
    BELOW_RANGE = "below-range"
    RESERVED = "reserved"


Measured = Decimal | Special

_SFLOAT = {
    0x07FE: Special.ABOVE_RANGE,
    0x07FF: Special.NOT_A_NUMBER,
    0x0800: Special.NOT_AT_THIS_RESOLUTION,
    0x0801: Special.RESERVED,
    0x0802: Special.BELOW_RANGE,
}
_FLOAT = {
    0x007FFFFE: Special.ABOVE_RANGE,
    0x007FFFFF: Special.NOT_A_NUMBER,
    0x00800000: Special.NOT_AT_THIS_RESOLUTION,
    0x00800001: Special.RESERVED,
    0x00800002: Special.BELOW_RANGE,
}


def sfloat(raw: int) -> Measured:
    """Four bits of exponent and twelve of mantissa, two's complement each; the digits stay as they were sent."""
    special = _SFLOAT.get(raw & 0x0FFF)
    return special or _decimal(_signed(raw & 0x0FFF, 12), _signed(raw >> 12, 4))


def float32(raw: int) -> Measured:
    """Eight bits of exponent and 24 of mantissa, two's complement each."""
    special = _FLOAT.get(raw & 0x00FFFFFF)
    return special or _decimal(_signed(raw & 0x00FFFFFF, 24), _signed(raw >> 24, 8))


def _signed(raw: int, bits: int) -> int:
    return raw - (1 << bits) if raw >> (bits - 1) else raw


def _decimal(mantissa: int, exponent: int) -> Decimal:
    digits = tuple(int(digit) for digit in str(abs(mantissa)))
    return Decimal((int(mantissa < 0), digits, exponent))


class Packet:
    """A value read from its beginning to its end; MalformedPacket where it is shorter, or longer than it says."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._at = 0

    def number(self, length_bytes: int) -> int:
        """The next unsigned number."""
        end = self._at + length_bytes
        if end > len(self._value):
            raise MalformedPacket(f"the packet ends after {len(self._value)} bytes, and {end} are announced")
        read = int.from_bytes(self._value[self._at : end], "little")
        self._at = end
        return read

    def signed(self, length_bytes: int) -> int:
        return _signed(self.number(length_bytes), 8 * length_bytes)

    def sfloat(self) -> Measured:
        return sfloat(self.number(2))

    def float32(self) -> Measured:
        return float32(self.number(4))

    def local_time(self) -> datetime | None:
        """The device's own clock, whose zone it does not say; None where year, month or day are not known.

        GATT Specification Supplement, 3.70: zero is "not known", every other number must be one of a calendar.
        """
        year, month, day, hour, minute, second = (self.number(length) for length in (2, 1, 1, 1, 1, 1))
        if not (year and month and day):
            return None
        try:
            # The zone is whatever somebody set the device's clock to.
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (see above)
        except ValueError as error:
            raise MalformedPacket(f"no such time: {error}") from error

    @property
    def left_bytes(self) -> int:
        return len(self._value) - self._at

    def end(self) -> None:
        """Nothing may follow: what does was not understood, so neither was what came before."""
        if self.left_bytes:
            raise MalformedPacket(f"{self.left_bytes} bytes follow that the packet's flags do not announce")
