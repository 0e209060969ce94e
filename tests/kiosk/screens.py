"""A kiosk's screen in Chromium beside the demo's server, both real processes, and what a worker presses."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from playwright.async_api import Page, ViewportSize, async_playwright

from kiosk.__main__ import DEMO_PERSON, DEMO_PIN
from server.cli.demo import demo_settings
from server.settings import Jobs
from tests.browser.stage import take_picture
from tests.journeys.stack import CAREFERRY, environ_of
from tests.journeys.waiting import until
from tests.support.requirements import chromium_path

SIZES = tuple(ViewportSize(width=width, height=height) for width, height in ((800, 480), (1024, 600), (1280, 800)))
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
START_WITHIN_S = 60.0


@asynccontextmanager
async def demo_server(folder: Path, port: int) -> AsyncGenerator[str]:
    """The demo's server on a port that stays the same when it comes back."""
    settings = msgspec.structs.replace(demo_settings(folder, port), jobs=Jobs(threads=1))
    async with _process([*CAREFERRY, "serve"], folder / "server.log", environ_of(settings)):
        await _answering(f"http://127.0.0.1:{port}/sign-in")
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def kiosk(folder: Path, server_url: str, port: int) -> AsyncGenerator[str]:
    command = [sys.executable, "-m", "kiosk", "demo", "--data", str(folder), "--server", server_url]
    command += ["--port", str(port)]
    async with _process(command, folder.with_suffix(".log"), {}):
        await _answering(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def run_kiosk(folder: Path, port: int, **environ: str) -> AsyncGenerator[str]:
    """All of a kiosk whose data are in the folder, under its supervisor."""
    command = [sys.executable, "-m", "kiosk", "run", "--data", str(folder)]
    async with _process(command, folder.with_suffix(".log"), environ):
        await _answering(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def screen(url: str) -> AsyncGenerator[Page]:
    """A page without script: the kiosk's pages need none."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        context = await browser.new_context(base_url=url, java_script_enabled=False, viewport=SIZES[0])
        context.set_default_timeout(30_000)
        yield await context.new_page()
        await browser.close()


STYLED = """() => Promise.all([...document.querySelectorAll("link[rel=stylesheet]")].map(
  (link) => link.sheet ? null : new Promise((done) => link.addEventListener("load", () => done(null)))))"""


async def wait_for_styles(page: Page) -> None:
    """What goes on telling is never loaded to its end, and without its styles everything is too small."""
    await page.evaluate(STYLED)


async def photograph(page: Page, name: str) -> None:
    """What a worker sees at each of the three sizes, without scrolling."""
    for size in SIZES:
        await page.set_viewport_size(size)
        await take_picture(page, f"kiosk-{name}")
    await page.set_viewport_size(SIZES[0])


async def sign_in(page: Page, look: bool = False) -> None:
    await page.goto("/")
    if look:
        await photograph(page, "names")
    await page.get_by_role("link", name=DEMO_PERSON).click()
    if look:
        await photograph(page, "pin")
    await page.get_by_label("PIN").fill(DEMO_PIN)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Ready").wait_for()


async def go_on(page: Page, name: str = "Go on") -> None:
    await page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


async def answer_questions(page: Page, total: int, look: bool = False) -> None:
    for number in range(1, total + 1):
        await page.get_by_text(f"Question {number} of {total}").wait_for()
        if look and number in {1, 2}:
            await photograph(page, f"question-{number}")
        pills = page.locator(".pills label")
        if await pills.count():
            await pills.nth(1).click()
            await go_on(page)
        else:
            await page.get_by_role("button", name="Does not want to say").click()


async def take_photographs(page: Page, names: Sequence[str], look: bool = False) -> None:
    for number, name in enumerate(names):
        await page.get_by_role("heading", name=name).wait_for()
        if look and number == 0:
            await until(lambda: _sees(page), within_s=20, what="the camera's picture")
            await photograph(page, "photos")
        await page.get_by_role("button", name="Take the photograph").click()
        keep = page.get_by_role("button", name="Keep it").or_(page.locator("button.reason")).first
        await keep.wait_for()
        if look and number == 2:
            await photograph(page, "check")
        await keep.click()


async def pair(page: Page, kind: str, name: str, look: bool = False) -> None:
    """From the vital signs to the device's page and back, step by step."""
    if look:
        await page.get_by_role("link", name="Devices").click()
        await photograph(page, "devices-empty")
    await page.get_by_role("link", name="Pair a device").click()
    if look:
        await photograph(page, "device-kinds")
    await page.get_by_role("link", name=kind).click()
    if look:
        await photograph(page, "device-ready")
    await page.get_by_role("button", name="It blinks: search").click()
    if look:
        await page.get_by_text("Searching").wait_for()
        await photograph(page, "device-searching")
    await page.get_by_role("button", name=name).wait_for(timeout=60_000)
    if look:
        await photograph(page, "device-found")
    await page.get_by_role("button", name=name).click()
    await page.get_by_role("heading", name="Paired").wait_for(timeout=60_000)
    if look:
        await photograph(page, "device-paired")
    await go_on(page)


async def _sees(page: Page) -> bool:
    return await page.get_by_alt_text("What the camera sees now").is_visible()


@asynccontextmanager
async def _process(command: list[str], log: Path, environ: dict[str, str]) -> AsyncGenerator[None]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **environ}, stdout=output, stderr=output
        )
        try:
            yield
            process.terminate()
            async with asyncio.timeout(30):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _answering(url: str) -> None:
    async with httpx.AsyncClient() as client:

        async def answers() -> bool:
            try:
                return (await client.get(url)).status_code == 200
            except httpx.TransportError:
                return False

        await until(answers, within_s=START_WITHIN_S, what=f"{url} to answer")
