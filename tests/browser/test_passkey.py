"""Passkeys in Chromium with its virtual authenticator: from the invitation to signing in and proving again."""

from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

from server.core.platform import Platform, bind_platform
from server.identity import service
from server.identity.tables import Passkey
from tests.identity.application import create_identity_app
from tests.support.applications import application
from tests.support.people import make_organisation
from tests.support.platforms import FakeClock
from tests.web.served import open_browser, serve

pytestmark = pytest.mark.requires("chromium")

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def address(sqlite_platform: Platform) -> AsyncIterator[str]:
    """Served at localhost: passkeys need a host with a name."""
    async with serve(application(sqlite_platform, create_identity_app)) as served:
        public_url = served.replace("127.0.0.1", "localhost")
        web = msgspec.structs.replace(sqlite_platform.settings.web, public_url=public_url)
        settings = msgspec.structs.replace(sqlite_platform.settings, web=web)
        bind_platform(msgspec.structs.replace(sqlite_platform, settings=settings))
        yield public_url


@pytest.fixture
async def context(browser: Browser, address: str) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(base_url=address, locale="en") as opened:
        yield opened


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


class Virtual:
    """Chromium's virtual authenticator."""

    def __init__(self, session: CDPSession, authenticator_id: str) -> None:
        self._session = session
        self._id = authenticator_id

    async def verify_user(self, *, does: bool) -> None:
        """Whether the finger on the sensor is the right one."""
        values = {"authenticatorId": self._id, "isUserVerified": does}
        await self._session.send("WebAuthn.setUserVerified", values)


@pytest.fixture
async def authenticator(context: BrowserContext, page: Page) -> Virtual:
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    added = cast("dict[str, str]", await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR}))
    return Virtual(session, added["authenticatorId"])


@pytest.fixture
async def enrolled(page: Page, authenticator: Virtual) -> None:
    """Noa, who made a passkey from an invitation."""
    place = await make_organisation()
    token = await service.invite_first_administrator(
        place.organisation_id, name="Noa Lind", email="noa@example.org", language="en"
    )
    await page.goto(f"/invitation/{token}")
    await page.get_by_role("button", name="Accept").click()
    await page.get_by_role("button", name="Make a passkey").click()
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


async def test_a_passkey_made_from_an_invitation_signs_in(page: Page, enrolled: None) -> None:
    await page.get_by_role("button", name="Make recovery codes").click()
    await expect(page.locator(".codes li")).to_have_count(10)
    await sign_out(page)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url("/")
    await page.goto("/people")
    await expect(page.get_by_role("link", name="Noa Lind")).to_be_visible()


async def test_a_key_that_keeps_no_names_signs_in_by_address(page: Page, enrolled: None) -> None:
    await sign_out(page)
    await page.get_by_label("E-mail").fill("noa@example.org")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url("/")


async def test_the_wrong_finger_is_told_and_can_try_again(page: Page, enrolled: None, authenticator: Virtual) -> None:
    await sign_out(page)
    await authenticator.verify_user(does=False)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("the passkey was not used")
    await authenticator.verify_user(does=True)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url("/")


async def test_a_passkey_the_server_does_not_know_is_told(page: Page, enrolled: None) -> None:
    await sign_out(page)
    await Passkey.delete(force=True)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("not accepted")


async def test_a_passkey_proves_again_and_leads_back(page: Page, enrolled: None, sqlite_platform: Platform) -> None:
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    clock.advance(minutes=10)
    await page.goto("/account")
    await page.get_by_role("link", name="Add a passkey").click()
    await expect(page.get_by_role("heading", name="Please confirm that it is you")).to_be_visible()
    await page.get_by_role("button", name="Confirm with a passkey").click()
    await expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()


async def test_a_dead_link_is_told(page: Page, enrolled: None, context: BrowserContext) -> None:
    await sign_out(page)
    await context.set_offline(True)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("[data-island=passkey] [role=alert]")).to_contain_text("No link")
    await context.set_offline(False)
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url("/")


async def test_without_script_there_is_no_button_that_does_nothing(address: str) -> None:
    async with open_browser() as browser:
        context = await browser.new_context(base_url=address, locale="en", java_script_enabled=False)
        page = await context.new_page()
        await page.goto("/sign-in")
        await expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        await expect(page.get_by_label("Password")).to_be_visible()
