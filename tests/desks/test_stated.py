"""What a DICOM file's header says otherwise than its case is told to the reader, and nothing where it says the same."""

from datetime import date
from typing import Any, cast

import msgspec
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.cases.service import StatedByFile
from server.contract.case import View
from server.contract.wire import Laterality
from server.desks.stated import doubts_of
from server.patients.service import AboutPatient
from tests.desks.browsing import sit_down
from tests.support.casework import PREPARED, arrive, send, shot
from tests.support.clinics import Clinic, photograph

WHO = AboutPatient(
    full_name="Aminata Kamara",
    sex="female",
    birth_date=date(1990, 5, 17),
    age_years=36,
    allergies=(),
    medicines=(),
    conditions=(),
)
SAME = StatedByFile(
    given_name="AMINATA",
    family_name="Kamará",
    birth_date="1990-05-17",
    sex="female",
    sites=("forearm", "wrist"),
    laterality="left",
)


class Part(msgspec.Struct):
    part: Any
    evidence: Any


class Opened(msgspec.Struct):
    parts: list[Part]


def doubts(stated: StatedByFile | None) -> tuple[str, ...]:
    part = photograph(b"x", view=View.CLOSE_STRAIGHT)
    part = msgspec.structs.replace(
        part, laterality=Laterality.LEFT, site=msgspec.structs.replace(part.site, code="forearm")
    )
    evidence = msgspec.structs.replace(PREPARED.evidence, stated=stated)
    return doubts_of(cast("Any", Opened([Part(part, evidence)])), WHO, str).get(part.part_id, ())


def test_a_header_that_says_the_same_or_nothing_raises_no_doubt() -> None:
    assert doubts(SAME) == doubts(StatedByFile()) == doubts(None) == ()


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"family_name": "Bangura"}, "The file names another person: AMINATA Bangura"),
        ({"birth_date": "1991-05-17"}, "The file gives another birth date: 1991-05-17"),
        ({"sex": "male"}, "The file gives another sex: male"),
        ({"laterality": "right"}, "The file says another side: Right"),
        ({"sites": ("scalp",)}, "The file says another place of the body"),
        ({"is_dermoscopic": True}, "The file is of a dermatoscope"),
    ],
)
def test_each_contradiction_is_said(changes: dict[str, Any], said: str) -> None:
    assert doubts(msgspec.structs.replace(SAME, **changes)) == (said,)


async def test_the_reader_sees_it_at_the_photograph(app: Litestar, clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part)
    await arrive(clinic, case_id, taken)
    stated = StatedByFile(given_name="Somebody", family_name="Else")
    evidence = msgspec.structs.replace(PREPARED.evidence, stated=stated)
    await cases.record_prepared(clinic.organisation_id, taken.id, msgspec.structs.replace(PREPARED, evidence=evidence))
    page = await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{case_id}")
    assert "The file names another person: Somebody Else" in page.text
