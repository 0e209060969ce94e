"""The deadline clock: it stands exactly while the patient is asked, and every stretch is written down."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.cases import service as cases
from server.cases.schemas import BetterPhoto
from server.cases.tables import Acuity, DeadlineInterval
from server.core.platform import Platform
from tests.support.casework import add, arrive_and_prepare, claimed, request_of, shot, waiting
from tests.support.clinics import Clinic, make_clinic
from tests.support.people import Role, make_person
from tests.support.platforms import FakeClock

SECONDS = st.integers(min_value=0, max_value=10 * 24 * 3600)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(stretches=st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=3))
async def test_the_deadline_moves_on_by_exactly_the_time_the_patient_took(
    sqlite_platform: Platform, stretches: list[tuple[int, int]]
) -> None:
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    clinic = await make_clinic()
    case_id, taken = await claimed(clinic)
    opened = await request_of(clinic, case_id)
    for running_s, paused_s in stretches:
        clock.advance(seconds=running_s)
        await cases.ask_for_photo(clinic.reader, case_id, BetterPhoto(part_id=taken.id, reason="dark"))
        clock.advance(seconds=paused_s)
        taken = shot(replaces=taken.id)
        await add(clinic, case_id, taken.part)
        await arrive_and_prepare(clinic, case_id, taken)
    asked_s = sum(paused_s for _, paused_s in stretches)
    request = await request_of(clinic, case_id)
    assert request.due_at == opened.due_at + timedelta(seconds=asked_s)
    assert await total_s(opened.id, "paused") == asked_s
    assert await total_s(opened.id, "running", until=clock.at) == sum(running_s for running_s, _ in stretches)


async def total_s(request_id: object, kind: str, until: object = None) -> float:
    rows = await DeadlineInterval.objects().where(DeadlineInterval.request_id == request_id)
    return sum(((row.ended_at or until) - row.started_at).total_seconds() for row in rows if row.kind == kind)


async def test_the_hours_are_those_of_the_pool_from_the_day_they_were_set(clinic: Clinic, clock: FakeClock) -> None:
    administrator = await make_person(clinic.reading_id, Role.ADMINISTRATOR)
    before, _ = await waiting(clinic)
    clock.advance(hours=1)
    await cases.set_deadline(administrator, clinic.pool_id, Acuity.ROUTINE, 10)
    after, _ = await waiting(clinic)
    assert (await request_of(clinic, before)).due_at == clock.at + timedelta(hours=71)
    assert (await request_of(clinic, after)).due_at == clock.at + timedelta(hours=10)


async def test_a_case_made_urgent_while_the_patient_is_asked_has_its_hours_from_when_the_reader_can_go_on(
    clinic: Clinic, clock: FakeClock
) -> None:
    case_id, taken = await claimed(clinic)
    await cases.ask_for_photo(clinic.reader, case_id, BetterPhoto(part_id=taken.id, reason="dark"))
    clock.advance(hours=10)
    await cases.escalate_case(clinic.coordinator, case_id, Acuity.URGENT, "spreading")
    clock.advance(hours=2)
    better = shot(replaces=taken.id)
    await add(clinic, case_id, better.part)
    await arrive_and_prepare(clinic, case_id, better)
    assert (await request_of(clinic, case_id)).due_at == clock.at + timedelta(hours=4)


async def test_releasing_while_the_patient_is_asked_lets_the_clock_run(clinic: Clinic, clock: FakeClock) -> None:
    case_id, taken = await claimed(clinic)
    await cases.ask_for_photo(clinic.reader, case_id, BetterPhoto(part_id=taken.id, reason="dark"))
    clock.advance(hours=1)
    await cases.release_case(clinic.reader, case_id)
    request = await request_of(clinic, case_id)
    assert request.paused_at is None
    assert request.due_at == clock.at + timedelta(hours=72)
