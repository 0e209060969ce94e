"""The waiting room: acuity first, who is there comes in and who waits at home is rung, and an honest estimate."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from server.calls import service as calls
from server.calls.estimate import LEAST_CALLS, stand
from server.calls.faults import NotYourCall
from server.calls.schemas import Caller
from server.calls.tables import Call
from server.core.access import Role
from server.core.ids import new_id
from server.core.platform import now
from tests.calls.calling import asked_by_patient, row_of
from tests.support.clinics import Clinic, make_patient
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def waits(clinic: Clinic) -> Call:
    """In the waiting room: the one reader cannot talk just now."""
    call = await asked_by_patient(clinic)
    await calls.decline(clinic.reader, call.id)
    return await calls.requeue(clinic.patient, call.id)


async def another(clinic: Clinic, *, acuity: str = "routine", minutes_ago: int = 0) -> UUID:
    """Another patient's call in the same pool, as if it had been asked for so long ago."""
    patient_id, _ = await make_patient(clinic.worker, name="Abu Sesay")
    call_id, at = new_id(), now() - timedelta(minutes=minutes_ago)
    await Call(
        id=call_id,
        recorded_at=at,
        organisation_id=clinic.organisation_id,
        subject_id=uuid4(),
        patient_id=patient_id,
        pool_id=clinic.pool_id,
        acuity=acuity,
        region="SL-W",
        zone="UTC",
        asked_by=patient_id,
        asked_at=at,
        changed_at=at,
    ).save()
    return call_id


async def test_an_open_board_is_told_who_came_and_who_went(clinic: Clinic) -> None:
    markers = [await calls.walk_ins_marker(clinic.coordinator)]
    mine = await waits(clinic)
    markers.append(await calls.walk_ins_marker(clinic.coordinator))
    await calls.take(clinic.reader, mine.id)
    markers.append(await calls.walk_ins_marker(clinic.coordinator))
    assert len({*markers[:2]}) == 2
    assert markers[2] != markers[1]
    assert await calls.walk_ins_marker(clinic.coordinator) == markers[2], "and of nothing else"


async def test_the_more_urgent_first_and_of_those_the_first(clinic: Clinic) -> None:
    mine = await waits(clinic)
    soon, later = await another(clinic, acuity="soon"), await another(clinic, minutes_ago=-1)
    urgent, first = await another(clinic, acuity="urgent"), await another(clinic, minutes_ago=9)
    rows = await calls.walk_ins(clinic.worker)
    assert [row.call_id for row in rows] == [urgent, soon, first, mine.id, later]
    assert [row.ahead for row in rows] == [0, 1, 2, 3, 4]
    standing = await calls.standing_of(await row_of(clinic, mine.id))
    assert standing is not None
    assert (standing.ahead, standing.low_min, standing.high_min) == (3, None, None)


async def test_whoever_is_there_comes_in(clinic: Clinic) -> None:
    call = await waits(clinic)
    seat = await calls.enter(Caller(actor=clinic.patient), call.id)
    await calls.sit_down(seat, uuid4(), "es")
    assert (await calls.walk_ins(clinic.worker))[0].is_there
    taken = await calls.take(clinic.reader, call.id)
    assert (taken.status, taken.specialist_id) == ("joining", clinic.reader.actor_id)
    (shown,) = await calls.seats_shown(clinic.patient, call.id)
    assert (shown.presence, shown.language) == ("present", "es")


async def test_whoever_waits_at_home_is_rung(clinic: Clinic, clock: FakeClock) -> None:
    call = await waits(clinic)
    seat = await calls.enter(Caller(actor=clinic.patient), call.id)
    await calls.sit_down(seat, uuid4())
    clock.advance(seconds=46)
    assert not (await calls.walk_ins(clinic.worker))[0].is_there
    taken = await calls.take(clinic.reader, call.id)
    assert taken.status == "ringing"
    assert [each.id for each in await calls.ringing(clinic.patient)] == [call.id]
    assert (await calls.answer(clinic.patient, call.id)).status == "joining"


async def test_only_the_pools_readers_take_from_it(clinic: Clinic) -> None:
    call = await waits(clinic)
    outsider = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=("SL-W",))
    with pytest.raises(NotYourCall):
        await calls.take(outsider, call.id)


async def test_a_visit_stands_in_no_line(clinic: Clinic) -> None:
    call = await waits(clinic)
    await Call.update({Call.appointment_id: uuid4()}).where(Call.id == call.id)
    assert await calls.standing_of(await row_of(clinic, call.id)) is None
    assert await calls.walk_ins(clinic.worker) == []


def test_too_little_known_says_nothing() -> None:
    standing = stand(2, [600.0] * (LEAST_CALLS - 1), 1)
    assert (standing.ahead, standing.low_min, standing.high_min) == (2, None, None)


@pytest.mark.parametrize(
    "ahead, serving, low_min, high_min",
    [(0, 1, 0, 20), (1, 1, 5, 35), (4, 1, 30, 80), (4, 2, 15, 50), (4, 0, 30, 80)],
)
def test_the_range_is_of_the_middle_half_of_past_calls(ahead: int, serving: int, low_min: int, high_min: int) -> None:
    durations_s = [60.0 * minutes for minutes in (8, 8, 12, 16, 16)]  # a quarter took 8 minutes, three quarters 16
    standing = stand(ahead, durations_s, serving)
    assert (standing.low_min, standing.high_min) == (low_min, high_min)


async def test_the_board_takes_somebody_out_of_the_line(clinic: Clinic) -> None:
    call = await waits(clinic)
    await calls.cancel(clinic.coordinator, call.id)
    assert await calls.walk_ins(clinic.worker) == []
