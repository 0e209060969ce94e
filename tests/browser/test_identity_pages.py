"""Identity's pages in Chromium: no barrier that axe knows, and nothing wider than a small phone."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, BrowserContext, ViewportSize

from server.core.access import Role
from server.core.platform import Platform
from server.identity import service
from server.identity.cookies import session_cookie_name
from tests.identity.application import create_identity_app
from tests.support.applications import application
from tests.support.people import begin, make_organisation, make_person
from tests.web.served import serve
from tests.web.test_look import violations

pytestmark = pytest.mark.requires("chromium")

SMALL_PHONE = ViewportSize(width=360, height=740)
FOR_GUESTS = ("/sign-in", "/sign-in/code", "/recover", "/recover/sent", "/sign-in/link/spent", "/invitation/spent")
FOR_ADMINISTRATORS = (
    "/account",
    "/account/sessions",
    "/account/password",
    "/account/passkey",
    "/account/recovery-codes",
    "/people",
    "/people/invite",
    "/people/{person}",
    "/step-up",
)


class Served:
    """The address, an administrator and their invitation of somebody else."""

    def __init__(self, address: str, person_id: UUID, invitation: str) -> None:
        self.address = address
        self.person_id = person_id
        self.invitation = invitation


@pytest.fixture
async def served(sqlite_platform: Platform) -> AsyncIterator[Served]:
    place = await make_organisation("Waterloo Community Clinic")
    ada = await make_person(place.organisation_id, Role.ADMINISTRATOR, name="Ada Admin", licensed_in=("ES", "US-CA"))
    token = await service.invite_first_administrator(
        place.organisation_id, name="Noa Lind", email="noa@example.org", language="en"
    )
    async with serve(application(sqlite_platform, create_identity_app)) as address:
        yield Served(address, ada.actor_id, f"/invitation/{token}")


@pytest.fixture
async def context(browser: Browser, served: Served) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(base_url=served.address, viewport=SMALL_PHONE, locale="en") as opened:
        yield opened


async def faults(context: BrowserContext, paths: tuple[str, ...], scheme: str) -> dict[str, list[str]]:
    """What is wrong, by path; empty is right."""
    page = await context.new_page()
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found: dict[str, list[str]] = {}
    for path in paths:
        await page.goto(path)
        assert page.url.endswith(path), "the page itself is looked at, not where it led to"
        wide = await page.evaluate("document.documentElement.scrollWidth") - SMALL_PHONE["width"]
        found[path] = [*await violations(page), *([f"{wide} px too wide"] if wide else [])]
    return {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_guests_pages(context: BrowserContext, served: Served, scheme: str) -> None:
    assert await faults(context, (*FOR_GUESTS, served.invitation), scheme) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_administrators_pages(
    context: BrowserContext, served: Served, sqlite_platform: Platform, scheme: str
) -> None:
    name, token = session_cookie_name(sqlite_platform.settings), await begin(served.person_id)
    await context.add_cookies([{"name": name, "value": token, "url": served.address}])
    paths = tuple(path.format(person=served.person_id) for path in FOR_ADMINISTRATORS)
    assert await faults(context, paths, scheme) == {}


async def test_enrolment_pages(context: BrowserContext, served: Served) -> None:
    page = await context.new_page()
    await page.goto(served.invitation)
    await page.get_by_role("button", name="Accept").click()
    assert await faults(context, ("/enrol", "/enrol/password"), "light") == {}
