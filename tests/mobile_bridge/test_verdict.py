"""The verdict on a photograph in the phone: caught offline with its reason, taken again, or kept and said why."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance, ImageFilter
from playwright.async_api import expect

from tests.mobile_bridge.phone import Phone, photo_file

pytestmark = pytest.mark.requires("chromium", "data")

SLOW_PHONE = 6
"""How many times slower than this machine Chromium is made to run."""
TWELVE_MEGAPIXELS = (4000, 3000)
NO_WORKER = "delete globalThis.Worker"
WORKER_THAT_FAILS = """globalThis.Worker = class {
  constructor() { setTimeout(() => this.onerror(new Event("error"))); }
  postMessage() {}
  terminate() {}
}"""
WORKER_THAT_NEVER_ANSWERS = """globalThis.Worker = class {
  postMessage() {}
  terminate() { globalThis.wasEnded = true; }
}"""
CLOCK = """() => {
  const slot = document.querySelector(".slot[data-view=far]");
  document.addEventListener("change", () => { globalThis.chosen_ms = performance.now(); }, { capture: true });
  new MutationObserver(() => {
    const isTold = slot.querySelector(".banner-warning, .status-good");
    if (isTold) globalThis.told_ms ??= performance.now();
  }).observe(slot, { childList: true, subtree: true });
}"""
BLURRED = re.compile("^Blurred: hold still")
REWRITE_VERDICT = """(verdict) => new Promise((resolve) => {
  indexedDB.open("careferry").onsuccess = (event) => {
    const store = event.target.result.transaction("drafts", "readwrite").objectStore("drafts");
    store.getAll().onsuccess = ({ target }) => {
      const [draft] = target.result;
      draft.photos[0].verdict = verdict;
      store.put(draft).onsuccess = () => { event.target.result.close(); resolve(); };
    };
  };
})"""


@pytest.fixture
def sharp(tmp_path: Path) -> Path:
    return made_of_twelve_megapixels(tmp_path / "sharp.jpg", blur_px=0)


@pytest.fixture
def blurred(tmp_path: Path) -> Path:
    return made_of_twelve_megapixels(tmp_path / "blurred.jpg", blur_px=40)


def made_of_twelve_megapixels(path: Path, *, blur_px: float) -> Path:
    """A real photograph of skin in as many pixels as a phone of today would have taken it."""
    with Image.open(photo_file("ISIC_0000003.jpg")) as taken:
        large = taken.convert("RGB").resize(TWELVE_MEGAPIXELS, Image.Resampling.LANCZOS)
    large.filter(ImageFilter.GaussianBlur(blur_px)).save(path, quality=92)
    return path


async def slow_down(phone: Phone) -> None:
    session = await phone.context.new_cdp_session(phone.page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PHONE})


async def verdict_of(phone: Phone) -> dict[str, Any]:
    [draft] = await phone.drafts()
    [photo] = draft["photos"]
    return photo["verdict"]


def names_in(verdict: dict[str, Any]) -> set[str]:
    return {flaw["name"] for flaw in verdict["flaws"]}


@pytest.mark.parametrize("init", ["", NO_WORKER], ids=["in a worker", "on the page"])
async def test_a_blurred_photo_is_caught_offline_on_a_slow_phone_and_taken_again(
    phone: Phone, blurred: Path, sharp: Path, init: str, record_property: Any
) -> None:
    """Chromium slows only the page's own thread: without a worker the whole verdict is made on the slow one."""
    await phone.context.add_init_script(init)
    await phone.go_to_photos()
    await phone.context.set_offline(offline=True)
    await slow_down(phone)
    await phone.page.evaluate(CLOCK)
    slot = await phone.add_photo("far", blurred)
    await expect(slot.get_by_text(BLURRED)).to_be_visible()
    assert "defocus" in names_in(await verdict_of(phone))
    took_ms = await phone.page.evaluate("told_ms - chosen_ms")
    record_property("verdict_ms", round(took_ms))

    await phone.page.set_input_files("#camera-far", sharp)
    await expect(slot.get_by_text("Looks good")).to_be_visible()
    assert await phone.count_photos() == 1
    assert (await verdict_of(phone))["flaws"] == []


