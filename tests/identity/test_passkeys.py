"""Passkeys, answered by an authenticator in software that can be made to misbehave."""

import json
from typing import Any

import msgspec
import pytest
from litestar import Litestar

from server.core.access import Actor, Role
from server.core.faults import TooManyRequests
from server.core.platform import Platform, bind_platform, now
from server.core.platform import platform as platform_here
from server.identity import service
from server.identity.acting import actor_of
from server.identity.clients import Client
from server.identity.faults import PasskeyRefused, SecondFactorRequired, SignInRefused
from server.identity.schemas import OrganisationCard
from server.identity.tables import Membership, Passkey, PasskeyChallenge, Person, PersonState
from tests.identity.application import create_identity_app
from tests.identity.authenticator import Authenticator
from tests.identity.browser import open_browser
from tests.support.applications import application
from tests.support.people import make_person, sign_in
from tests.support.platforms import FakeClock

ORIGIN = "https://care.example"
CLIENT = Client(address="203.0.113.7")


def bind_at(public_url: str) -> Platform:
    here = platform_here()
    web = msgspec.structs.replace(here.settings.web, public_url=public_url)
    bound = msgspec.structs.replace(here, settings=msgspec.structs.replace(here.settings, web=web))
    bind_platform(bound)
    return bound


@pytest.fixture(autouse=True)
def https(platform: Platform) -> Platform:
    """Passkeys belong to a host name over HTTPS."""
    return bind_at(ORIGIN)


@pytest.fixture
def app(https: Platform) -> Litestar:
    return application(https, create_identity_app)


@pytest.fixture
async def vega(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.SPECIALIST, email="vega@example.org")


@pytest.fixture
async def key(vega: Actor) -> Authenticator:
    """Alex Vega's, registered."""
    made = Authenticator(ORIGIN)
    await register(vega, made)
    return made


async def register(actor: Actor, key: Authenticator) -> None:
    options = json.loads(await service.own_passkey_options(actor))
    await service.add_own_passkey(actor, key.make(options), "my phone")


async def ask(email: str = "") -> dict[str, Any]:
    return json.loads(await service.sign_in_options(email, CLIENT))


async def sign_in_with(key: Authenticator) -> Actor | None:
    new = await service.sign_in_with_passkey(key.answer(await ask()), CLIENT)
    session = await service.find_session(new.token)
    return actor_of(session) if session else None


async def test_a_passkey_signs_in_with_two_factors(vega: Actor, key: Authenticator) -> None:
    actor = await sign_in_with(key)
    assert actor is not None
    assert (actor.actor_id, actor.second_factor_at) == (vega.actor_id, int(now().timestamp()))


async def test_the_server_always_asks_for_user_verification(vega: Actor, key: Authenticator) -> None:
    assert (await ask())["userVerification"] == "required"
    options = json.loads(await service.own_passkey_options(vega))
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] != []


async def test_a_key_that_verified_nobody_is_refused(vega: Actor, key: Authenticator) -> None:
    key.verifies_user = False
    with pytest.raises(PasskeyRefused):
        await sign_in_with(key)
    careless = Authenticator(ORIGIN)
    careless.verifies_user = False
    with pytest.raises(PasskeyRefused):
        await register(vega, careless)


@pytest.mark.parametrize("origin", ["https://care.example.evil.example", "http://care.example", "https://evil"])
async def test_another_sites_answer_is_refused(vega: Actor, key: Authenticator, origin: str) -> None:
    key.origin = origin
    with pytest.raises(PasskeyRefused):
        await sign_in_with(key)


async def test_an_answer_is_taken_once(key: Authenticator) -> None:
    answer = key.answer(await ask())
    await service.sign_in_with_passkey(answer, CLIENT)
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(answer, CLIENT)


async def test_an_answer_to_no_question_of_ours_is_refused(key: Authenticator) -> None:
    options = await ask() | {"challenge": "bm90LW91cnM"}
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(key.answer(options), CLIENT)


async def test_an_answer_comes_within_five_minutes(key: Authenticator, clock: FakeClock) -> None:
    answer = key.answer(await ask())
    clock.advance(minutes=5)
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(answer, CLIENT)


async def test_a_copied_key_is_noticed(key: Authenticator) -> None:
    """The counter of the original has moved past the copy's."""
    await sign_in_with(key)
    key.counter -= 1
    with pytest.raises(PasskeyRefused):
        await sign_in_with(key)


async def test_keys_that_do_not_count_sign_in_again_and_again(vega: Actor) -> None:
    key = Authenticator(ORIGIN)
    key.counter = 0
    await register(vega, key)
    for _ in range(2):
        key.counter = 0
        assert await sign_in_with(key) is not None


async def test_another_key_does_not_open_this_account(key: Authenticator) -> None:
    forged = Authenticator(ORIGIN)
    forged.credential_id = key.credential_id
    with pytest.raises(PasskeyRefused):
        await sign_in_with(forged)
    with pytest.raises(PasskeyRefused):
        await sign_in_with(Authenticator(ORIGIN))


async def test_a_ceremony_is_not_taken_for_another(vega: Actor, key: Authenticator) -> None:
    step_up = json.loads(await service.step_up_options(vega))
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(key.answer(step_up), CLIENT)
    with pytest.raises(PasskeyRefused):
        await service.prove_with_passkey(vega, key.answer(await ask()))


