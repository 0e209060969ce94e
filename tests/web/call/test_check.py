"""The check before a call in Chromium: each of its four probes finds what is so, and says what to do."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from playwright.async_api import BrowserContext, Page, expect

from server.core.platform import Platform, bind_platform
from server.settings import Turn
from tests.calls.ends import exchange_on
from tests.support.call_browsers import call_browser
from tests.support.clinics import make_clinic

pytestmark = pytest.mark.requires("chromium")

PATIENCE_MS = 60_000
UNREACHABLE = Turn(urls=("turn:127.0.0.1:9?transport=tcp",), secret="a secret that both share")


@pytest.fixture
async def context(sqlite_platform: Platform) -> AsyncIterator[BrowserContext]:
    """A patient's browser; a relay is set up that nobody can reach."""
    settings = msgspec.structs.replace(sqlite_platform.settings, turn=UNREACHABLE)
    bind_platform(msgspec.structs.replace(sqlite_platform, settings=settings))
    clinic = await make_clinic()
    async with exchange_on(sqlite_platform) as exchange, call_browser() as browser:
        context = await browser.new_context(base_url=exchange.url)
        cookies = await exchange.cookies_of(clinic.patient)
        await context.add_cookies(
            [{"name": name, "value": value, "url": exchange.url} for name, value in cookies.items()]
        )
        yield context
        await context.close()


async def checked(page: Page) -> dict[str, str]:
    """What each probe found, once all have."""
    await page.goto("/call-check")
    await page.get_by_role("button", name="Begin the check").click()
    await expect(page.locator("[data-check=relay]")).not_to_have_attribute("data-found", "trying", timeout=PATIENCE_MS)
    await expect(page.locator("[data-check=relay]")).to_have_attribute("data-found", "none", timeout=PATIENCE_MS)
    names = ("camera", "microphone", "link", "relay")
    return {name: await page.locator(f"[data-check={name}]").get_attribute("data-found") or "" for name in names}


async def test_what_works_and_what_does_not(context: BrowserContext) -> None:
    page = await context.new_page()
    found = await checked(page)
    assert found == {"camera": "good", "microphone": "good", "link": "good", "relay": "none"}
    await expect(page.locator("[data-check=relay]")).to_contain_text("This network lets no call through.")
    await expect(page.locator("video")).to_be_hidden()


async def test_a_covered_camera_and_a_refused_microphone(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.add_init_script(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          if (wanted.audio) throw new DOMException("no", "NotAllowedError");
          const canvas = document.createElement("canvas");
          canvas.getContext("2d").fillRect(0, 0, canvas.width, canvas.height);
          window.setInterval(() => canvas.getContext("2d").fillRect(0, 0, 300, 150), 100);
          return canvas.captureStream(10);
        };"""
    )
    found = await checked(page)
    assert (found["camera"], found["microphone"]) == ("black", "refused")
    await expect(page.locator("[data-check=camera]")).to_contain_text("uncover the camera")
    await expect(page.locator("[data-check=microphone]")).to_contain_text("may not use the microphone")
