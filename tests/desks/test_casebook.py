"""Measurements as the case page shows them: each value with its name, none of the missing ones passed over."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import msgspec

from server.cases.service import OpenedCase
from server.contract.case import AbsentReason, Observation, ObservationComponent, Quantity, VitalsPart
from server.contract.wire import Coding, Moment
from server.desks.casebook import Vital, vitals_of
from server.desks.vital_wording import LOINC
from server.web.catalogue import load_catalogues

AT = Moment(at=datetime(2026, 11, 26, 12, tzinfo=UTC), zone="America/Lima")


class OnePart(msgspec.Struct):
    part: VitalsPart


class Opened(msgspec.Struct):
    parts: list[OnePart]


def coded(code: str) -> Coding:
    return Coding(system=LOINC, code=code)


def shown(code: str, language: str = "en", **told: Any) -> Vital:
    observation = Observation(observation_id=uuid4(), code=coded(code), measured_at=AT, method="device", **told)
    part = VitalsPart(part_id=uuid4(), taken_at=AT, observations=(observation,))
    translate = load_catalogues().translations[language].gettext
    return vitals_of(cast("OpenedCase", Opened([OnePart(part)])), translate)[0]


def test_a_value_is_shown_as_it_was_sent_with_its_unit_in_words() -> None:
    vital = shown("8867-4", "es", value=Quantity(text="72.0", unit="/min"), device="Oximeter 3")

    assert (vital.name, vital.values, vital.device) == ("Frecuencia cardíaca", ("72.0 por minuto",), "Oximeter 3")


def test_a_missing_value_says_why() -> None:
    assert shown("8867-4", absent=AbsentReason.ERROR).values == ("— (the device failed)",)


def test_each_half_of_a_blood_pressure_has_its_name_in_whatever_order_it_came() -> None:
    halves = (
        ObservationComponent(code=coded("8462-4"), value=Quantity(text="80", unit="mm[Hg]")),
        ObservationComponent(code=coded("8480-6"), absent=AbsentReason.NOT_PERFORMED),
    )

    assert shown("85354-9", components=halves).values == ("Diastolic: 80 mmHg", "Systolic: — (not measured)")


def test_a_unit_without_words_is_shown_as_it_is() -> None:
    assert shown("2339-0", value=Quantity(text="5.1", unit="mmol/L")).values == ("5.1 mmol/L",)
