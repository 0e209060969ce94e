"""A better photograph: asked for, supplied, unreadable again, never supplied."""

from datetime import timedelta

import pytest

from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.schemas import BetterPhoto
from server.cases.service.reviewing import NotYourClaim
from server.core.access import Role
from server.core.faults import NotFound
from tests.support.casework import (
    add,
    arrive,
    arrive_and_prepare,
    asked,
    case_of,
    claimed,
    jobs,
    refuse,
    request_of,
    shot,
    status_of,
    told,
    waiting,
)
from tests.support.clinics import Clinic, join
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def test_asking_stops_the_clock_and_tells_the_patient(clinic: Clinic, clock: FakeClock) -> None:
    case_id, taken = await asked(clinic)
    assert await status_of(clinic, case_id) == Status.NEEDS_MORE
    assert (await request_of(clinic, case_id)).paused_at == clock.at
    (request,) = (await cases.open_case(clinic.patient, case_id)).photo_requests
    assert (request.row.part_id, request.wanted.note) == (taken.id, "Hold still.")
    assert await told() == ["photo-wanted"]
    (chase,) = await jobs("cases.chase_absent")
    assert chase["case_id"] == str(case_id)


async def test_a_better_photograph_gives_the_case_back_to_the_same_reader(clinic: Clinic, clock: FakeClock) -> None:
    case_id, taken = await asked(clinic)
    due_at = (await request_of(clinic, case_id)).due_at
    clock.advance(hours=5)
    better = shot(replaces=taken.id)
    await add(clinic, case_id, better.part)
    assert await status_of(clinic, case_id) == Status.NEEDS_MORE
    await arrive_and_prepare(clinic, case_id, better)
    assert await status_of(clinic, case_id) == Status.IN_REVIEW
    request = await request_of(clinic, case_id)
    assert request.claimed_by == clinic.reader.actor_id
    assert request.active_at == clock.at
    assert request.due_at == due_at + timedelta(hours=5)


async def test_a_photograph_of_something_else_does_not_answer_the_request(clinic: Clinic) -> None:
    case_id, _ = await asked(clinic)
    other = shot()
    await add(clinic, case_id, other.part)
    await arrive_and_prepare(clinic, case_id, other)
    assert await status_of(clinic, case_id) == Status.NEEDS_MORE


async def test_another_view_is_answered_by_a_photograph_that_replaces_none(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await cases.ask_for_photo(clinic.reader, case_id, BetterPhoto(part_id=None, reason="another-view"))
    view = shot()
    await add(clinic, case_id, view.part)
    await arrive_and_prepare(clinic, case_id, view)
    assert await status_of(clinic, case_id) == Status.IN_REVIEW


async def test_a_better_photograph_that_cannot_be_read_leaves_the_request_open(clinic: Clinic) -> None:
    case_id, taken = await asked(clinic)
    bad = shot(replaces=taken.id)
    await add(clinic, case_id, bad.part)
    await arrive(clinic, case_id, bad)
    await refuse(clinic, bad)
    assert await status_of(clinic, case_id) == Status.NEEDS_MORE
    (request,) = (await cases.open_case(clinic.patient, case_id)).photo_requests
    assert (request.row.part_id, request.row.supplied_part_id) == (taken.id, None)
    good = shot(replaces=taken.id)
    await add(clinic, case_id, good.part)
    await arrive_and_prepare(clinic, case_id, good)
    assert await status_of(clinic, case_id) == Status.IN_REVIEW


async def test_a_photograph_of_another_case_cannot_be_pointed_at(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    _, foreign = await waiting(clinic)
    with pytest.raises(NotFound):
        await cases.ask_for_photo(clinic.reader, case_id, BetterPhoto(part_id=foreign.id, reason="dark"))
    assert await status_of(clinic, case_id) == Status.IN_REVIEW


async def test_only_the_reader_of_a_case_asks(clinic: Clinic) -> None:
    case_id, taken = await claimed(clinic)
    other = await make_person(clinic.reading_id, Role.SPECIALIST, Role.COORDINATOR, licensed_in=("SL-W",))
    await join(clinic.pool_id, clinic.reading_id, other)
    with pytest.raises(NotYourClaim):
        await cases.ask_for_photo(other, case_id, BetterPhoto(part_id=taken.id, reason="dark"))


async def test_an_answer_without_the_better_photograph_ends_the_asking(clinic: Clinic) -> None:
    case_id, _ = await asked(clinic)
    await cases.record_answer(clinic.reader, case_id, (await case_of(clinic, case_id)).version)
    opened = await cases.open_case(clinic.patient, case_id)
    assert not opened.photo_requests
    assert opened.case.status == Status.ANSWERED