async def test_a_flawed_photo_is_kept_with_a_ready_reason(at_photos: Phone, blurred: Path) -> None:
    await at_photos.add_photo("far", blurred)

    await at_photos.next()
    await expect(at_photos.page.get_by_role("alert")).to_contain_text("take it again, or say why you keep it")
    await at_photos.keep_anyway("far")
    await at_photos.next()
    await expect(at_photos.heading("Look it over")).to_be_visible()
    assert (await verdict_of(at_photos))["keptBecause"] == "It is the best I can do"


async def test_why_it_is_kept_may_be_said_in_ones_own_words(at_photos: Phone, blurred: Path) -> None:
    slot = await at_photos.add_photo("far", blurred)
    await slot.locator("summary").click()
    await slot.get_by_label("Or say it in your own words").fill("  My hand shakes <always>  ")
    await slot.get_by_role("button", name="Keep it", exact=True).click()

    await expect(slot.get_by_text("My hand shakes <always>")).to_be_visible()
    assert (await verdict_of(at_photos))["keptBecause"] == "My hand shakes <always>"


async def test_whoever_does_not_say_why_is_asked_once_and_not_held_up(at_photos: Phone, blurred: Path) -> None:
    await at_photos.add_photo("far", blurred)
    await at_photos.next()
    await expect(at_photos.page.get_by_role("alert")).to_be_visible()
    await at_photos.next()

    await expect(at_photos.heading("Look it over")).to_be_visible()
    assert (await verdict_of(at_photos))["keptBecause"] == ""


async def test_of_many_flaws_two_are_told(at_photos: Phone, tmp_path: Path) -> None:
    with Image.open(photo_file("ISIC_0000003.jpg")) as taken:
        small = taken.convert("RGB").resize((400, 300)).filter(ImageFilter.GaussianBlur(8))
    ImageEnhance.Brightness(small).enhance(1 / 8).save(tmp_path / "bad.jpg", quality=92)
    slot = await at_photos.add_photo("far", tmp_path / "bad.jpg")

    advice = slot.locator(".banner-warning > div > p")
    await expect(advice).to_have_count(2)
    await expect(advice.first).to_contain_text("Too dark")
    assert len(names_in(await verdict_of(at_photos))) > 2


async def test_a_check_that_takes_long_is_not_waited_for(phone: Phone, sharp: Path) -> None:
    await phone.context.add_init_script(WORKER_THAT_NEVER_ANSWERS)
    await phone.go_to_photos()
    await phone.page.set_input_files("#file-far", sharp)
    slot = phone.slot("far")
    await expect(slot.get_by_role("progressbar")).to_be_visible()
    await slot.get_by_role("button", name="Keep it without the check").click()

    await expect(slot.get_by_text("Not checked here")).to_be_visible()
    assert (await verdict_of(phone))["checked"] is False
    assert await phone.page.evaluate("wasEnded") is True


async def test_a_worker_that_does_not_start_is_done_without(phone: Phone, sharp: Path) -> None:
    await phone.context.add_init_script(WORKER_THAT_FAILS)
    await phone.go_to_photos()
    slot = await phone.add_photo("far", sharp)

    await expect(slot.get_by_text("Looks good")).to_be_visible()


async def test_a_verdict_by_other_thresholds_is_made_again(at_photos: Phone, blurred: Path) -> None:
    slot = await at_photos.add_photo("far", blurred)
    await at_photos.keep_anyway("far")
    now = await verdict_of(at_photos)
    was = {"checked": True, "version": "0", "flaws": ["sharpness"], "keptBecause": now["keptBecause"]}
    await at_photos.page.evaluate(REWRITE_VERDICT, was)
    await at_photos.page.reload()

    await expect(slot.get_by_text("Kept:")).to_be_visible()
    assert await verdict_of(at_photos) == now


async def test_a_flaw_that_other_thresholds_find_is_asked_about(at_photos: Phone, blurred: Path) -> None:
    slot = await at_photos.add_photo("far", blurred)
    was: dict[str, Any] = {"checked": True, "version": "0", "flaws": [], "keptBecause": ""}
    await at_photos.page.evaluate(REWRITE_VERDICT, was)
    await at_photos.page.reload()

    await expect(slot.get_by_text(BLURRED)).to_be_visible()
    await expect(slot.get_by_text("Keep it anyway")).to_be_visible()
