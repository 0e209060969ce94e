"""Signing an unfinished answer on the case page: each field says what it lacks, in the reader's language."""

import re
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.reports import service as reports
from tests.desks.browsing import Desk, sit_down
from tests.support.casework import case_of
from tests.support.clinics import Clinic, answers, submission

FULL = {
    "findings": "Dry, itching skin.",
    "code1": "L20.9 Atopic dermatitis, unspecified",
    "certainty1": "likely",
    "plan": "Keep the skin moist.",
    "safety_net": "Come back if it weeps.",
}
NEEDED = {
    "findings": "Escriba lo que encontró.",
    "code1": "Indique al menos un diagnóstico.",
    "plan": "Escriba lo que el paciente debe hacer.",
    "safety_net": "Escriba cuándo el paciente debe pedir ayuda antes.",
}


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    await cases.claim_case(clinic.reader, case_id)
    return case_id


@pytest.fixture
async def desk(app: Litestar, clinic: Clinic) -> Desk:
    return await sit_down(app, clinic.reader)


async def sign(desk: Desk, case_id: UUID, fields: dict[str, str], verb: str = "sign") -> httpx.Response:
    return await desk.post(f"/queue/cases/{case_id}/{verb}", {"case_version": "1", **fields})


def told(page: str) -> dict[str, str]:
    """The message beside each field."""
    beside = r'<p class="error" id="(\w+)-error">(?:<svg.*?</svg>)?([^<]+)</p>'
    return dict(re.findall(beside, page, re.DOTALL))


async def test_an_empty_answer_says_beside_each_field_what_it_needs(desk: Desk, case_id: UUID) -> None:
    await desk.post("/language", {"language": "es"})
    page = await sign(desk, case_id, {})

    assert (page.status_code, told(page.text)) == (422, NEEDED)
    assert "safety_net:" not in page.text


async def test_only_what_is_missing_is_marked_and_the_rest_is_kept(desk: Desk, case_id: UUID) -> None:
    page = await sign(desk, case_id, FULL | {"plan": "  "})

    assert set(told(page.text)) == {"plan"}
    assert "Come back if it weeps." in page.text


async def test_a_code_that_is_no_leaf_is_marked_in_the_row_in_which_it_stands(desk: Desk, case_id: UUID) -> None:
    page = await sign(desk, case_id, FULL | {"code3": "L20", "certainty3": "possible"})

    assert told(page.text) == {"code3": "L20 is not a complete ICD-10-CM code."}
    assert "Keep the skin moist." in page.text


async def test_an_amendment_without_its_reason_is_told_so(desk: Desk, case_id: UUID) -> None:
    page = await sign(desk, case_id, FULL, verb="amend")

    assert page.status_code == 422
    assert "An amendment says why it was made." in page.text
    assert f'action="/queue/cases/{case_id}/amend"' in page.text


async def test_a_released_answer_is_amended_from_the_page_of_its_case(
    desk: Desk, clinic: Clinic, case_id: UUID
) -> None:
    version = (await case_of(clinic, case_id)).version
    assert (await sign(desk, case_id, FULL | {"case_version": str(version)})).status_code == 303
    [answer] = await reports.answers_of(clinic.reader, case_id)
    assert "Amend this answer" not in (await desk.get(f"/queue/cases/{case_id}")).text, "it can still be taken back"
    await reports.release_answer(clinic.organisation_id, answer.row.id)

    page = (await desk.get(f"/queue/cases/{case_id}")).text
    assert "Amend this answer" in page
    assert FULL["plan"] in page
    changed = FULL | {"plan": "Stop the cream.", "amendment_reason": "A result came in."}
    assert (await sign(desk, case_id, changed, verb="amend")).status_code == 303
    answers = await reports.answers_of(clinic.reader, case_id)
    assert [each.content.plan for each in answers] == [FULL["plan"], "Stop the cream."]
