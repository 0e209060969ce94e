"""Codes on pages have words: every tag that the code writes, every measurement that it knows."""

import re

import pytest

from server.contract.case import AbsentReason
from server.contract.wire import Coding
from server.core.access.actor import ActorKind, Purpose
from server.desks.audit_wording import AUDITED, KIND
from server.desks.vital_wording import LOINC, UNIT, VITAL, vital_name
from server.desks.wording import ABSENT
from server.patients.wording import ACTOR_KIND, PURPOSE, TAG
from tests.architecture.tree import texts_of
from tests.desks.written_tags import written_tags

ABOUT_A_PATIENT = ("answer", "case", "consent", "message", "part", "patient", "photo", "upload")
NOT_IN_A_RECORD = {"patient:listed", "patient:searched"}
LOINC_CODE = re.compile(r'"(\d{3,5}-\d)"')
PRODUCT = ("server", "workers", "mobile_bridge", "kiosk", "imaging")


def test_every_tag_that_is_written_has_words_for_the_auditor() -> None:
    assert written_tags() == set(AUDITED)


def test_every_tag_of_a_record_has_words_for_its_patient() -> None:
    of_records = {tag for tag in written_tags() if tag.split(":")[0] in ABOUT_A_PATIENT}

    assert of_records - NOT_IN_A_RECORD <= set(TAG)


def test_an_auditor_is_not_told_of_their_own_record() -> None:
    assert [text for text in AUDITED.values() if re.search(r"\b(you|yours?)\b", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("kind", KIND)
def test_a_filter_finds_something(kind: str) -> None:
    assert any(tag.startswith(kind) for tag in AUDITED)


def test_purposes_and_kinds_of_actors_have_words() -> None:
    assert (set(PURPOSE), set(ACTOR_KIND)) == (set(Purpose), set(ActorKind))


def test_every_measurement_in_the_code_has_a_name() -> None:
    sources = [text for path, text in texts_of(".py", ".ts", ".json") if path.parts[0] in PRODUCT]

    assert {code for text in sources for code in LOINC_CODE.findall(text)} == set(VITAL)


def test_every_reason_for_a_missing_value_has_words() -> None:
    assert set(ABSENT) == set(AbsentReason)


def test_a_code_decides_over_the_name_that_was_sent_with_it() -> None:
    assert vital_name(Coding(system=LOINC, code="8867-4", display="Temperature")) == "Heart rate"


@pytest.mark.parametrize(
    "system, code, display, told",
    [
        (LOINC, "1-8", "Something new", "Something new (1-8)"),
        (LOINC, "1-8", "", "1-8"),
        ("https://example.org", "8867-4", "Pulse of a toy", "Pulse of a toy (8867-4)"),
    ],
)
def test_a_code_that_is_not_known_is_shown(system: str, code: str, display: str, told: str) -> None:
    assert vital_name(Coding(system=system, code=code, display=display)) == told


def test_units_are_written_as_people_write_them() -> None:
    assert {unit for unit, words in UNIT.items() if "[" in words} == set()
