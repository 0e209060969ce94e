"""Sessions: whatever ends one, or what it may do, binds the very next request."""

from datetime import timedelta

import msgspec
import pytest

from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import NotFound
from server.core.platform import now
from server.identity import service
from server.identity.acting import actor_of
from server.identity.clients import Client
from server.identity.faults import SignInRefused, SignInUnfinished
from server.identity.queries import get_person
from server.identity.schemas import OrganisationCard
from server.identity.service.sessions import begin_session, renew_proved_session
from server.identity.tables import Membership, Person, PersonState, Session, Stage
from tests.support.people import begin, make_organisation, make_person
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")


async def acting(token: str) -> Actor | None:
    """Who the next request with this cookie acts as."""
    session = await service.find_session(token)
    return actor_of(session) if session else None


@pytest.fixture
async def specialist(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.SPECIALIST)


@pytest.fixture
async def token(specialist: Actor) -> str:
    return await begin(specialist.actor_id)


async def test_a_session_acts_in_the_roles_of_its_organisation(
    place: OrganisationCard, specialist: Actor, token: str
) -> None:
    actor = await acting(token)
    assert actor is not None
    assert (actor.actor_id, actor.organisation_id) == (specialist.actor_id, place.organisation_id)
    assert actor.roles == {Role.SPECIALIST}


async def test_only_a_hash_of_the_token_is_kept(specialist: Actor, token: str) -> None:
    rows = await Session.select(Session.token_hash).where(Session.person_id == specialist.actor_id)
    assert all(token.encode() not in row["token_hash"] and len(row["token_hash"]) == 32 for row in rows)


@pytest.mark.parametrize("wrong", ["", "x", "x" * 43, "' OR 1=1 --"])
async def test_no_other_token_opens_one(token: str, wrong: str) -> None:
    assert await service.find_session(wrong) is None


async def test_ending_it_binds_the_next_request(specialist: Actor, token: str) -> None:
    session = await service.find_session(token)
    assert session is not None
    await service.end_own_session(specialist, session.session_id)
    assert await acting(token) is None
    assert not await service.is_session_live(session.session_id)


async def test_another_persons_session_is_not_there(place: OrganisationCard, token: str) -> None:
    other = await make_person(place.organisation_id, Role.ADMINISTRATOR)
    session = await service.find_session(token)
    assert session is not None
    with pytest.raises(NotFound):
        await service.end_own_session(other, session.session_id)
    assert await acting(token) is not None


async def test_ending_the_others_keeps_this_one(specialist: Actor) -> None:
    mine, others = await begin(specialist.actor_id), [await begin(specialist.actor_id) for _ in range(3)]
    here = await acting(mine)
    assert here is not None
    await service.end_other_sessions(here)
    assert [await acting(other) for other in others] == [None, None, None]
    assert await acting(mine) is not None
    assert [card.is_this_one for card in await service.own_sessions(here)] == [True]


async def test_losing_the_role_binds_the_next_request(specialist: Actor, token: str) -> None:
    """Even where nothing ended the session itself."""
    await Membership.update({Membership.ends_at: now()}).where(Membership.person_id == specialist.actor_id)
    assert await acting(token) is None


async def test_losing_one_role_of_two_leaves_the_other(place: OrganisationCard) -> None:
    both = await make_person(place.organisation_id, Role.SPECIALIST, Role.COORDINATOR)
    token = await begin(both.actor_id)
    ended = (Membership.person_id == both.actor_id) & (Membership.role == Role.COORDINATOR)
    await Membership.update({Membership.ends_at: now()}).where(ended)
    actor = await acting(token)
    assert actor is not None
    assert actor.roles == {Role.SPECIALIST}


async def test_disabling_the_person_binds_the_next_request(specialist: Actor, token: str) -> None:
    await Person.update({Person.state: PersonState.DISABLED}).where(Person.id == specialist.actor_id)
    assert await acting(token) is None
    with pytest.raises(SignInRefused):
        await begin(specialist.actor_id)


async def test_a_role_that_has_not_begun_gives_nothing(place: OrganisationCard, specialist: Actor, token: str) -> None:
    tomorrow = now() + timedelta(days=1)
    await Membership(
        recorded_at=now(),
        organisation_id=place.organisation_id,
        person_id=specialist.actor_id,
        role=Role.ADMINISTRATOR,
        starts_at=tomorrow,
    ).save()
    actor = await acting(token)
    assert actor is not None
    assert actor.roles == {Role.SPECIALIST}


