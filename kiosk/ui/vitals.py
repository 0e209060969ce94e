"""Vital signs typed by hand: each with its LOINC code and UCUM unit, the precision as typed, and said to be manual."""

import re
from collections.abc import Mapping
from uuid import uuid4

import msgspec

from kiosk.words import N_
from server.contract.case import Observation, ObservationComponent, Quantity
from server.contract.wire import Coding, Moment

LOINC = "http://loinc.org"
NUMBER = re.compile(r"\d{1,4}([.,]\d{1,2})?")
BLOOD_PRESSURE = "85354-9"
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"


class Sign(msgspec.Struct, frozen=True):
    code: str
    words: str
    unit: str
    shown_unit: str


SIGNS = (
    Sign("8310-5", N_("Temperature"), "Cel", "°C"),
    Sign("8867-4", N_("Pulse"), "/min", N_("beats a minute")),
    Sign("59408-5", N_("Oxygen saturation"), "%", "%"),
    Sign("9279-1", N_("Breathing"), "/min", N_("breaths a minute")),
    Sign(SYSTOLIC, N_("Pressure, upper"), "mm[Hg]", "mmHg"),
    Sign(DIASTOLIC, N_("Pressure, lower"), "mm[Hg]", "mmHg"),
    Sign("29463-7", N_("Weight"), "kg", "kg"),
)


def misread(typed: Mapping[str, str]) -> set[str]:
    """The codes of what is no number; of a blood pressure both values are needed."""
    wrong = {code for code, text in typed.items() if text and not NUMBER.fullmatch(text)}
    upper, lower = typed.get(SYSTOLIC, ""), typed.get(DIASTOLIC, "")
    if bool(upper) != bool(lower):
        wrong.add(DIASTOLIC if upper else SYSTOLIC)
    return wrong


def observations_of(typed: Mapping[str, str], at: Moment) -> tuple[Observation, ...]:
    """What was typed; what was left out is left out, and never a normal value."""
    single = [sign for sign in SIGNS if sign.code not in {SYSTOLIC, DIASTOLIC} and typed.get(sign.code)]
    found = [_observation(sign.code, at, value=_quantity(sign, typed)) for sign in single]
    pressure = [sign for sign in SIGNS if sign.code in {SYSTOLIC, DIASTOLIC} and typed.get(sign.code)]
    if len(pressure) == 2:
        components = tuple(
            ObservationComponent(code=Coding(system=LOINC, code=sign.code), value=_quantity(sign, typed))
            for sign in pressure
        )
        found.append(_observation(BLOOD_PRESSURE, at, components=components))
    return tuple(found)


def _observation(
    code: str, at: Moment, value: Quantity | None = None, components: tuple[ObservationComponent, ...] = ()
) -> Observation:
    return Observation(
        observation_id=uuid4(),
        code=Coding(system=LOINC, code=code),
        measured_at=at,
        method="manual",
        value=value,
        components=components,
    )


def _quantity(sign: Sign, typed: Mapping[str, str]) -> Quantity:
    return Quantity(text=typed[sign.code].replace(",", "."), unit=sign.unit)
