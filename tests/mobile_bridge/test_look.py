"""Every screen of the app at three widths and in both schemes: no barrier, nothing cut off, nothing too small."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.mobile_bridge.phone import Phone, photo_file
from tests.web.test_look import violations

pytestmark = pytest.mark.requires("chromium", "data")

SCREENS = Path(__file__).parents[2] / "docs/pictures/looking/phone"
SMALL = """() => [...document.querySelectorAll("button, .button, .nav-link, .choice, select, textarea")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.textContent.trim() || element.id, element.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.9)"""


async def look(phone: Phone, name: str, width_px: int) -> None:
    """Keep a picture for looking, and judge the screen."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    await phone.page.screenshot(path=SCREENS / f"{name}-{width_px}.png", full_page=True)
    assert await violations(phone.page) == []
    assert await phone.page.evaluate(SMALL) == []
    assert await phone.page.evaluate("document.documentElement.scrollWidth") <= width_px


@pytest.mark.parametrize("width_px, scheme", [(360, "light"), (360, "dark"), (1024, "light"), (1440, "light")])
async def test_every_screen(phone: Phone, width_px: int, scheme: Literal["light", "dark"]) -> None:
    page = phone.page
    await page.set_viewport_size({"width": width_px, "height": 740})
    await page.emulate_media(color_scheme=scheme)
    await phone.open()
    await look(phone, f"home-empty-{scheme}", width_px)
    await page.get_by_role("link", name="New case").click()
    await expect(phone.heading("What is it about?")).to_be_visible()
    await look(phone, f"topic-{scheme}", width_px)
    await page.get_by_role("button", name="Mole or spot").click()
    await expect(phone.heading("Where is it?")).to_be_visible()
    await page.locator(".zone[data-sites='forearm wrist'][data-side=left]").click()
    await look(phone, f"place-{scheme}", width_px)
    await page.get_by_role("button", name="Forearm").click()
    await phone.await_kept()
    await phone.next()
    await expect(phone.heading("A few questions")).to_be_visible()
    await phone.next()
    await expect(page.get_by_role("alert")).to_be_visible()
    await look(phone, f"questions-{scheme}", width_px)
    await phone.answer_all()
    await phone.add_photo("far", photo_file("exif_orientation.jpg"))
    await phone.add_photo("medium", photo_file("iphone_13_pro_max.heic"))
    await look(phone, f"photos-{scheme}", width_px)
    await phone.keep_anyway("far")
    await phone.context.set_offline(offline=True)
    await phone.next()
    await expect(phone.heading("Look it over")).to_be_visible()
    await look(phone, f"review-{scheme}", width_px)
    await page.get_by_label("My photographs and answers").check()
    await phone.await_kept()
    await page.get_by_role("button", name="Send").click()
    await expect(phone.standing).to_have_text("Waiting in this phone")
    await look(phone, f"waiting-{scheme}", width_px)
    await page.get_by_role("link", name="To my cases").click()
    await expect(phone.heading("My cases")).to_be_visible()
    await look(phone, f"home-{scheme}", width_px)


async def test_the_app_speaks_the_phones_language_until_it_knows_the_readers(phone: Phone) -> None:
    await phone.context.add_init_script("Object.defineProperty(navigator, 'languages', {value: ['es-MX', 'en']})")
    cookies = await phone.context.cookies()
    await phone.context.clear_cookies()
    await phone.page.goto("/app")
    await expect(phone.page.get_by_role("link", name="Entrar")).to_be_visible()
    assert await phone.page.evaluate("document.documentElement.lang") == "es"

    await phone.context.add_cookies([{**each} for each in cookies])  # pyright: ignore[reportArgumentType]
    await phone.page.reload()
    await expect(phone.heading("My cases")).to_be_visible()
    await expect(phone.page.get_by_role("link", name="Answers")).to_be_visible()
