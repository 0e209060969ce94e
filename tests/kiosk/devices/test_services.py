"""What devices send is read as the services say, to the digit; whatever is no measurement is refused or marked so."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.devices.observing import to_observation
from kiosk.devices.packet import MalformedPacket, Measured, Special, float32, sfloat
from kiosk.devices.reading import Flag, Reading, Sign
from kiosk.devices.services import DECODERS
from server.contract.case import AbsentReason, Observation, Quantity
from server.contract.wire import Moment

AT = Moment(at=datetime(2026, 11, 27, 9, tzinfo=UTC), zone="Africa/Freetown")
PRESSURE, SPOT, CONTINUOUS, TEMPERATURE, GLUCOSE, WEIGHT, HEART = 0x2A35, 0x2A5E, 0x2A5F, 0x2A1C, 0x2A18, 0x2A9D, 0x2A37


def local(hour: int) -> datetime:
    """Half past the hour by a device's clock, which has no zone."""
    return datetime(2026, 11, 27, hour, 30, tzinfo=UTC).replace(tzinfo=None)


def decode(characteristic: int, packet: str) -> Reading:
    return DECODERS[characteristic](bytes.fromhex(packet))


def texts(reading: Reading) -> dict[Sign, str]:
    return {value.sign: f"{value.text} {value.unit}" for value in reading.values}


@pytest.mark.parametrize(
    "raw, measured",
    [
        (0x0002, Decimal(2)),
        (0xF014, Decimal("2.0")),
        (0xE0C8, Decimal("2.00")),
        (0x0B2E, Decimal(-1234)),
        (0x07FF, Special.NOT_A_NUMBER),
        (0x0800, Special.NOT_AT_THIS_RESOLUTION),
        (0x07FE, Special.ABOVE_RANGE),
        (0x0802, Special.BELOW_RANGE),
        (0x0801, Special.RESERVED),
    ],
)
def test_a_short_number_is_what_was_sent_with_its_digits(raw: int, measured: Measured) -> None:
    """IEEE 11073-20601's own examples."""
    assert sfloat(raw) == measured
    assert str(sfloat(raw)) == str(measured)


@pytest.mark.parametrize(
    "raw, measured",
    [
        (0xFF00016C, Decimal("36.4")),
        (0xFE000E38, Decimal("36.40")),
        (0x007FFFFF, Special.NOT_A_NUMBER),
        (0x00800002, Special.BELOW_RANGE),
    ],
)
def test_a_long_number_is_what_was_sent_with_its_digits(raw: int, measured: Measured) -> None:
    assert str(float32(raw)) == str(measured)


@given(st.integers(-2043, 2045), st.integers(-8, 7))
def test_every_short_number_comes_back(mantissa: int, exponent: int) -> None:
    raw = (exponent & 0xF) << 12 | (mantissa & 0xFFF)
    assert sfloat(raw) == Decimal(mantissa).scaleb(exponent)


def test_a_blood_pressure_with_everything() -> None:
    reading = decode(PRESSURE, "1e 7800 5000 5d00 ea070b1b091e00 4800 02 0500")
    assert texts(reading) == {
        Sign.SYSTOLIC: "120 mm[Hg]",
        Sign.DIASTOLIC: "80 mm[Hg]",
        Sign.MEAN_PRESSURE: "93 mm[Hg]",
        Sign.HEART_RATE: "72 /min",
    }
    assert (reading.device_time, reading.user) == (local(9), 2)
    assert reading.flags == (Flag.BODY_MOVEMENT, Flag.IRREGULAR_PULSE)


def test_a_blood_pressure_in_kilopascal_without_a_user() -> None:
    reading = decode(PRESSURE, "09 a0f0 6bf0 7bf0 ff")
    assert texts(reading)[Sign.SYSTOLIC] == "16.0 kPa"
    assert reading.user is None


@pytest.mark.parametrize(
    "status, flag",
    [("0800", Flag.PULSE_ABOVE_RANGE), ("1000", Flag.PULSE_BELOW_RANGE), ("2000", Flag.IMPROPER_POSITION)],
)
def test_a_blood_pressure_s_status(status: str, flag: Flag) -> None:
    assert decode(PRESSURE, f"10 7800 5000 5d00 {status}").flags == (flag,)


def test_an_oximeter_that_could_not_measure_gives_no_number() -> None:
    reading = decode(SPOT, "00 ff07 ff07")
    assert [value.number for value in reading.values] == [None, None]
    observation = to_observation(reading, observation_id=UUID(int=1), device="Oximeter", measured_at=AT)
    assert (observation.value, observation.absent) == (None, AbsentReason.ERROR)
    assert observation.components[0].absent is AbsentReason.ERROR
    assert observation.flags == ("not-a-number",)


def test_an_oximeter_says_what_it_doubts() -> None:
    reading = decode(SPOT, "06 6200 4800 0040 300000")
    assert texts(reading) == {Sign.OXYGEN_SATURATION: "98 %", Sign.HEART_RATE: "72 /min"}
    assert reading.flags == (Flag.QUESTIONABLE, Flag.POOR_SIGNAL, Flag.LOW_PERFUSION)


