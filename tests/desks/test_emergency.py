"""The pages of emergency access, without script."""

import re
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from server.cases import service as cases
from server.core.access import Actor, Role
from server.core.platform import Platform
from tests.desks.browsing import sit_down
from tests.support.clinics import Clinic, answers, submission
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

REASON = "Unconscious in our emergency room, allergies unknown."


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    wanted = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=wanted))
    return wanted


@pytest.fixture
async def far_doctor(clinic: Clinic) -> Actor:
    return await make_person((await make_organisation("Hospital elsewhere")).organisation_id, Role.SPECIALIST)


def asked(reference: object) -> dict[str, str]:
    return {"reference": str(reference), "reason": REASON, "minutes": "30"}


async def test_the_reference_on_the_patients_page_opens_the_case(
    app: Litestar, clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    shown = re.search(
        r"<code>([0-9a-f-]{36})</code>", (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text
    )
    assert shown is not None
    doctor = await sit_down(app, far_doctor)
    answer = await doctor.post("/emergency", asked(shown.group(1)))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/queue/cases/{case_id}")
    page = (await doctor.get(f"/queue/cases/{case_id}")).text
    assert "Emergency access until" in page
    assert "Write to the patient" not in page
    assert "Read this case" not in page


async def test_it_is_ended_from_its_page(app: Litestar, case_id: UUID, far_doctor: Actor) -> None:
    doctor = await sit_down(app, far_doctor)
    await doctor.post("/emergency", asked(case_id))
    end = re.search(r'action="(/emergency/[0-9a-f-]+/end)"', (await doctor.get("/emergency")).text)
    assert end is not None
    assert (await doctor.post(end.group(1))).status_code == 303
    assert (await doctor.get(f"/queue/cases/{case_id}")).status_code == 404


async def test_after_a_miss_what_was_typed_is_there(app: Litestar, far_doctor: Actor) -> None:
    answer = await (await sit_down(app, far_doctor)).post("/emergency", asked(uuid4()))
    assert answer.status_code == 422
    assert "No case was opened" in answer.text
    assert REASON in answer.text


async def test_the_second_factor_is_asked_for_before_anything_is_typed(
    app: Litestar, far_doctor: Actor, sqlite_platform: Platform
) -> None:
    doctor = await sit_down(app, far_doctor)
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    clock.advance(minutes=6)
    answer = await doctor.get("/emergency")
    assert (answer.status_code, answer.headers["location"]) == (303, "/step-up?back=%2Femergency")


async def test_the_coordinator_is_led_to_the_review_and_writes_it(
    app: Litestar, clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    await cases.open_in_emergency(far_doctor, str(case_id), REASON, 15)
    coordinator = await sit_down(app, clinic.coordinator)
    assert "1 emergency access waits for review." in (await coordinator.get("/deadlines")).text
    page = (await coordinator.get("/emergency/reviews")).text
    assert REASON in page
    review = re.search(r'action="(/emergency/reviews/[0-9a-f-]+)"', page)
    assert review is not None
    refused = await coordinator.post(review.group(1), {"outcome": "justified", "note": ""})
    assert refused.status_code == 422
    await coordinator.post(review.group(1), {"outcome": "justified", "note": "They called us."})
    page = (await coordinator.get("/emergency/reviews")).text
    assert "They called us." in page
    assert "waits for review" not in page


async def test_the_patient_reads_that_it_was_an_emergency(
    app: Litestar, clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    await cases.open_in_emergency(far_doctor, str(case_id), REASON, 15)
    page = (await (await sit_down(app, clinic.patient)).get("/record/access")).text
    assert "Opened a case in an emergency" in page
    assert "Hospital elsewhere" in page
