"""A visit for several patients: its time is free until it is full, and nobody learns who else comes."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from server.core.access import Actor
from server.core.faults import Fault, NotFound
from server.scheduling import service as scheduling
from server.scheduling.faults import AlreadyInGroup, HoldRanOut, TimeTaken
from server.scheduling.schemas import HoursRules, KindRules, PlaceRules, PracticeRules, Wanted
from server.scheduling.service.diaries import Diary
from server.scheduling.slots import Kind
from server.scheduling.tables import Appointment, ReservedTime, SessionPlace, TimeClaim
from tests.scheduling.diary import NINE, ZONE, Practising, after
from tests.support.clinics import make_patient
from tests.support.platforms import FakeClock

CAPACITY = 3
TWO = after(NINE, hours=5)
"""14:00 in Madrid: the group's hour, which no other kind has."""


class Group:
    def __init__(
        self, practising: Practising, kind_id: UUID, place_id: UUID, patients: list[tuple[UUID, Actor]]
    ) -> None:
        self.practising, self.kind_id, self.place_id, self.patients = practising, kind_id, place_id, patients

    def wanted(self, number: int, starts_at: datetime = TWO) -> Wanted:
        return Wanted(
            patient_id=self.patients[number][0],
            provider_id=self.practising.reader.actor_id,
            kind_id=self.kind_id,
            starts_at=starts_at,
            place_id=self.place_id,
        )

    async def hold(self, number: int, starts_at: datetime = TWO) -> UUID:
        actor = self.patients[number][1]
        return await scheduling.hold_time(actor, self.wanted(number, starts_at), form_key=str(uuid4()))

    async def book(self, number: int) -> UUID:
        appointment_id = await self.hold(number)
        await scheduling.confirm(self.patients[number][1], appointment_id)
        return appointment_id

    async def free(self, number: int = 0) -> list[datetime]:
        patient_id, actor = self.patients[number]
        offer = await scheduling.offer_of(actor, patient_id, self.practising.reader.actor_id)
        day = TWO.date()
        return [
            slot.starts_at for slot in await scheduling.open_slots(actor, patient_id, offer, self.kind_id, (day, day))
        ]


@pytest.fixture
async def group(practising: Practising) -> Group:
    """Mondays at 14:00 and 15:00 for three at once, at a place where the reader is licensed."""
    reader, clinic = practising.reader, practising.clinic
    kind = KindRules(name="Group", duration_min=60, every_min=60, after_min=10, notice_min=120, capacity=CAPACITY)
    kind_id = await scheduling.add_kind(reader, kind)
    place_id = await scheduling.add_place(reader, PlaceRules(name="Room 3", region="SL-W", zone=ZONE))
    hours = HoursRules(weekday=0, opens_min=840, closes_min=960, place_id=place_id, kind_id=kind_id)
    await scheduling.add_hours(reader, hours)
    patients = [await make_patient(clinic.worker, name=f"Patient {n}") for n in range(5)]
    return Group(practising, kind_id, place_id, patients)


async def test_of_many_at_once_as_many_win_as_there_are_places(group: Group) -> None:
    """A hundred forms of five patients for one session of three."""

    async def attempt(number: int) -> UUID | Fault:
        try:
            return await group.hold(number % len(group.patients))
        except Fault as fault:
            return fault

    outcomes = await asyncio.gather(*(attempt(number) for number in range(100)))
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == CAPACITY
    assert {type(outcome) for outcome in outcomes} <= {UUID, TimeTaken, AlreadyInGroup}
    rows = await Appointment.objects()
    assert len({row.patient_id for row in rows}) == len(rows) == CAPACITY
    places = await SessionPlace.objects()
    assert sorted(place.place_no for place in places) == list(range(CAPACITY))
    assert (await ReservedTime.count(), await TimeClaim.count()) == (1, 14)