@pytest.mark.parametrize("status", ["2000", "0004", "0008", "0010", "0020", "0080"])
def test_what_is_not_done_or_not_of_a_patient_is_no_measurement(status: str) -> None:
    reading = decode(CONTINUOUS, f"04 6200 4800 {status}")
    assert not reading.is_final
    with pytest.raises(ValueError, match="nobody"):
        to_observation(reading, observation_id=UUID(int=1), device="Oximeter", measured_at=AT)


def test_a_continuous_oximeter_s_fast_and_slow_pairs_are_passed_over() -> None:
    reading = decode(CONTINUOUS, "03 6200 4800 6000 5000 6100 4c00")
    assert texts(reading) == {Sign.OXYGEN_SATURATION: "98 %", Sign.HEART_RATE: "72 /min"}


def test_a_temperature_in_either_unit_stays_as_sent() -> None:
    assert texts(decode(TEMPERATURE, "00 6c0100ff")) == {Sign.TEMPERATURE: "36.4 Cel"}
    assert texts(decode(TEMPERATURE, "05 dc0300ff 02")) == {Sign.TEMPERATURE: "98.8 [degF]"}


def test_blood_sugar_by_mass_and_by_moles_keeps_its_digits() -> None:
    """0.00105 kg/L is 105 mg/dL; 0.0058 mol/L is 5.8 mmol/L."""
    mass = decode(GLUCOSE, "02 0700 ea070b1b091e00 69b0 11")
    assert texts(mass) == {Sign.GLUCOSE: "105 mg/dL"}
    assert (mass.sequence, mass.sign) == (7, Sign.GLUCOSE)
    molar = decode(GLUCOSE, "06 0800 ea070b1b091e00 3ac0 11")
    assert texts(molar) == {Sign.GLUCOSE_MOLAR: "5.8 mmol/L"}
    assert molar.sign is Sign.GLUCOSE_MOLAR


def test_a_glucose_meter_s_clock_is_the_one_its_user_sees() -> None:
    reading = decode(GLUCOSE, "03 0700 ea070b1b091e00 c4ff 69b0 11")
    assert reading.device_time == local(8)


def test_control_solution_is_nobody_s_blood() -> None:
    assert not decode(GLUCOSE, "02 0700 ea070b1b091e00 69b0 1a").is_final


def test_a_weight_in_either_unit_and_one_that_failed() -> None:
    assert texts(decode(WEIGHT, "00 c036")) == {Sign.WEIGHT: "70.080 kg"}
    assert texts(decode(WEIGHT, "01 1c3c")) == {Sign.WEIGHT: "153.88 [lb_av]"}
    assert decode(WEIGHT, "00 ffff").values[0].measured is Special.NOT_A_NUMBER


def test_a_heart_rate_in_one_byte_and_in_two_with_intervals() -> None:
    assert texts(decode(HEART, "16 48 5203 4803")) == {Sign.HEART_RATE: "72 /min"}
    assert texts(decode(HEART, "01 0401")) == {Sign.HEART_RATE: "260 /min"}
    assert decode(HEART, "04 48").flags == (Flag.NO_SKIN_CONTACT,)


@pytest.mark.parametrize(
    "characteristic, packet",
    [
        (PRESSURE, ""),
        (PRESSURE, "00 7800 5000"),
        (PRESSURE, "00 7800 5000 5d00 00"),
        (PRESSURE, "02 7800 5000 5d00 ea070d28091e00"),
        (HEART, "10 48 52"),
        (HEART, "10 48"),
        (TEMPERATURE, "00 6c01"),
        (WEIGHT, "00"),
    ],
)
def test_a_packet_that_is_cut_or_goes_on_is_malformed(characteristic: int, packet: str) -> None:
    with pytest.raises(MalformedPacket):
        decode(characteristic, packet)


def test_a_clock_that_was_never_set_has_no_time() -> None:
    assert decode(PRESSURE, "02 7800 5000 5d00 00000000000000").device_time is None


@given(st.sampled_from(sorted(DECODERS)), st.binary(max_size=24))
def test_no_bytes_do_worse_than_be_refused(characteristic: int, packet: bytes) -> None:
    try:
        reading = DECODERS[characteristic](packet)
    except MalformedPacket:
        return
    if reading.is_final:
        observation = to_observation(reading, observation_id=UUID(int=1), device="x", measured_at=AT)
        assert msgspec.json.decode(msgspec.json.encode(observation), type=Observation) == observation


def test_a_number_that_no_body_has_room_for_is_none() -> None:
    observation = to_observation(
        decode(SPOT, "00 fd77 4800"), observation_id=UUID(int=1), device="Oximeter", measured_at=AT
    )
    assert (observation.value, observation.absent) == (None, AbsentReason.ERROR)


def test_an_observation_has_the_device_s_digits_and_flags() -> None:
    reading = decode(PRESSURE, "1c 7800 5000 5d00 4800 02 0500")
    observation = to_observation(reading, observation_id=UUID(int=1), device="Cuff 3", measured_at=AT)
    assert (observation.code.code, observation.value, observation.absent) == ("85354-9", None, None)
    assert [each.code.code for each in observation.components] == ["8480-6", "8462-4", "8478-0", "8867-4"]
    assert observation.components[0].value == Quantity(text="120", unit="mm[Hg]")
    assert observation.flags == ("body-movement", "irregular-pulse")
    assert observation.method == "device"