async def test_staff_are_signed_out_after_an_hour_of_silence(token: str, clock: FakeClock) -> None:
    clock.advance(minutes=59)
    assert await acting(token) is not None
    clock.advance(minutes=59)
    assert await acting(token) is not None
    clock.advance(minutes=61)
    assert await acting(token) is None


async def test_staff_are_signed_out_after_a_shift(token: str, clock: FakeClock) -> None:
    for _ in range(24):
        assert await acting(token) is not None
        clock.advance(minutes=30)
    assert await acting(token) is None


async def test_a_patients_phone_stays_signed_in_through_weeks_off_the_network(
    place: OrganisationCard, clock: FakeClock
) -> None:
    patient = await make_person(place.organisation_id, Role.PATIENT, has_second_factor=False)
    token = await begin(patient.actor_id, has_second_factor=False)
    for _ in range(4):
        clock.advance(days=21)
        assert await acting(token) is not None
    clock.advance(days=7)
    assert await acting(token) is None


async def test_being_seen_is_written_sparsely(specialist: Actor, token: str, clock: FakeClock) -> None:
    async def seen() -> list[object]:
        rows = await Session.select(Session.seen_at).where(Session.person_id == specialist.actor_id)
        return [row["seen_at"] for row in rows]

    before = await seen()
    clock.advance(seconds=59)
    await acting(token)
    assert await seen() == before
    clock.advance(seconds=1)
    await acting(token)
    assert now() in await seen()


@pytest.mark.parametrize("stage", [Stage.CODE_DUE, Stage.ENROLLING])
async def test_a_sign_in_that_is_not_whole_acts_as_nobody(specialist: Actor, stage: Stage) -> None:
    new = await begin_session(await get_person(specialist.actor_id), Client(), method="test", stage=stage)
    session = await service.find_session(new.token)
    assert session is not None
    assert actor_of(session) is None


async def test_staff_need_two_factors(specialist: Actor, token: str) -> None:
    with pytest.raises(SignInRefused):
        await begin(specialist.actor_id, has_second_factor=False)
    session = await service.find_session(token)
    assert session is not None
    assert actor_of(msgspec.structs.replace(session, second_factor_at=None)) is None


async def test_renewing_makes_the_old_token_worthless(token: str, clock: FakeClock) -> None:
    session = await service.find_session(token)
    assert session is not None
    clock.advance(minutes=10)
    renewed = await renew_proved_session(session.session_id)
    assert await acting(token) is None
    actor = await acting(renewed.token)
    assert actor is not None
    assert (actor.session_id, actor.second_factor_at) == (session.session_id, int(now().timestamp()))


async def test_an_ended_session_cannot_be_renewed(specialist: Actor, token: str) -> None:
    session = await service.find_session(token)
    assert session is not None
    await service.end_session(session)
    with pytest.raises(SignInUnfinished):
        await renew_proved_session(session.session_id)


async def test_signing_in_takes_the_place_of_the_session_before(specialist: Actor, token: str) -> None:
    session = await service.find_session(token)
    assert session is not None
    client = Client(session_id=session.session_id)
    person = await get_person(specialist.actor_id)
    await begin_session(person, client, method="test", has_second_factor=True)
    assert await acting(token) is None


async def test_moving_to_another_organisation(specialist: Actor, token: str) -> None:
    elsewhere = await make_organisation("Hospital Sur")
    here = await acting(token)
    assert here is not None
    with pytest.raises(NotFound):
        await service.act_for(here, elsewhere.organisation_id)
    await Membership(
        recorded_at=now(),
        organisation_id=elsewhere.organisation_id,
        person_id=specialist.actor_id,
        role=Role.COORDINATOR,
        starts_at=now(),
    ).save()
    moved = await service.act_for(here, elsewhere.organisation_id)
    actor = await acting(moved.token)
    assert actor is not None
    assert (actor.organisation_id, actor.roles) == (elsewhere.organisation_id, {Role.COORDINATOR})
    assert actor.second_factor_at == here.second_factor_at
    assert await acting(token) is None


async def test_beginning_and_ending_is_audited(specialist: Actor, token: str) -> None:
    session = await service.find_session(token)
    assert session is not None
    await service.end_session(session)
    rows = await AuditEvent.select(AuditEvent.tag).where(AuditEvent.subject_id == session.session_id)
    assert {row["tag"] for row in rows} == {"session:begun", "session:ended"}
