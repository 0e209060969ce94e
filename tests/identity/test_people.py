"""An organisation's people: who may see and change them, and what that ends."""

from uuid import uuid4

import pytest
from litestar import Litestar

from server.core.access import Actor, Role
from server.core.access.actor import ActorKind
from server.core.faults import Forbidden, NotFound
from server.core.platform import now
from server.identity import service
from server.identity.faults import LastAdministrator, RolesDoNotMix
from server.identity.schemas import OrganisationCard
from server.identity.tables import Membership, Person, PersonState
from tests.identity.browser import Browser, open_browser
from tests.identity.enrolled import enrol
from tests.support.people import begin, make_organisation, make_person, sign_in


@pytest.fixture
async def administrator(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.ADMINISTRATOR, name="Ada Admin")


@pytest.fixture
async def vega(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.SPECIALIST, name="Alex Vega")


async def roles_of(actor: Actor, person: Actor) -> tuple[Role, ...]:
    return (await service.staff_member(actor, person.actor_id)).roles


async def test_staff_are_listed_by_name_without_patients(administrator: Actor, vega: Actor) -> None:
    await make_person(vega.organisation_id, Role.PATIENT, name="Ana Ruiz", has_second_factor=False)
    elsewhere = await make_organisation("Hospital Sur")
    await make_person(elsewhere.organisation_id, Role.SPECIALIST, name="Bo Berg")
    assert [card.details.name for card in await service.staff(administrator)] == ["Ada Admin", "Alex Vega"]


@pytest.mark.parametrize("role", list(Role))
async def test_who_reads_and_who_changes(app: Litestar, place: OrganisationCard, vega: Actor, role: Role) -> None:
    """Against a list of its own: coordinators read, administrators change, everyone else does neither."""
    reads = role in {Role.ADMINISTRATOR, Role.COORDINATOR}
    changes = role is Role.ADMINISTRATOR
    async with open_browser(app) as browser:
        await sign_in(browser.client, await make_person(place.organisation_id, role))
        for path in ("/people", f"/people/{vega.actor_id}"):
            assert (await browser.open(path)).status == (200 if reads else 403)
        assert (await browser.open("/people/invite")).status == (200 if changes else 403)
        person, other = f"/people/{vega.actor_id}", uuid4()
        for path in (
            "/people/invite",
            f"{person}/roles",
            f"{person}/licences",
            f"{person}/licences/{other}/end",
            f"{person}/reset",
            f"{person}/disable",
            f"{person}/enable",
            f"/people/invitations/{other}/withdraw",
        ):
            await browser.open("/account")
            refused = (await browser.send_again(path)).status == 403
            assert refused is not changes, path


async def test_people_of_other_organisations_are_not_there(app: Litestar, administrator: Actor) -> None:
    elsewhere = await make_organisation("Hospital Sur")
    berg = await make_person(elsewhere.organisation_id, Role.SPECIALIST, name="Bo Berg")
    async with open_browser(app) as browser:
        await sign_in(browser.client, administrator)
        assert (await browser.open(f"/people/{berg.actor_id}")).status == 404
        for path in ("roles", "licences", "reset", "disable", "enable"):
            await browser.open("/account")
            fields = {"region": "ES", "starts_on": "2026-01-01"}
            assert (await browser.send_again(f"/people/{berg.actor_id}/{path}", **fields)).status == 404
    assert not await Person.exists().where(Person.state != PersonState.ACTIVE)


async def test_changing_roles_signs_the_person_out(administrator: Actor, vega: Actor) -> None:
    token = await begin(vega.actor_id)
    await service.set_roles(administrator, vega.actor_id, [Role.COORDINATOR])
    assert await roles_of(administrator, vega) == (Role.COORDINATOR,)
    assert await service.find_session(token) is None


async def test_saving_the_same_roles_changes_nothing(administrator: Actor, vega: Actor) -> None:
    token = await begin(vega.actor_id)
    await service.set_roles(administrator, vega.actor_id, [Role.SPECIALIST])
    assert await service.find_session(token) is not None


async def test_no_roles_end_the_membership(administrator: Actor, vega: Actor) -> None:
    await service.set_roles(administrator, vega.actor_id, [])
    assert [card.details.name for card in await service.staff(administrator)] == ["Ada Admin"]
    assert await roles_of(administrator, vega) == ()
    await service.set_roles(administrator, vega.actor_id, [Role.SPECIALIST])
    assert await roles_of(administrator, vega) == (Role.SPECIALIST,)


