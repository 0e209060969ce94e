"""Every screen of the app at three widths and in both schemes: no barrier, nothing cut off, nothing too small."""

import re
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageEnhance, ImageFilter
from playwright.async_api import expect

from tests.mobile_bridge.phone import PICTURED, Phone, photo_file
from tests.web.test_look import violations

pytestmark = pytest.mark.requires("chromium", "data")

SCREENS = Path(__file__).parents[2] / "docs/pictures/looking/phone"
LONG_REASON = ("It is on my back, nobody is at home, " + "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk ") * 5
WORKER_THAT_WAITS = """{
  const Real = globalThis.Worker;
  const may = new Promise((resolve) => (globalThis.goOn = resolve));
  globalThis.Worker = class extends Real {
    postMessage(message) { void may.then(() => super.postMessage(message)); }
  };
}"""
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
    await phone.slot("far").locator("summary").click()
    await look(phone, f"photos-why-{scheme}", width_px)
    await phone.slot("far").locator("summary").click()
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


@pytest.mark.parametrize("width_px", [360, 1024, 1440])
async def test_the_capture_flow(phone: Phone, tmp_path: Path, width_px: int) -> None:
    """A check that goes on, several flaws at once, a reason in one's own words, and the camera with its hint."""
    page = phone.page
    await page.set_viewport_size({"width": width_px, "height": 740})
    await phone.context.add_init_script(WORKER_THAT_WAITS)
    await phone.go_to_photos()
    with Image.open(photo_file("phone_jolla.jpg")) as taken:
        dark = ImageEnhance.Brightness(taken.convert("RGB").filter(ImageFilter.GaussianBlur(30))).enhance(1 / 8)
    dark.save(tmp_path / "bad.jpg", quality=92)
    await page.set_input_files("#file-far", tmp_path / "bad.jpg")
    await expect(phone.slot("far").get_by_role("progressbar")).to_be_visible()
    await look(phone, "capture-checking", width_px)
    await page.evaluate("goOn()")
    slot = phone.slot("far")
    await expect(slot.get_by_text("Keep it anyway")).to_be_visible()
    await look(phone, "capture-flawed", width_px)
    await slot.locator("summary").click()
    await slot.get_by_label("Or say it in your own words").fill(LONG_REASON)
    await look(phone, "capture-why", width_px)
    await slot.get_by_role("button", name="Keep it", exact=True).click()
    await expect(slot.get_by_text("Kept:")).to_be_visible()
    await look(phone, "capture-kept", width_px)
    await page.evaluate(PICTURED)
    await phone.slot("close-straight").get_by_role("button", name="Camera with outline").click()
    await expect(page.locator("dialog .camera-hint")).to_have_text(re.compile("^Too dark"))
    await look(phone, "capture-camera", width_px)
