"""Guardians and helpers: named with dates, bound by them at once, ended by hand or by majority at local midnight."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from server.core.access import Actor, Role
from server.core.faults import Forbidden, NotFound
from server.core.platform import Platform
from server.identity import service as identity
from server.patients import service as patients
from server.patients.majority import first_moment, proposed_majority
from server.patients.schemas import Demographics
from server.patients.service import ActsAlready, Capacity, DatesRefused, Named, Relation
from tests.support.clinics import Clinic, make_clinic, make_patient
from tests.support.people import make_person
from tests.support.platforms import FakeClock

PHONE = "+23276999999"
MAJORITY = date(2027, 6, 8)


@pytest.fixture
def clock(sqlite_platform: Platform) -> FakeClock:
    assert isinstance(sqlite_platform.clock, FakeClock)
    return sqlite_platform.clock


def guardian(**changes: object) -> Named:
    values: dict[str, object] = {
        "name": "Mariama Conteh",
        "contact": PHONE,
        "capacity": Capacity.GUARDIAN,
        "relation": Relation.MOTHER,
        "majority_on": MAJORITY,
    }
    return Named(**values | changes)  # pyright: ignore[reportArgumentType]


def helper(**changes: object) -> Named:
    return guardian(capacity=Capacity.HELPER, relation=Relation.CARER, majority_on=None, **changes)


async def child_of(worker: Actor, zone: str = "Africa/Freetown") -> UUID:
    who = Demographics(given_name="Ibrahim", family_name="Conteh", birth_date=date(2009, 6, 8))
    return await patients.register_patient(worker, who, region="SL-W", language="en", zone=zone)


async def signed_in(clinic: Clinic, person_id: UUID) -> Actor:
    """The named person's next request."""
    return Actor(
        actor_id=person_id,
        kind=clinic.patient.kind,
        organisation_id=clinic.organisation_id,
        roles=frozenset({Role.PATIENT}),
    )


async def test_a_new_person_gets_a_sign_in_and_acts_until_it_is_ended(platform: Platform) -> None:
    clinic = await make_clinic()
    child_id = await child_of(clinic.worker)
    person_id = await patients.name_person(clinic.worker, child_id, guardian())
    mother = await signed_in(clinic, person_id)
    assert await identity.person_name(person_id) == "Mariama Conteh"
    assert (await patients.demographics(mother, child_id)).given_name == "Ibrahim"
    (named,) = await patients.acting_for(clinic.worker, child_id)
    await patients.end_acting(clinic.worker, child_id, named.grant_id)
    with pytest.raises(NotFound):
        await patients.demographics(mother, child_id)
    (ended,) = await patients.acting_for(clinic.worker, child_id)
    assert (ended.has_ended, ended.ended_by) == (True, clinic.worker.actor_id)


@pytest.mark.parametrize(
    "zone, midnight",
    [
        ("Africa/Freetown", datetime(2027, 6, 8, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 6, 7, 12, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 6, 8, 7, tzinfo=UTC)),
    ],
)
async def test_majority_ends_it_at_midnight_where_the_patient_is(
    sqlite_platform: Platform, clock: FakeClock, zone: str, midnight: datetime
) -> None:
    clinic = await make_clinic()
    child_id = await child_of(clinic.worker, zone)
    mother = await signed_in(clinic, await patients.name_person(clinic.worker, child_id, guardian()))
    clock.at = midnight - timedelta(seconds=1)
    assert await patients.names_of(mother, [child_id])
    clock.at = midnight
    assert await patients.names_of(mother, [child_id]) == {}
    (row,) = await patients.acting_for(clinic.worker, child_id)
    assert (row.ends_with_majority, row.has_ended, row.ended_by) == (True, True, None)


