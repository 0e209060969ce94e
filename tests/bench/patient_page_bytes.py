"""What a patient's first visit costs over the wire, and what the phone brings besides for when there is no link.

The whole: every byte that Chromium receives until the app stands and its worker has kept it, with the headers. The
floor is the app's own script alone, compressed, which nothing can be smaller than.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, CDPSession

from mobile_bridge.files import load_files
from server.identity.cookies import session_cookie_name
from server.web.compression import encode_with
from tests.bench.figure import Figure, bounded
from tests.support.applications import application
from tests.support.clinics import make_clinic
from tests.support.people import begin
from tests.support.platforms import Templates, platform_on
from tests.web.served import open_browser, serve

MOST_BYTES = 60_000
MOST_KEPT_BYTES = 300_000


class Wire:
    """Counts what the browser receives for the page and for its worker."""

    def __init__(self) -> None:
        self.page_bytes = 0

    async def attach(self, session: CDPSession) -> None:
        await session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, float]) -> None:
        self.page_bytes += int(event["encodedDataLength"])


def measure() -> tuple[Figure, ...]:
    return asyncio.run(_measure())


async def _measure() -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory() as folder:
        templates = Templates(Path(folder))
        home = Path(folder) / "home"
        home.mkdir()
        async with platform_on("sqlite", home, templates) as platform:
            clinic = await make_clinic()
            token = await begin(clinic.patient.actor_id, has_second_factor=False)
            cookie = session_cookie_name(platform.settings)
            async with serve(application(platform)) as address, open_browser() as browser:
                first_bytes = await _first_visit(browser, address, {"name": cookie, "value": token})
    sizes = {plain: _compressed(plain) for plain in load_files().names}
    return (
        bounded("patient_page_bytes", first_bytes, sizes["app.js"], "bytes", MOST_BYTES),
        bounded("patient_page_kept_bytes", sum(sizes.values()), sizes["app.js"], "bytes", MOST_KEPT_BYTES),
    )


async def _first_visit(browser: Browser, address: str, cookie: dict[str, str]) -> int:
    context = await browser.new_context(base_url=address)
    await context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": address}])
    page = await context.new_page()
    wire = Wire()
    await wire.attach(await context.new_cdp_session(page))
    await page.goto("/app")
    await page.get_by_role("link", name="New case").wait_for()
    await page.wait_for_load_state("networkidle")
    await context.close()
    return wire.page_bytes


def _compressed(plain: str) -> int:
    files = load_files()
    _, body = encode_with("br", (files.folder / files.names[plain]).read_bytes(), is_static=True)
    return len(body)
