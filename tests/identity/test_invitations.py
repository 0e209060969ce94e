"""From an administrator's invitation to a person who signs in."""

import base64
from uuid import uuid4

import pytest
from litestar import Litestar

from server.core.access import Actor, Role
from server.core.platform import now
from server.identity import service, totp
from server.identity.faults import RolesDoNotMix
from server.identity.schemas import OrganisationCard
from server.identity.tables import Invitation, Password, Person, Session
from tests.identity.browser import Browser, open_browser
from tests.identity.enrolled import PASSWORD, enrol
from tests.identity.post import last_link, letters, templates
from tests.support.people import begin, hold_session, make_organisation, make_person, sign_in
from tests.support.platforms import FakeClock

EMAIL = "noa@example.org"


@pytest.fixture
async def administrator(place: OrganisationCard) -> Actor:
    return await make_person(place.organisation_id, Role.ADMINISTRATOR, name="Ada Admin")


@pytest.fixture
async def link(administrator: Actor) -> str:
    """Noa's invitation as a coordinator."""
    await service.invite(
        administrator, name="Noa Lind", email=EMAIL, roles=frozenset({Role.COORDINATOR}), language="es"
    )
    return await last_link(EMAIL)


async def accept(browser: Browser, link: str) -> Browser:
    await browser.open(link)
    return await browser.send_again(link)


async def shown_secret(browser: Browser) -> bytes:
    """The code app's secret as the page tells it, for typing by hand."""
    await browser.open("/enrol/password")
    typed = browser.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    return base64.b32decode(typed + "=" * (-len(typed) % 8))


def code_of(secret: bytes) -> str:
    return totp.code_at(secret, totp.step_at(now()))


async def test_an_invitation_leads_to_a_signed_in_person(browser: Browser, link: str) -> None:
    await browser.open(link)
    assert "Noa Lind" in browser.text
    await browser.send_again(link)
    assert browser.location == "/enrol"
    secret = await shown_secret(browser)
    await browser.send_again("/enrol/password", password=PASSWORD, code=code_of(secret))
    assert browser.location == "/account/recovery-codes"
    assert (await browser.open("/queue")).text == "the queue"
    me = (await browser.client.get("/api/me", headers={"accept": "application/json"})).json()
    assert (me["name"], me["roles"], me["language"]) == ("Noa Lind", ["coordinator"], "es")


async def test_it_is_written_in_the_language_it_was_sent_in(link: str) -> None:
    assert (await letters(EMAIL))[-1].text.subject.startswith("Invitación")


async def test_opening_an_invitation_accepts_nothing(app: Litestar, browser: Browser, link: str) -> None:
    async with open_browser(app) as scanner:
        for _ in range(3):
            assert (await scanner.open(link)).status == 200
    assert not await Person.exists().where(Person.state == "invited")
    assert (await accept(browser, link)).location == "/enrol"


async def test_an_invitation_is_accepted_once(app: Litestar, browser: Browser, link: str) -> None:
    await accept(browser, link)
    async with open_browser(app) as other:
        assert (await other.open(link)).status == 410
        await other.send_again(link)
        assert other.status == 410
        assert (await other.open("/enrol")).location.startswith("/sign-in")


async def test_an_invitation_holds_for_seven_days(browser: Browser, link: str, clock: FakeClock) -> None:
    clock.advance(days=7)
    assert (await browser.open(link)).status == 410


async def test_a_withdrawn_invitation_is_worth_nothing(browser: Browser, administrator: Actor, link: str) -> None:
    [card] = await service.open_invitations(administrator)
    await service.withdraw_invitation(administrator, card.invitation_id)
    assert (await browser.open(link)).status == 410
    assert await service.open_invitations(administrator) == []


async def test_inviting_again_withdraws_the_link_before(browser: Browser, administrator: Actor, link: str) -> None:
    await service.invite(administrator, name="Noa", email=EMAIL, roles=frozenset({Role.SPECIALIST}), language="en")
    assert (await browser.open(link)).status == 410
    assert (await browser.open(await last_link(EMAIL))).status == 200


async def test_whoever_has_not_enrolled_can_do_nothing_else(browser: Browser, link: str) -> None:
    await accept(browser, link)
    for path in ("/queue", "/account", "/people", "/account/sessions", "/step-up"):
        assert (await browser.open(path)).location == "/enrol"
    assert (await browser.client.get("/api/me", headers={"accept": "application/json"})).status_code == 401


@pytest.mark.parametrize(
    "password,code,named",
    [
        ("too short", None, "15 characters"),
        ("noa lind likes harbours", None, "Leave out your name"),
        (PASSWORD, "000000", "not valid"),
        (PASSWORD, "", "Type the code"),
    ],
)
async def test_enrolling_needs_a_good_password_and_the_right_code(
    browser: Browser, link: str, password: str, code: str | None, named: str
) -> None:
    await accept(browser, link)
    secret = await shown_secret(browser)
    browser.client.cookies.set("language", "en")
    code = code_of(secret) if code is None else code
    await browser.send_again("/enrol/password", password=password, code=code)
    assert browser.status == 422
    assert named in browser.text
    assert not await Password.exists()
    assert await shown_secret(browser) == secret, "what the app was shown still holds"


