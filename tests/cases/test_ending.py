"""How a case ends and begins again: withdrawn, closed, reopened, given a second opinion."""

import pytest

from server.cases import queries
from server.cases import service as cases
from server.cases.lifecycle import EventNotAllowed, Status
from server.cases.tables import DeadlineInterval, Delivery, RequestState
from server.core.faults import Forbidden
from tests.support.casework import answered, asked, case_of, claimed, request_of, status_of, waiting
from tests.support.clinics import Clinic, system_of


async def test_a_withdrawn_case_waits_for_nobody(clinic: Clinic) -> None:
    case_id, _ = await asked(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    assert await status_of(clinic, case_id) == Status.WITHDRAWN
    assert (await request_of(clinic, case_id)).state == RequestState.ENDED
    opened = await cases.open_case(clinic.patient, case_id)
    assert (opened.request, opened.photo_requests) == (None, ())
    assert not await DeadlineInterval.exists().where(DeadlineInterval.ended_at.is_null())


async def test_a_reader_does_not_withdraw(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    with pytest.raises(Forbidden):
        await cases.withdraw_case(clinic.reader, case_id)


async def test_a_withdrawn_case_stays_withdrawn(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    with pytest.raises(EventNotAllowed):
        await cases.reopen_case(clinic.patient, case_id, "patient-asks-again")


async def test_an_answered_case_is_closed_with_a_reason(clinic: Clinic) -> None:
    case_id = await answered(clinic)
    await cases.close_case(clinic.coordinator, case_id)
    case = await case_of(clinic, case_id)
    assert (case.status, case.closed_because) == (Status.CLOSED, "done")


@pytest.mark.parametrize("is_closed", [False, True])
async def test_asking_again_opens_a_new_request_beside_the_old_answer(clinic: Clinic, is_closed: bool) -> None:
    case_id = await answered(clinic)
    if is_closed:
        await cases.close_case(clinic.coordinator, case_id)
    await cases.reopen_case(clinic.patient, case_id, "patient-asks-again", message="It came back.", form_key="1")
    first, second = await queries.requests_of(system_of(clinic), case_id)
    assert (first.state, second.state) == (RequestState.ANSWERED, RequestState.WAITING)
    case = await case_of(clinic, case_id)
    assert (case.status, case.closed_because) == (Status.WAITING, "")
    (message,) = (await cases.open_case(clinic.reader, case_id)).messages
    assert (message.text, message.is_from_patient) == ("It came back.", True)


async def test_a_second_opinion_is_a_request_of_its_kind(clinic: Clinic) -> None:
    case_id = await answered(clinic)
    await cases.reopen_case(clinic.coordinator, case_id, "second-opinion", kind="second")
    assert (await request_of(clinic, case_id)).kind == "second"
    await cases.claim_case(clinic.reader, case_id)
    assert await status_of(clinic, case_id) == Status.IN_REVIEW


async def test_an_answer_that_is_taken_back_gives_the_case_back_to_its_reader(clinic: Clinic) -> None:
    case_id = await answered(clinic)
    assert (await case_of(clinic, case_id)).delivery == Delivery.PENDING
    request = await request_of(clinic, case_id)
    await cases.undo_answer(clinic.reader, case_id, request.id)
    request = await request_of(clinic, case_id)
    assert (request.state, request.claimed_by) == (RequestState.CLAIMED, clinic.reader.actor_id)
    case = await case_of(clinic, case_id)
    assert (case.status, case.delivery) == (Status.IN_REVIEW, Delivery.NONE)
    assert await DeadlineInterval.count().where(DeadlineInterval.ended_at.is_null()) == 1
