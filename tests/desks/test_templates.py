"""The page of templates, and beginning with one on the case page."""

from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from server.cases import service as cases
from server.reports import service as reports
from tests.desks.browsing import Desk, sit_down
from tests.support.clinics import Clinic, answers, submission

TYPED = {"name": "Eczema", "plan": "Keep the skin moist."}


@pytest.fixture
async def desk(app: Litestar, clinic: Clinic) -> Desk:
    return await sit_down(app, clinic.reader)


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    await cases.claim_case(clinic.reader, case_id)
    return case_id


async def test_one_that_was_written_is_offered_and_its_words_become_the_draft(
    desk: Desk, clinic: Clinic, case_id: UUID
) -> None:
    assert "/begin" not in (await desk.get(f"/queue/cases/{case_id}")).text, "nothing to choose, nothing in the way"
    assert (await desk.post("/answer-templates", TYPED)).status_code == 303
    (row,) = await reports.templates_of(clinic.reader)
    assert f'<option value="{row.id}">Eczema</option>' in (await desk.get(f"/queue/cases/{case_id}")).text

    begun = await desk.post(f"/queue/cases/{case_id}/begin", {"template": str(row.id), "findings": "Both elbows."})

    assert (begun.status_code, begun.headers["location"]) == (303, f"/queue/cases/{case_id}#answer")
    page = (await desk.get(f"/queue/cases/{case_id}")).text
    assert "Both elbows." in page
    assert "Keep the skin moist.</textarea>" in page


async def test_without_a_choice_the_page_asks_for_one_and_keeps_what_was_typed(desk: Desk, case_id: UUID) -> None:
    await desk.post("/answer-templates", TYPED)
    page = await desk.post(f"/queue/cases/{case_id}/begin", {"findings": "Both elbows."})
    assert page.status_code == 422
    assert "Choose the template to begin with." in page.text
    assert "Both elbows." in page.text


async def test_a_template_without_words_is_told_so_and_its_name_kept(desk: Desk) -> None:
    page = await desk.post("/answer-templates", {"name": "Eczema"})
    assert page.status_code == 422
    assert "Write at least one of the texts." in page.text
    assert 'value="Eczema"' in page.text


async def test_it_is_changed_and_deleted_from_its_page(desk: Desk, clinic: Clinic) -> None:
    await desk.post("/answer-templates", TYPED)
    (row,) = await reports.templates_of(clinic.reader)
    assert "Keep the skin moist." in (await desk.get(f"/answer-templates?edit={row.id}")).text
    changed = await desk.post(f"/answer-templates/{row.id}", {"name": "Dry skin", "plan": "Oil.", "revision": "1"})
    assert changed.status_code == 303
    assert "Dry skin" in (await desk.get("/answer-templates")).text
    assert (await desk.post(f"/answer-templates/{row.id}/delete", {})).status_code == 303
    assert "None yet" in (await desk.get("/answer-templates")).text
    assert (await desk.get(f"/answer-templates?edit={row.id}")).status_code == 404
