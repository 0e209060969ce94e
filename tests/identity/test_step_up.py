"""Proving a second factor again before signing, and coming back."""

from uuid import uuid4

import pytest
from litestar import Litestar

from server.core.access import Actor, ActorKind, Role
from server.core.faults import Forbidden
from server.identity import service
from server.identity.faults import SecondFactorRequired
from server.identity.schemas import OrganisationCard
from tests.identity.application import SIGN
from tests.identity.browser import Browser, open_browser
from tests.identity.enrolled import Enrolled, enrol
from tests.support.people import begin, hold_session, make_person
from tests.support.platforms import FakeClock


@pytest.fixture
async def vega(place: OrganisationCard, browser: Browser) -> Enrolled:
    """Signed in a moment ago."""
    person = await enrol(place.organisation_id, Role.SPECIALIST)
    hold_session(browser.client, await begin(person.person_id))
    return person


async def press_sign(browser: Browser, of: str = "/account") -> Browser:
    return await browser.send(SIGN, of=of)


async def test_a_fresh_second_factor_signs(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    clock.advance(seconds=300)
    assert (await press_sign(browser)).location == "/signed"


async def test_an_old_one_leads_to_proving_it_and_back(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    clock.advance(seconds=301)
    await press_sign(browser, of="/account?tab=2")
    assert (browser.status, browser.location) == (303, "/step-up?back=%2Faccount%3Ftab%3D2")
    await browser.follow()
    await browser.send_again("/step-up", code=vega.code(), back="/account?tab=2")
    assert browser.location == "/account?tab=2"
    assert (await press_sign(browser)).location == "/signed"


async def test_a_program_is_told_so(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    clock.advance(seconds=301)
    browser.client.headers["accept"] = "application/json"
    me = (await browser.client.get("/api/me")).json()
    answer = await browser.client.post(SIGN, headers={"X-CSRF-Token": me["csrfToken"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "second-factor-required")


async def test_a_wrong_code_proves_nothing(browser: Browser, vega: Enrolled, clock: FakeClock) -> None:
    clock.advance(seconds=301)
    await browser.open("/step-up")
    assert (await browser.send_again("/step-up", code="000000")).status == 401
    assert (await press_sign(browser)).location.startswith("/step-up")


async def test_a_code_proves_once(browser: Browser, vega: Enrolled, app: Litestar) -> None:
    code = vega.code()
    await browser.open("/step-up")
    assert (await browser.send_again("/step-up", code=code)).status == 303
    await browser.open("/step-up")
    assert (await browser.send_again("/step-up", code=code)).status == 401


async def test_codes_are_counted_with_those_at_sign_in(browser: Browser, vega: Enrolled) -> None:
    await browser.open("/step-up")
    for _ in range(5):
        await browser.send_again("/step-up", code="000000")
    assert (await browser.send_again("/step-up", code=vega.code())).status == 429


async def test_proving_renews_the_session(browser: Browser, vega: Enrolled, app: Litestar) -> None:
    before = browser.client.cookies["careferry"]
    await browser.open("/step-up")
    await browser.send_again("/step-up", code=vega.code())
    after = browser.client.cookies["careferry"]
    assert before != after
    async with open_browser(app) as thief:
        hold_session(thief.client, before)
        assert (await thief.open("/queue")).location.startswith("/sign-in")


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/step-up", "/sign-out"]
)
async def test_it_leads_back_only_to_pages_of_ours(browser: Browser, vega: Enrolled, back: str) -> None:
    await browser.open(f"/step-up?back={back}")
    await browser.send_again("/step-up", code=vega.code(), back=back)
    assert browser.location == "/"


async def test_another_role_is_refused_before(browser: Browser, place: OrganisationCard) -> None:
    worker = await make_person(place.organisation_id, Role.CLINIC_WORKER)
    hold_session(browser.client, await begin(worker.actor_id))
    assert (await press_sign(browser)).status == 403


async def test_one_factor_is_never_a_second(place: OrganisationCard) -> None:
    patient = await make_person(place.organisation_id, Role.PATIENT, has_second_factor=False)
    with pytest.raises(SecondFactorRequired):
        service.require_recent_second_factor(patient)


async def test_a_device_has_none(place: OrganisationCard) -> None:
    device = Actor(actor_id=uuid4(), kind=ActorKind.DEVICE, organisation_id=place.organisation_id)
    with pytest.raises(SecondFactorRequired):
        service.require_recent_second_factor(device)
    with pytest.raises(Forbidden):
        await service.prove_with_app_code(device, "123456")
