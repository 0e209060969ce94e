"""The coordinator's list of answers whose patients could not be told, without script."""

from uuid import uuid4

from litestar import Litestar

from server.cases import service as cases
from server.reports import service as reports
from tests.access.world import ANSWER
from tests.desks.browsing import sit_down
from tests.support.clinics import Clinic, answers, submission

PAGE = "/deadlines?show=unreached"


async def test_it_says_what_to_do_and_is_worked_off(app: Litestar, clinic: Clinic) -> None:
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    case = await cases.claim_case(clinic.reader, case_id)
    await reports.release_answer(
        clinic.organisation_id, await reports.sign_answer(clinic.reader, case_id, ANSWER, case.version)
    )
    await cases.note_delivery(clinic.organisation_id, case_id, cases.Delivery.FAILED)
    coordinator = await sit_down(app, clinic.coordinator)
    page = (await coordinator.get(PAGE)).text
    assert "no message about it arrived" in page
    assert f'href="/patients/{clinic.patient_id}"' in page
    told = await coordinator.post(f"/deadlines/cases/{case_id}/told")
    assert (told.status_code, told.headers["location"]) == (303, PAGE)
    assert "No case is in this state now." in (await coordinator.get(PAGE)).text
