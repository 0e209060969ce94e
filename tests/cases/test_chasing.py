"""What was promised or asked for and does not come: chased once a day, and in the end given up with a reason."""

from datetime import timedelta

from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.service.chasing import GIVE_UP_AFTER, NEVER_CAME
from server.cases.tables import Arrival, RequestState
from tests.support.casework import (
    arrivals_of,
    arrive_and_prepare,
    asked,
    audited,
    case_of,
    document,
    jobs,
    refuse,
    request_of,
    send,
    shot,
    status_of,
    told,
)
from tests.support.casework import arrive as arrive_only
from tests.support.clinics import Clinic, answers, upload
from tests.support.platforms import FakeClock


async def test_what_is_absent_is_chased_and_looked_at_again_a_day_later(clinic: Clinic, clock: FakeClock) -> None:
    case_id = await send(clinic, shot().part, answers())
    clock.advance(hours=1)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await told() == ["photos-missing"]
    assert await status_of(clinic, case_id) == Status.SUBMITTED
    (job,) = await jobs("cases.chase_absent")
    assert job["case_id"] == str(case_id)


async def test_chasing_finds_what_came_unnoticed(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, taken.part, taken.content)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await arrivals_of(clinic, case_id) == [Arrival.HELD]
    assert not await told()


async def test_a_case_whose_photographs_never_come_is_closed_with_the_reason(clinic: Clinic, clock: FakeClock) -> None:
    case_id = await send(clinic, shot().part, shot().part, answers())
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    case = await case_of(clinic, case_id)
    assert (case.status, case.closed_because) == (Status.CLOSED, NEVER_CAME)
    assert await arrivals_of(clinic, case_id) == [Arrival.GIVEN_UP, Arrival.GIVEN_UP]
    assert await told() == ["case-closed"]
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert len(await audited("case:media-given-up")) == 1


async def test_a_case_that_waits_with_one_photograph_goes_on_without_the_other(
    clinic: Clinic, clock: FakeClock
) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, shot().part, answers())
    await arrive_and_prepare(clinic, case_id, taken)
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await status_of(clinic, case_id) == Status.WAITING
    assert await arrivals_of(clinic, case_id) == [Arrival.READY, Arrival.GIVEN_UP]


async def test_a_photograph_that_comes_after_it_was_given_up_is_still_taken(clinic: Clinic, clock: FakeClock) -> None:
    first, late = shot(), shot()
    case_id = await send(clinic, first.part, late.part, answers())
    await arrive_and_prepare(clinic, case_id, first)
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    await arrive_and_prepare(clinic, case_id, late)
    assert await arrivals_of(clinic, case_id) == [Arrival.READY, Arrival.READY]


async def test_a_better_photograph_that_never_comes_gives_the_case_back_to_its_reader(
    clinic: Clinic, clock: FakeClock
) -> None:
    case_id, _ = await asked(clinic)
    clock.advance(days=1)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await told() == ["photo-wanted", "photos-missing"]
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await status_of(clinic, case_id) == Status.IN_REVIEW
    request = await request_of(clinic, case_id)
    assert (request.state, request.claimed_by) == (RequestState.CLAIMED, clinic.reader.actor_id)
    assert request.due_at == request.opened_at + timedelta(hours=72) + timedelta(days=1) + GIVE_UP_AFTER


async def test_a_case_whose_photograph_cannot_be_read_and_is_never_replaced_is_closed(
    clinic: Clinic, clock: FakeClock
) -> None:
    bad = shot()
    case_id = await send(clinic, bad.part, answers())
    await arrive_only(clinic, case_id, bad)
    await refuse(clinic, bad)
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert (await case_of(clinic, case_id)).closed_because == NEVER_CAME


async def test_a_case_left_with_a_document_alone_after_its_photograph_was_given_up_is_closed(
    clinic: Clinic, clock: FakeClock
) -> None:
    part, content = document()
    case_id = await send(clinic, part, shot().part)
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await upload(clinic.patient, clinic.patient_id, case_id, part, content)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await status_of(clinic, case_id) == Status.PREPARING
    await cases.record_kept(clinic.organisation_id, part.part_id, content, "application/pdf")
    assert await status_of(clinic, case_id) == Status.CLOSED


async def test_a_case_whose_last_photograph_is_being_prepared_is_not_closed(clinic: Clinic, clock: FakeClock) -> None:
    late = shot()
    case_id = await send(clinic, late.part, shot().part, answers())
    clock.advance(seconds=GIVE_UP_AFTER.total_seconds())
    await arrive_only(clinic, case_id, late)
    await cases.chase_absent(clinic.organisation_id, case_id)
    assert await status_of(clinic, case_id) == Status.PREPARING
