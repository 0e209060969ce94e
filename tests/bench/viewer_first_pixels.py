"""How soon a specialist sees a 50-megapixel photograph of an opened case, beside a bare page with its preview.

Both are taken in Chromium on loopback: from the navigation's start to the frame that shows the preview, as the
browser's own Element Timing tells it (W3C), which counts from the start of the navigation.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path

from litestar import Litestar, Response, get
from playwright.async_api import BrowserContext, Page

from server.cases import service as cases
from tests.bench.figure import Figure, bounded
from tests.support.applications import application
from tests.support.clinics import make_clinic
from tests.support.large_photo import claimed_case, desk
from tests.support.platforms import Templates, platform_on
from tests.web.served import open_browser, serve

ROUNDS = 9
GOAL_MS = 300.0
GOAL_BYTES = 100_000
BARE = '<!doctype html><title>bare</title><img src="/preview.jpg" elementtiming="first-pixels">'
SHOWN = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries()[0].renderTime || list.getEntries()[0].loadTime))
    .observe({ type: 'element', buffered: true })
})"""
BYTES = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  const preview = all.find((each) => each.name.endsWith('/preview.jpg'))
  return all.filter((each) => each.startTime <= preview.responseEnd).reduce((sum, each) => sum + each.transferSize, 0)
}"""


def measure(rounds: int = ROUNDS) -> tuple[Figure, ...]:
    """The median of `rounds` after one that does not count, both taken in turns; and the bytes before the pixels."""
    return asyncio.run(_measure(rounds))


async def _measure(rounds: int) -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        async with platform_on("sqlite", home, Templates(Path(folder))) as platform:
            clinic = await make_clinic()
            case_id, (taken,) = await claimed_case(clinic)
            preview = (await cases.read_rendition(clinic.reader, case_id, taken.id, "preview.jpg")).content
            async with (
                serve(application(platform)) as address,
                serve(_bare(preview)) as bare_address,
                open_browser() as browser,
                desk(browser, address, clinic.reader) as context,
                await browser.new_context(base_url=bare_address) as bare,
            ):
                shown, floor, sizes = await _in_turns(context, f"/queue/cases/{case_id}", bare, rounds)
    return (
        bounded("viewer_first_pixels", statistics.median(shown), statistics.median(floor), "ms", GOAL_MS),
        bounded("viewer_first_pixels_bytes", max(sizes), len(preview), "bytes", GOAL_BYTES),
    )


async def _in_turns(
    context: BrowserContext, path: str, bare: BrowserContext, rounds: int
) -> tuple[list[float], list[float], list[float]]:
    shown: list[float] = []
    floor: list[float] = []
    sizes: list[float] = []
    for _ in range(rounds + 1):
        page = await context.new_page()
        shown.append(await _first_pixels_ms(page, path))
        sizes.append(await page.evaluate(BYTES))
        await page.close()
        page = await bare.new_page()
        floor.append(await _first_pixels_ms(page, "/"))
        await page.close()
    # The first visit fetches what later ones find in the browser's cache: its bytes count, its time does not.
    return shown[1:], floor[1:], sizes


async def _first_pixels_ms(page: Page, path: str) -> float:
    await page.goto(path, wait_until="commit")
    return await page.evaluate(SHOWN)


def _bare(preview: bytes) -> Litestar:
    @get("/", media_type="text/html")
    async def page() -> str:
        return BARE

    @get("/preview.jpg")
    async def picture() -> Response[bytes]:
        return Response(preview, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    return Litestar([page, picture], openapi_config=None)
