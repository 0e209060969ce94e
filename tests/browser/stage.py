"""Careferry with the demo's people and cases for Chromium: its data, its process, and where the screenshots land."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from playwright.async_api import Page, ViewportSize

from server.cli.demo import demo_settings
from server.cli.seed import seed
from server.cli.seed.people import seed_people
from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.platform import open_platform
from server.settings import Jobs
from tests.browser.fleet import administrator, fill_fleet
from tests.browser.overfull import overfill
from tests.journeys.stack import CAREFERRY, environ_of
from tests.journeys.waiting import until
from tests.support.seaweedfs import free_ports

SMALL_PHONE = ViewportSize(width=360, height=740)
TABLET = ViewportSize(width=1024, height=768)
DESK = ViewportSize(width=1440, height=900)
SIZES = (SMALL_PHONE, TABLET, DESK)
START_WITHIN_S, STOP_WITHIN_S = 60.0, 30.0


WANTS_PICTURES = "CAREFERRY_SCREENSHOTS" in os.environ
"""Names the folder where they land; nobody looks at those of every run, and a third of its time went into them."""


async def photograph(page: Page, name: str, sizes: tuple[ViewportSize, ...] = SIZES) -> None:
    """The whole page at each width; the window is left at the size it had."""
    if not WANTS_PICTURES:
        return
    before = page.viewport_size or DESK
    for size in sizes:
        await page.set_viewport_size(size)
        await take_picture(page, name, full_page=True)
    await page.set_viewport_size(before)


async def take_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """The page as it stands, where pictures are wanted."""
    if not WANTS_PICTURES:
        return
    width = (page.viewport_size or DESK)["width"]
    path = Path(os.environ["CAREFERRY_SCREENSHOTS"]) / f"{name}-{width}.png"
    await page.screenshot(path=path, full_page=full_page, animations="disabled")


async def fill_empty(folder: Path) -> None:
    """Organisations and people, and nothing that they have done."""
    async with _demo_platform(folder):
        await seed_people()


async def fill_typical(folder: Path) -> None:
    """The demo as it is after its first start, and a small fleet."""
    async with _demo_platform(folder):
        await seed(None, tell=lambda _: None)
        await fill_fleet(await administrator())


async def fill_overfull(folder: Path) -> None:
    """More of everything than a page was drawn for, on top of what is in `folder`."""
    async with _demo_platform(folder):
        await overfill()


@asynccontextmanager
async def serve_demo(folder: Path, log: Path) -> AsyncGenerator[str]:
    """The address of a process that serves the demo's data in `folder`."""
    (port,) = free_ports(1)
    settings = msgspec.structs.replace(demo_settings(folder, port), jobs=Jobs(threads=1))
    environ = {**os.environ, **environ_of(settings)}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(*CAREFERRY, "serve", env=environ, stdout=output, stderr=output)
        try:
            async with httpx.AsyncClient(base_url=settings.web.public_url) as client:
                await until(lambda: _answers(client), within_s=START_WITHIN_S, what=f"the demo to answer; see {log}")
            yield settings.web.public_url
            process.terminate()
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def _demo_platform(folder: Path) -> AsyncGenerator[None]:
    """The migrated demo in `folder`, bound in this process."""
    settings = demo_settings(folder, 0)
    create_keys(settings.keys.folder)
    platform = open_platform(settings)
    try:
        await migrate()
        yield
    finally:
        await platform.engine.close_connection_pool()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/sign-in")).status_code == 200
    except httpx.TransportError:
        return False