async def test_the_database_itself_gives_no_more_places(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the rules are asked of nothing that says how many there are."""

    def ask_nothing(diary: Diary, kind: Kind, starts_at: datetime, place_id: UUID | None) -> None:
        pass

    monkeypatch.setattr("server.scheduling.service.booking.require_free", ask_nothing)
    for number in range(CAPACITY):
        await group.hold(number)
    with pytest.raises(TimeTaken):
        await group.hold(CAPACITY)
    assert await SessionPlace.count() == await Appointment.count() == CAPACITY


async def test_its_time_is_free_until_it_is_full_and_again_when_somebody_leaves(group: Group) -> None:
    # The hour after it touches its ten minutes.
    assert await group.free() == [TWO, after(TWO, hours=1)]
    first = await group.book(0)
    for number in (1, 2):
        assert await group.free(number) == [TWO]
        await group.book(number)
    assert await group.free(3) == []
    with pytest.raises(TimeTaken):
        await group.hold(3)
    await scheduling.cancel(group.patients[0][1], first)
    assert await group.free(3) == [TWO]
    await group.book(3)
    await scheduling.cancel(group.practising.reader, (await _of(group, 3)).id)
    assert await TimeClaim.count() == 14


async def test_when_the_last_one_leaves_the_time_is_anybodys(group: Group) -> None:
    appointment_id = await group.book(0)
    await scheduling.cancel(group.patients[0][1], appointment_id)
    assert (await ReservedTime.count(), await TimeClaim.count(), await SessionPlace.count()) == (0, 0, 0)
    assert await group.free() == [TWO, after(TWO, hours=1)]


async def test_a_hold_that_ran_out_gives_its_place_back_and_no_more(group: Group, clock: FakeClock) -> None:
    await group.book(0)
    ran_out = await group.hold(1)
    await group.hold(2)
    assert await group.free(3) == []
    clock.advance(minutes=10)
    assert await group.free(3) == [TWO]
    with pytest.raises(HoldRanOut):
        await scheduling.confirm(group.patients[1][1], ran_out)
    for number in (3, 4):
        await group.book(number)
    assert await group.free(1) == []
    assert await SessionPlace.count() == CAPACITY
    await scheduling.lapse(group.practising.clinic.organisation_id, ran_out)
    assert await SessionPlace.count() == CAPACITY


async def test_when_all_holds_ran_out_the_time_is_anybodys(group: Group, clock: FakeClock) -> None:
    held = await group.hold(0)
    clock.advance(minutes=10)
    assert await group.free(1) == [TWO, after(TWO, hours=1)]
    other = await group.book(1)
    await scheduling.lapse(group.practising.clinic.organisation_id, held)
    assert [place.appointment_id for place in await SessionPlace.objects()] == [other]
    assert await TimeClaim.count() == 14


async def test_nobody_takes_two_places(group: Group) -> None:
    await group.book(0)
    with pytest.raises(AlreadyInGroup):
        await group.hold(0)
    assert await SessionPlace.count() == 1


async def test_each_sees_only_themselves(group: Group) -> None:
    mine, other = await group.book(0), await group.book(1)
    patient_id, actor = group.patients[0]
    assert [row.id for row in await scheduling.appointments_of_patient(actor, patient_id)] == [mine]
    with pytest.raises(NotFound):
        await scheduling.get_appointment(actor, other)
    sheet = await scheduling.day_sheet(group.practising.reader, TWO.date())
    assert {row.id for row in sheet.rows} == {mine, other}


async def test_a_group_counts_once_against_the_daily_limit(group: Group) -> None:
    await scheduling.set_practice(group.practising.reader, PracticeRules(zone=ZONE, daily_limit=1))
    await group.book(0)
    assert await group.free(1) == [TWO]
    await group.book(1)
    assert await group.practising.free() == []


async def test_a_group_by_video_is_not_offered(group: Group) -> None:
    await scheduling.add_hours(group.practising.reader, HoursRules(weekday=0, opens_min=1020, closes_min=1080))
    assert await group.free() == [TWO, after(TWO, hours=1)]


async def _of(group: Group, number: int) -> Appointment:
    patient_id, actor = group.patients[number]
    [row] = [row for row in await scheduling.appointments_of_patient(actor, patient_id) if row.status == "booked"]
    return row
