"""What works once works once for two who come at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from server.core.access import Role
from server.core.faults import Fault
from server.identity import service
from server.identity.clients import Client
from server.identity.schemas import OrganisationCard
from server.identity.tables import Person, Session, Stage
from tests.identity.enrolled import PASSWORD, enrol
from tests.identity.post import last_code, last_link
from tests.support.people import make_person

DATABASES = ("sqlite", "postgresql")
CLIENT = Client(address="203.0.113.7")
EMAIL = "ana@example.org"


async def winners(verb: Callable[[], Awaitable[Any]], times: int = 5) -> Sequence[Any]:
    """What those who were not refused were answered."""
    answers = await asyncio.gather(*(verb() for _ in range(times)), return_exceptions=True)
    assert all(isinstance(answer, Fault) for answer in answers if isinstance(answer, BaseException))
    return [answer for answer in answers if not isinstance(answer, BaseException)]


@pytest.fixture
async def asked(place: OrganisationCard) -> str:
    """Ana asked for a code; the token of her browser."""
    await make_person(place.organisation_id, Role.PATIENT, email=EMAIL, has_second_factor=False)
    return (await service.ask_for_code(EMAIL, CLIENT)).token


async def test_a_code(asked: str) -> None:
    code = await last_code(EMAIL)
    assert len(await winners(lambda: service.redeem_code(asked, code, CLIENT))) == 1


async def test_a_link(asked: str) -> None:
    token = (await last_link(EMAIL)).rpartition("/")[2]
    assert len(await winners(lambda: service.redeem_link(token, None, asked, CLIENT))) == 1


async def test_tries_of_a_code_are_counted_one_by_one(asked: str) -> None:
    code = await last_code(EMAIL)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    await winners(lambda: service.redeem_code(asked, wrong, CLIENT), times=20)
    assert await winners(lambda: service.redeem_code(asked, code, CLIENT)) == []


async def test_a_code_of_the_app(place: OrganisationCard) -> None:
    vega = await enrol(place.organisation_id)
    step = await service.find_session((await service.give_password(vega.email, PASSWORD, CLIENT)).token)
    code = vega.code()
    assert len(await winners(lambda: service.give_app_code(step, code, CLIENT))) == 1


async def test_a_recovery_code(place: OrganisationCard) -> None:
    vega = await enrol(place.organisation_id)
    actor = await make_person(place.organisation_id, Role.SPECIALIST)
    codes = await service.make_recovery_codes(actor)
    assert len(codes) == 10
    step = await service.find_session((await service.give_password(vega.email, PASSWORD, CLIENT)).token)
    assert await winners(lambda: service.give_recovery_code(step, codes[0], CLIENT)) == [], "another person's"


async def test_an_invitation(place: OrganisationCard) -> None:
    token = await service.invite_first_administrator(place.organisation_id, name="Noa Lind", email=EMAIL, language="en")
    assert len(await winners(lambda: service.accept_invitation(token, None, CLIENT))) == 1
    assert len(await Person.select(Person.id)) == 1
    assert len(await Session.select(Session.id).where(Session.stage == Stage.ENROLLING)) == 1


async def test_two_administrators_cannot_each_remove_the_other(place: OrganisationCard) -> None:
    ada, bo = [await make_person(place.organisation_id, Role.ADMINISTRATOR) for _ in range(2)]
    answers = await asyncio.gather(
        service.set_roles(ada, bo.actor_id, []), service.set_roles(bo, ada.actor_id, []), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["LastAdministrator", "NoneType"]
    assert len(await service.people_in_role(place.organisation_id, Role.ADMINISTRATOR)) == 1


async def test_one_contact_makes_one_account(place: OrganisationCard) -> None:
    worker = await make_person(place.organisation_id, Role.CLINIC_WORKER)
    made = await winners(
        lambda: service.create_patient_account(worker, name="Ana", contact=EMAIL, language="en", zone="UTC")
    )
    assert len(made) == 1