async def test_proving_again_takes_ones_own_key_only(
    vega: Actor, key: Authenticator, place: OrganisationCard, clock: FakeClock
) -> None:
    other = await make_person(place.organisation_id, Role.SPECIALIST)
    theirs = Authenticator(ORIGIN)
    await register(other, theirs)
    clock.advance(minutes=6)
    with pytest.raises(SecondFactorRequired):
        service.require_recent_second_factor(vega)
    options = json.loads(await service.step_up_options(vega))
    with pytest.raises(PasskeyRefused):
        await service.prove_with_passkey(vega, theirs.answer(options))
    renewed = await service.prove_with_passkey(vega, key.answer(json.loads(await service.step_up_options(vega))))
    session = await service.find_session(renewed.token)
    assert session is not None
    actor = actor_of(session)
    assert actor is not None
    service.require_recent_second_factor(actor)


async def test_one_key_belongs_to_one_person(vega: Actor, key: Authenticator, place: OrganisationCard) -> None:
    other = await make_person(place.organisation_id, Role.SPECIALIST)
    with pytest.raises(PasskeyRefused):
        await register(other, key)
    assert await sign_in_with(key) is not None


async def test_a_removed_key_is_worth_nothing(vega: Actor, key: Authenticator) -> None:
    second = Authenticator(ORIGIN)
    await register(vega, second)
    [first, _] = (await service.own_ways_in(vega)).passkeys
    await service.remove_own_passkey(vega, first.passkey_id)
    with pytest.raises(PasskeyRefused):
        await sign_in_with(key)
    assert await sign_in_with(second) is not None


async def test_who_was_shut_out_does_not_come_in(vega: Actor, key: Authenticator) -> None:
    await Person.update({Person.state: PersonState.DISABLED}).where(Person.id == vega.actor_id)
    with pytest.raises(PasskeyRefused):
        await sign_in_with(key)


async def test_an_unknown_address_is_answered_like_a_known_one(vega: Actor, key: Authenticator) -> None:
    """Also twice alike: else asking again would tell."""
    known, unknown = await ask("vega@example.org"), await ask("nobody@example.org")
    again = await ask("nobody@example.org")
    assert known.keys() == unknown.keys()
    assert [len(each["allowCredentials"]) for each in (known, unknown)] == [1, 1]
    assert [len(each["allowCredentials"][0]["id"]) for each in (known, unknown)] == [22, 22]
    assert unknown["allowCredentials"] == again["allowCredentials"]
    assert known["challenge"] != unknown["challenge"]


async def test_a_patients_passkey_acts_as_the_patient(place: OrganisationCard) -> None:
    patient = await make_person(place.organisation_id, Role.PATIENT, has_second_factor=False)
    key = Authenticator(ORIGIN)
    await register(patient, key)
    actor = await sign_in_with(key)
    assert actor is not None
    assert actor.is_patient


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": {}},
        {"response": {"clientDataJSON": "!!"}},
        {"response": {"clientDataJSON": "bnVsbA"}},
        {"response": {"clientDataJSON": 7}},
        {"id": "x", "rawId": "x", "type": "public-key", "response": "x"},
    ],
)
async def test_what_is_no_credential_is_refused(vega: Actor, credential: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(credential, CLIENT)
    with pytest.raises(PasskeyRefused):
        await service.add_own_passkey(vega, credential, "")


@pytest.mark.parametrize("part", ["authenticatorData", "signature"])
@pytest.mark.parametrize("damage", ["", "AAAA", "!", None, 7])
async def test_a_damaged_answer_is_refused(key: Authenticator, part: str, damage: object) -> None:
    answer = key.answer(await ask())
    answer["response"][part] = damage
    with pytest.raises(PasskeyRefused):
        await service.sign_in_with_passkey(answer, CLIENT)


async def test_challenges_do_not_pile_up_for_one_address(app: Litestar) -> None:
    for _ in range(60):
        await ask()
    with pytest.raises(TooManyRequests):
        await ask()
    assert len(await PasskeyChallenge.select(PasskeyChallenge.id)) == 60


async def test_over_http(app: Litestar, vega: Actor, key: Authenticator) -> None:
    async with open_browser(app, accept="application/json") as browser:
        options = (await browser.client.post("/api/passkeys/sign-in/options", json={})).json()
        answer = {"credential": key.answer(options), "back": "https://evil.example/"}
        refused = await browser.client.post("/api/passkeys/sign-in", json=answer | {"credential": {"id": "x"}})
        assert refused.status_code == 401
        signed_in = await browser.client.post("/api/passkeys/sign-in", json=answer)
        assert (signed_in.status_code, signed_in.json()) == (200, {"location": "/"})
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("__Host-careferry=")
        assert "Secure" in cookie


async def test_registering_over_http_needs_the_pages_token(app: Litestar, vega: Actor) -> None:
    async with open_browser(app, accept="application/json") as browser:
        await sign_in(browser.client, vega)
        browser.client.base_url = "https://127.0.0.1:8080"  # a Secure cookie is sent over HTTPS only
        assert (await browser.client.post("/api/passkeys/options")).status_code == 403
        me = (await browser.client.get("/api/me")).json()
        headers = {"X-CSRF-Token": me["csrfToken"]}
        assert (await browser.client.post("/api/passkeys/options", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "public_url,has",
    [
        ("https://care.example", True),
        ("http://localhost:8080", True),
        ("http://care.example", False),
        ("http://127.0.0.1:8080", False),
        ("https://203.0.113.7", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_where_browsers_have_passkeys(public_url: str, has: bool) -> None:
    bind_at(public_url)
    assert service.has_passkeys() is has


async def test_a_membership_that_ended_lets_nobody_in(vega: Actor, key: Authenticator) -> None:
    await Membership.update({Membership.ends_at: now()}).where(Membership.person_id == vega.actor_id)
    with pytest.raises(SignInRefused):
        await sign_in_with(key)


async def test_only_public_parts_are_kept(key: Authenticator) -> None:
    [row] = await Passkey.objects()
    assert (bytes(row.credential_id), row.sign_count, row.label) == (key.credential_id, 1, "my phone")