@pytest.mark.parametrize(
    "day, zone, instant",
    [
        (date(2027, 6, 8), "America/Los_Angeles", datetime(2027, 6, 8, 7, tzinfo=UTC)),
        (date(2027, 6, 8), "Pacific/Auckland", datetime(2027, 6, 7, 12, tzinfo=UTC)),
        # On this day the clocks of Beirut went from 00:00 to 01:00: the day began with the jump.
        (date(2022, 3, 27), "Asia/Beirut", datetime(2022, 3, 26, 22, tzinfo=UTC)),
        # On this one the clocks of Havana went from 01:00 back to 00:00: it began with the first midnight.
        (date(2022, 11, 6), "America/Havana", datetime(2022, 11, 6, 4, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_patient_is(day: date, zone: str, instant: datetime) -> None:
    assert first_moment(day, zone) == instant


@pytest.mark.parametrize("born, of_age", [(date(2009, 6, 8), date(2027, 6, 8)), (date(2008, 2, 29), date(2026, 3, 1))])
def test_the_eighteenth_birthday_is_proposed(born: date, of_age: date) -> None:
    assert proposed_majority(born) == of_age


async def test_a_corrected_majority_moves_what_ends_with_it(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    child_id = await child_of(clinic.worker)
    await patients.name_person(clinic.worker, child_id, guardian())
    later = guardian(name="Abu Conteh", contact="+23276999998", majority_on=date(2030, 6, 8))
    await patients.name_person(clinic.worker, child_id, later)
    ends = {each.ends_at for each in await patients.acting_for(clinic.worker, child_id)}
    assert ends == {first_moment(date(2030, 6, 8), "Africa/Freetown")}


async def test_days_are_local_and_the_last_one_counts(sqlite_platform: Platform, clock: FakeClock) -> None:
    clinic = await make_clinic()
    child_id = await child_of(clinic.worker, "Pacific/Auckland")
    today = clock.now().date()
    since, until = today + timedelta(days=10), today + timedelta(days=20)
    person_id = await patients.name_person(clinic.worker, child_id, helper(since=since, until=until))
    helping = await signed_in(clinic, person_id)
    assert await patients.patients_of(helping) == []
    clock.at = first_moment(since, "Pacific/Auckland")
    assert [each.patient_id for each in await patients.patients_of(helping)] == [child_id]
    clock.at = first_moment(until + timedelta(days=1), "Pacific/Auckland") - timedelta(seconds=1)
    assert await patients.patients_of(helping)
    clock.at = first_moment(until + timedelta(days=1), "Pacific/Auckland")
    assert await patients.patients_of(helping) == []


@pytest.mark.parametrize(
    "field, changes",
    [
        ("majority_on", {"majority_on": None}),
        ("majority_on", {"majority_on": date(2020, 1, 1)}),
        ("until", {"until": date(2020, 1, 1)}),
    ],
)
async def test_dates_with_which_nobody_could_act_are_refused(
    sqlite_platform: Platform, field: str, changes: dict[str, object]
) -> None:
    clinic = await make_clinic()
    child_id = await child_of(clinic.worker)
    with pytest.raises(DatesRefused) as refused:
        await patients.name_person(clinic.worker, child_id, guardian(**changes))
    assert refused.value.field == field
    assert await patients.acting_for(clinic.worker, child_id) == []


async def test_patients_name_helpers_and_no_guardians(platform: Platform) -> None:
    clinic = await make_clinic()
    with pytest.raises(Forbidden):
        await patients.name_person(clinic.patient, clinic.patient_id, guardian())
    person_id = await patients.name_person(clinic.patient, clinic.patient_id, helper())
    helping = await signed_in(clinic, person_id)
    with pytest.raises(Forbidden):
        await patients.name_person(helping, clinic.patient_id, helper(name="Fatu Sesay", contact="+23276999997"))
    with pytest.raises(NotFound):
        await patients.name_person(clinic.worker, (await make_clinic()).patient_id, helper())


async def test_helpers_see_only_themselves_and_may_stop(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    helping = await signed_in(clinic, await patients.name_person(clinic.patient, clinic.patient_id, helper()))
    await patients.name_person(clinic.worker, clinic.patient_id, helper(name="Fatu Sesay", contact="+23276999997"))
    (own,) = await patients.acting_for(helping, clinic.patient_id)
    other = next(
        each
        for each in await patients.acting_for(clinic.patient, clinic.patient_id)
        if each.person_id != helping.actor_id
    )
    with pytest.raises(Forbidden):
        await patients.end_acting(helping, clinic.patient_id, other.grant_id)
    await patients.end_acting(helping, clinic.patient_id, own.grant_id)
    assert await patients.patients_of(helping) == []


async def test_someone_who_has_a_sign_in_is_named_by_contact_and_name(platform: Platform) -> None:
    clinic = await make_clinic()
    _, other_patient = await make_patient(clinic.worker, name="Fatu Sesay")
    known = await make_person(
        clinic.organisation_id, Role.PATIENT, name="Mariama Conteh", email="", phone=PHONE, has_second_factor=False
    )
    person_id = await patients.name_person(clinic.worker, clinic.patient_id, helper(name="MARIAMA Cónteh"))
    assert person_id == known.actor_id
    with pytest.raises(ActsAlready):
        await patients.name_person(clinic.worker, clinic.patient_id, helper())
    assert [each.patient_id for each in await patients.patients_of(other_patient)] != []


@pytest.mark.parametrize("role, name", [(Role.PATIENT, "Somebody Else"), (Role.CLINIC_WORKER, "Mariama Conteh")])
async def test_a_wrong_digit_lets_nobody_in(sqlite_platform: Platform, role: Role, name: str) -> None:
    clinic = await make_clinic()
    await make_person(clinic.organisation_id, role, name=name, email="", phone=PHONE)
    with pytest.raises(identity.ContactInUse):
        await patients.name_person(clinic.worker, clinic.patient_id, helper())
    assert await patients.acting_for(clinic.worker, clinic.patient_id) == []