async def test_the_only_administrator_stays(administrator: Actor, vega: Actor) -> None:
    with pytest.raises(LastAdministrator):
        await service.set_roles(administrator, administrator.actor_id, [Role.COORDINATOR])
    assert await roles_of(administrator, administrator) == (Role.ADMINISTRATOR,)
    await service.set_roles(administrator, vega.actor_id, [Role.ADMINISTRATOR])
    await service.set_roles(administrator, administrator.actor_id, [Role.COORDINATOR])
    assert await roles_of(administrator, administrator) == (Role.COORDINATOR,)


async def test_staff_do_not_become_patients(administrator: Actor, vega: Actor) -> None:
    with pytest.raises(RolesDoNotMix):
        await service.set_roles(administrator, vega.actor_id, [Role.SPECIALIST, Role.PATIENT])


async def test_whoever_is_shut_out_is_so_everywhere_until_let_in(administrator: Actor, vega: Actor) -> None:
    token = await begin(vega.actor_id)
    await service.disable_person(administrator, vega.actor_id)
    assert await service.find_session(token) is None
    await service.enable_person(administrator, vega.actor_id)
    assert await service.find_session(token) is None
    assert (await service.staff_member(administrator, vega.actor_id)).state == PersonState.INVITED


async def test_whoever_could_sign_in_can_again(administrator: Actor, place: OrganisationCard) -> None:
    vega = await enrol(place.organisation_id)
    await service.disable_person(administrator, vega.person_id)
    await service.enable_person(administrator, vega.person_id)
    assert (await service.staff_member(administrator, vega.person_id)).state == PersonState.ACTIVE
    assert await service.find_session(await begin(vega.person_id)) is not None


async def test_only_who_keeps_the_record_shuts_a_person_out(administrator: Actor, vega: Actor) -> None:
    elsewhere = await make_organisation("Hospital Sur")
    other = await make_person(elsewhere.organisation_id, Role.ADMINISTRATOR)
    await service.set_roles(administrator, vega.actor_id, [])
    await Membership(
        recorded_at=now(),
        organisation_id=elsewhere.organisation_id,
        person_id=vega.actor_id,
        role=Role.SPECIALIST,
        starts_at=now(),
    ).save()
    for verb in (service.disable_person, service.enable_person, service.reset_sign_in):
        with pytest.raises(NotFound):
            await verb(other, vega.actor_id)
    assert await roles_of(other, vega) == (Role.SPECIALIST,)


async def test_names_are_there_for_other_slices(administrator: Actor, vega: Actor) -> None:
    assert await service.person_name(vega.actor_id) == "Alex Vega"
    names = await service.person_names([vega.actor_id, administrator.actor_id, uuid4()])
    assert names == {vega.actor_id: "Alex Vega", administrator.actor_id: "Ada Admin"}
    assert await service.person_name(uuid4()) == ""


async def test_names_are_sealed(vega: Actor) -> None:
    person = await Person.objects().get(Person.id == vega.actor_id)
    assert person is not None
    assert b"Vega" not in person.sealed


async def test_who_holds_a_role(administrator: Actor, vega: Actor, place: OrganisationCard) -> None:
    found = await service.people_in_role(place.organisation_id, Role.SPECIALIST)
    assert [card.person_id for card in found] == [vega.actor_id]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_the_service_asks_too(vega: Actor, role: Role) -> None:
    """The page's guard is one door; a verb called from elsewhere is another."""
    actor = Actor(
        actor_id=uuid4(), kind=ActorKind.PERSON, organisation_id=vega.organisation_id, roles=frozenset({role})
    )
    for verb in (service.disable_person, service.reset_sign_in):
        with pytest.raises(Forbidden):
            await verb(actor, vega.actor_id)
    with pytest.raises(Forbidden):
        await service.set_roles(actor, vega.actor_id, [Role.ADMINISTRATOR])


async def test_the_page_tells_why_a_change_is_refused(browser: Browser, administrator: Actor) -> None:
    await sign_in(browser.client, administrator)
    page = f"/people/{administrator.actor_id}"
    await browser.send(f"{page}/roles", of=page, roles=["auditor"])
    assert browser.status == 409
    assert "only administrator" in browser.text
    await browser.send(f"{page}/licences", of=page, region="Spain", starts_on="2026-01-01")
    assert browser.status == 422
    assert 'value="Spain"' in browser.text
