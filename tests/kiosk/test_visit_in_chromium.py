"""A whole visit at the kiosk's screen, with a link and without one, in Chromium, without script."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from server.contract.catalogue import history
from tests.browser.stage import fill_empty
from tests.journeys.waiting import until
from tests.kiosk.screens import (
    answer_questions,
    demo_server,
    go_on,
    kiosk,
    pair,
    photograph,
    screen,
    sign_in,
    take_photographs,
)
from tests.support.seaweedfs import free_ports

pytestmark = [pytest.mark.requires("chromium", "bubblewrap"), pytest.mark.timeout(480)]
QUESTIONS = len(history().topics["rash"])
VIEWS = ("From far", "From the middle", "Close, straight on", "Close, from the side")
MARK = "Zainab"


async def test_a_visit_with_a_link_and_one_without_both_arrive(tmp_path: Path) -> None:
    server_port, kiosk_port = free_ports(2)
    data, folder = tmp_path / "demo", tmp_path / "kiosk"
    data.mkdir()
    await fill_empty(data)
    server_url = f"http://127.0.0.1:{server_port}"
    async with kiosk(folder, server_url, kiosk_port) as url, screen(url) as page:
        async with demo_server(data, server_port):
            await until(lambda: _says(page, url, "Linked"), within_s=120, what="the kiosk to meet its server")
            await sign_in(page, look=True)
            await photograph(page, "home")
            await page.get_by_role("link", name="New visit").click()
            await _register(page)
            await _visit(page, look=True)
            await photograph(page, "kept")
            reference = await page.locator(".reference").inner_text()
            await until(lambda: _is_sent(page, reference), within_s=120, what="the visit to be sent")
            await page.goto("/kept")
        second = await _visit_without_a_link(page, url, folder)
        async with demo_server(data, server_port):
            await until(lambda: _is_sent(page, second), within_s=120, what="the second visit to be sent")
            await photograph(page, "sent")
        await page.goto("/home")
        await page.get_by_role("button", name="Sign out").click()
        await page.goto("/visit/review")
        assert page.url.rstrip("/") == url


async def _visit_without_a_link(page: Page, url: str, folder: Path) -> str:
    """The patient is found in memory and the visit is kept; its reference."""
    await page.get_by_role("button", name="Next patient").click()
    await page.get_by_label("Name").fill("zai")
    await page.get_by_role("button", name="Find").click()
    await photograph(page, "find")
    await page.get_by_role("button", name=MARK).click()
    await _visit(page)
    second = await page.locator(".reference").inner_text()
    await until(lambda: _says(page, url, "No link", "/waiting"), within_s=60, what="the kiosk to notice")
    assert await page.get_by_text(second).is_visible()
    await photograph(page, "waiting")
    await page.get_by_role("button", name="USB stick").click()
    assert await page.get_by_text("1 case is on the stick").is_visible()
    assert MARK.encode() not in _everything(folder)
    await page.goto("/kept")
    await page.get_by_role("button", name="Next patient").click()
    await page.go_back()
    assert not await page.get_by_text(second).is_visible(), "after the next patient nothing of the last is shown"
    return second


async def _register(page: Page) -> None:
    await page.get_by_label("Name").fill(MARK)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Register a new patient").click()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_text("Write the family name.").wait_for()
    await page.get_by_label("Family name").fill("Koroma")
    await page.get_by_label("Birth date").fill("1990-05-17")
    await photograph(page, "register")
    await go_on(page)


async def _visit(page: Page, look: bool = False) -> None:
    await page.get_by_text("A rash").click()
    await go_on(page)
    await page.get_by_text("Without this consent").wait_for()
    if look:
        await photograph(page, "about")
    await page.get_by_role("checkbox").first.check()
    await go_on(page)
    if look:
        await photograph(page, "regions")
    await page.get_by_role("link", name="Arm and hand").click()
    await page.get_by_text("Forearm", exact=False).first.click()
    await page.get_by_text("Left", exact=True).click()
    if look:
        await photograph(page, "where")
    await go_on(page)
    await answer_questions(page, QUESTIONS, look)
    await take_photographs(page, VIEWS if look else VIEWS[:1], look)
    if look:
        await page.get_by_text("All four views are there").wait_for()
        await photograph(page, "photos-done")
    await page.get_by_role("link", name=re.compile("^Go on")).click()
    await (_vitals(page) if look else _type_temperature(page))
    await go_on(page)
    await page.get_by_text("typed by hand").wait_for()
    if look:
        await page.get_by_text("sent by the device").first.wait_for()
        await photograph(page, "review")
    await page.get_by_role("button", name="Confirm and keep").click()
    await page.get_by_role("heading", name="Kept").wait_for()


async def _vitals(page: Page) -> None:
    """A cuff of two is paired; it and an oximeter measure, the camera reads pulse and breath, and the rest is typed."""
    await page.get_by_text("No device is paired").wait_for()
    await photograph(page, "vitals-empty")
    await pair(page, "Blood pressure cuff", "Virtual cuff A", look=True)
    await page.get_by_role("heading", name="Blood pressure").wait_for(timeout=60_000)
    await photograph(page, "reading")
    await page.get_by_text("a virtual device: the value is made up").wait_for()
    await page.get_by_role("button", name="Keep it").click()
    await page.get_by_text("128").wait_for()
    await page.get_by_role("link", name="Devices").click()
    await pair(page, "Pulse oximeter", "Virtual oximeter")
    await page.get_by_role("button", name="Take the value of Virtual oximeter").click(timeout=60_000)
    await page.get_by_role("button", name="Keep it").click()
    await _camera_pulse(page)
    await _type_temperature(page)
    await photograph(page, "vitals")


async def _camera_pulse(page: Page) -> None:
    await page.get_by_role("link", name="Camera pulse").click()
    await page.get_by_text("This is the reference").wait_for()
    await photograph(page, "pulse")
    await page.get_by_role("button", name="Measure with the camera").click()
    await page.locator(".filming:visible").get_by_text("Good. Stay like this.").wait_for(timeout=30_000)
    await photograph(page, "pulse-filming")
    read, declined = page.get_by_role("button", name="Keep it"), page.get_by_role("heading", name="No reading")
    await read.or_(declined).wait_for(timeout=120_000)
    await photograph(page, "pulse-read")
    if await declined.is_visible():
        # A machine with much else to do misses frames: then there is rightly no number.
        await page.get_by_role("button", name="Back to the vital signs").click()
        return
    for words, least, most in (("Pulse by the camera", 70, 74), ("Breathing by the camera", 14, 16)):
        number = page.locator(".numbers > div", has_text=words).locator("b")
        assert all(least <= int(each) <= most for each in await number.all_inner_texts()), "72 and 15 are drawn"
    await read.click()
    await page.get_by_text("read by the camera, investigational").first.wait_for()


async def _type_temperature(page: Page) -> None:
    typing, deciding = page.get_by_role("link", name="Type by hand"), page.get_by_role("button", name="Discard it")
    await typing.or_(deciding).wait_for()
    if await deciding.is_visible():  # the cuff has measured again meanwhile
        await photograph(page, "reading-again")
        await deciding.click()
    await typing.click()
    await page.get_by_label("Temperature").fill("hot")
    await go_on(page, "Done")
    await page.get_by_text("Write a number").wait_for()
    await page.get_by_label("Temperature").fill("38,2")
    await go_on(page, "Done")
    await page.get_by_text("38,2").wait_for()


async def _says(page: Page, url: str, words: str, path: str = "/") -> bool:
    """On the page, or in the strip of its header, which is a frame of its own once somebody is signed in."""
    await page.goto(url + path)
    strip = page.frame_locator(".strip-frame").get_by_text(words)
    return await page.get_by_text(words).first.is_visible() or await strip.first.is_visible()


async def _is_sent(page: Page, reference: str) -> bool:
    await page.goto("/waiting")
    row = page.get_by_role("listitem").filter(has_text=reference)
    return await row.filter(has_text="receipt is here").count() == 1


def _everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
