"""The real application with its workers, a clinic, and a signed-in phone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext

from server.core.platform import Platform
from server.identity.cookies import session_cookie_name
from tests.mobile_bridge.phone import Phone
from tests.support.clinics import Clinic
from tests.support.people import begin
from workers.main import start_embedded

GRACE_S = 5.0


@pytest.fixture
async def workers(sqlite_platform: Platform) -> AsyncIterator[None]:
    """What sorts arrivals and prepares photographs."""
    crew = start_embedded(sqlite_platform.settings.jobs)
    try:
        yield
    finally:
        await asyncio.to_thread(crew.stop, GRACE_S)


@pytest.fixture
async def context(
    browser: Browser, address: str, clinic: Clinic, sqlite_platform: Platform
) -> AsyncIterator[BrowserContext]:
    """A small phone whose patient is signed in."""
    opened = await browser.new_context(
        base_url=address,
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
        timezone_id="Africa/Freetown",
    )
    opened.set_default_timeout(15_000)
    token = await begin(clinic.patient.actor_id, has_second_factor=False)
    name = session_cookie_name(sqlite_platform.settings)
    await opened.add_cookies([{"name": name, "value": token, "url": address, "httpOnly": True}])
    yield opened
    await opened.close()


@pytest.fixture
async def phone(context: BrowserContext) -> AsyncIterator[Phone]:
    """A page that may log no error of its own and break no policy."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(error.message))
    yield Phone(context, page)
    assert [error for error in errors if "Failed to load resource" not in error] == []


@pytest.fixture
async def at_photos(phone: Phone) -> Phone:
    """With a case begun as far as its photographs."""
    await phone.go_to_photos()
    return phone