async def test_the_first_code_is_taken_by_enrolling(app: Litestar, browser: Browser, link: str) -> None:
    await accept(browser, link)
    secret = await shown_secret(browser)
    await browser.send_again("/enrol/password", password=PASSWORD, code=code_of(secret))
    async with open_browser(app) as other:
        await other.send("/sign-in", email=EMAIL, password=PASSWORD)
        await other.follow()
        assert (await other.send_again("/sign-in/app-code", code=code_of(secret))).status == 401


async def test_secrets_are_sealed(browser: Browser, link: str) -> None:
    await accept(browser, link)
    secret = await shown_secret(browser)
    [pending] = await Session.objects().where(Session.sealed_pending_secret.is_not_null())
    assert secret not in (pending.sealed_pending_secret or b"")
    await browser.send_again("/enrol/password", password=PASSWORD, code=code_of(secret))
    [row] = await Password.objects()
    assert secret not in row.sealed_secret
    assert not await Session.exists().where(Session.sealed_pending_secret.is_not_null())


async def test_names_and_links_are_not_readable_in_rows(administrator: Actor, link: str) -> None:
    [row] = await Invitation.objects()
    token = link.rpartition("/")[2].encode()
    assert not any(mark in row.sealed + row.token_hash for mark in (b"Noa", EMAIL.encode(), token))


async def test_someone_with_a_sign_in_elsewhere_gains_the_role(
    app: Litestar, browser: Browser, link: str, place: OrganisationCard
) -> None:
    elsewhere = await make_organisation("Hospital Sur")
    noa = await make_person(elsewhere.organisation_id, Role.SPECIALIST, email=EMAIL)
    await accept(browser, link)
    assert browser.location.startswith("/sign-in?back=%2Finvitation")
    async with open_browser(app) as other:
        stranger = await make_person(elsewhere.organisation_id, Role.SPECIALIST)
        await sign_in(other.client, stranger)
        assert (await accept(other, link)).location.startswith("/sign-in")
    await sign_in(browser.client, noa)
    assert (await accept(browser, link)).location == "/account"
    assert [card.name for card in await service.own_organisations(noa)] == ["Clínica Norte", "Hospital Sur"]


async def test_the_form_sent_twice_invites_once(browser: Browser, administrator: Actor) -> None:
    await sign_in(browser.client, administrator)
    await browser.open("/people/invite")
    key, fields = str(uuid4()), {"name": "Noa", "email": EMAIL, "roles": ["specialist"], "language": "en"}
    for _ in range(2):
        await browser.send_again("/people/invite", key=key, **fields)
        assert (browser.status, browser.location) == (303, "/people")
        await browser.open("/people/invite")
    assert await templates() == ["invitation"]
    await browser.send_again("/people/invite", key=key, **fields | {"email": "other@example.org"})
    assert browser.status == 409


async def test_the_form_tells_every_error_and_keeps_what_was_typed(browser: Browser, administrator: Actor) -> None:
    await sign_in(browser.client, administrator)
    await browser.send("/people/invite", name="", email="x" * 400, language="en")
    assert browser.status == 422
    assert browser.text.count('class="error"') == 3
    await browser.send("/people/invite", name="Noa", email="no address", roles=["auditor"], language="en")
    assert browser.status == 422
    assert 'value="no address"' in browser.text


async def test_a_patient_here_is_not_invited_as_staff(administrator: Actor, place: OrganisationCard) -> None:
    await make_person(place.organisation_id, Role.PATIENT, email=EMAIL, has_second_factor=False)
    with pytest.raises(RolesDoNotMix):
        await service.invite(administrator, name="Noa", email=EMAIL, roles=frozenset({Role.SPECIALIST}), language="en")
    assert await templates() == []


async def test_the_first_administrator_comes_from_the_command_line(browser: Browser) -> None:
    new = await make_organisation("Consultorio Este")
    token = await service.invite_first_administrator(new.organisation_id, name="Noa Lind", email=EMAIL, language="en")
    assert (await accept(browser, f"/invitation/{token}")).location == "/enrol"


async def test_resetting_a_sign_in_takes_everything_and_invites_back(
    app: Litestar, browser: Browser, administrator: Actor, place: OrganisationCard
) -> None:
    vega = await enrol(place.organisation_id, email=EMAIL)
    hold_session(browser.client, await begin(vega.person_id))
    assert (await browser.open("/queue")).text == "the queue"
    await service.reset_sign_in(administrator, vega.person_id)
    assert (await browser.open("/queue")).location.startswith("/sign-in")
    await browser.send("/sign-in", email=EMAIL, password=PASSWORD)
    assert browser.status == 401
    async with open_browser(app) as other:
        await accept(other, await last_link(EMAIL))
        secret = await shown_secret(other)
        assert secret != vega.secret
        await other.send_again("/enrol/password", password=PASSWORD, code=code_of(secret))
        assert (await other.open("/queue")).text == "the queue"
