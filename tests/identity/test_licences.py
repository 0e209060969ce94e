"""Licences: where a person may practise, on which days."""

from datetime import UTC, date, datetime

import pytest

from server.core.access import Actor, Role
from server.core.faults import BadInput, NotFound
from server.core.platform import now
from server.identity import service
from server.identity.regions import covering
from server.identity.schemas import OrganisationCard
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
async def administrator(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.ADMINISTRATOR)


@pytest.fixture
async def vega(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.SPECIALIST)


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


@pytest.mark.parametrize(
    "licensed,place,holds",
    [
        ("ES", "ES", True),
        ("ES", "ES-CN", True),
        ("ES-CN", "ES-CN", True),
        ("ES-CN", "ES", False),
        ("ES-CN", "ES-C", False),
        ("ES-C", "ES-CN", False),
        ("US-CA", "US-TX", False),
        ("E", "ES", False),
    ],
)
def test_a_countrys_licence_holds_in_all_of_it(licensed: str, place: str, holds: bool) -> None:
    assert (licensed in covering(place)) is holds


@pytest.mark.parametrize(
    "day,holds", [("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)]
)
async def test_a_licence_holds_from_its_first_to_its_last_day(
    administrator: Actor, vega: Actor, day: str, holds: bool
) -> None:
    await service.add_licence(administrator, vega.actor_id, "ES-MD", date(2026, 3, 1), date(2026, 3, 31))
    assert await service.licences_of(vega.actor_id, at(day)) == (frozenset({"ES-MD"}) if holds else frozenset())
    assert await service.licensed_for([vega.actor_id], "ES-MD", at(day)) == ([vega.actor_id] if holds else [])


async def test_who_may_treat_a_patient_there_in_the_order_asked(place: OrganisationCard, vega: Actor) -> None:
    people = [
        await make_person(place.organisation_id, Role.SPECIALIST, licensed_in=licensed)
        for licensed in (("ES",), ("US-CA",), ("ES-CN", "FR"), ())
    ]
    ids = [person.actor_id for person in reversed(people)]
    assert await service.licensed_for(ids, "ES-CN", now()) == [people[2].actor_id, people[0].actor_id]
    assert await service.licensed_for([], "ES-CN", now()) == []


async def test_ending_one_binds_today(administrator: Actor, vega: Actor, clock: FakeClock) -> None:
    await service.add_licence(administrator, vega.actor_id, "ES", date(2020, 1, 1), None)
    [card] = await service.licences(administrator, vega.actor_id)
    await service.end_licence(administrator, card.licence_id)
    assert await service.licences_of(vega.actor_id, now()) == frozenset()
    assert await service.licences_of(vega.actor_id, at("2026-03-01")) == {"ES"}
    [ended] = await service.licences(administrator, vega.actor_id)
    assert ended.ends_on == date(2026, 3, 1)


async def test_ending_one_that_is_over_does_not_lengthen_it(administrator: Actor, vega: Actor) -> None:
    await service.add_licence(administrator, vega.actor_id, "ES", date(2020, 1, 1), date(2021, 1, 1))
    [card] = await service.licences(administrator, vega.actor_id)
    await service.end_licence(administrator, card.licence_id)
    [ended] = await service.licences(administrator, vega.actor_id)
    assert ended.ends_on == date(2021, 1, 1)


async def test_a_licence_ends_after_it_starts(administrator: Actor, vega: Actor) -> None:
    with pytest.raises(BadInput):
        await service.add_licence(administrator, vega.actor_id, "ES", date(2026, 3, 2), date(2026, 3, 1))


async def test_another_organisations_licence_is_not_there(administrator: Actor, vega: Actor) -> None:
    await service.add_licence(administrator, vega.actor_id, "ES", date(2020, 1, 1), None)
    [card] = await service.licences(administrator, vega.actor_id)
    elsewhere = await make_organisation("Hospital Sur")
    other = await make_person(elsewhere.organisation_id, Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        await service.end_licence(other, card.licence_id)
    assert await service.licences_of(vega.actor_id, now()) == {"ES"}
