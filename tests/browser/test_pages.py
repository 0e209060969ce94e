"""Every page of every role in Chromium, empty, typical and overfull: no error, no barrier, nothing too wide."""

import re
import shutil
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, BrowserContext

from server.core.platform import Platform
from tests.browser.crawl import Crawl, kind_of
from tests.browser.stage import DESK, fill_empty, fill_overfull, fill_typical, serve_demo
from tests.support.applications import application

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.timeout(900)]

PATIENT, OTHER_PATIENT, GUARDIAN, SPECIALIST = "Aminata Kamara", "Fatmata Bangura", "Mariama Conteh", "Dr. Elena Ruiz"
COORDINATOR, WORKER, AUDITOR = "Samuel Cole", "Hawa Turay", "Grace Davies"
ADMINISTRATOR, READERS_ADMINISTRATOR = "Nana Jalloh", "Luis Ortega"
NO_CALL = f"/call-guest/{UUID(int=0)}"
REFUSED = (
    "/sign-in/link/spent",
    "/recover/spent",
    "/invitation/spent",
    "/visit/spent",
    "/nowhere",
    "/call-link/spent",
    NO_CALL,
)
OPEN = (
    "/",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/code/enter",
    "/recover",
    "/recover/sent",
    "/demo/sign-in",
    "/demo/messages",
    "/app",
)
OWN = ("/account", "/account/sessions", "/account/password", "/account/passkey", "/account/recovery-codes", "/step-up")
STARTS: dict[str, tuple[str, ...]] = {
    PATIENT: ("/cases", "/app", "/new-case"),
    OTHER_PATIENT: ("/cases",),
    GUARDIAN: ("/cases", "/acting-for", "/app"),
    SPECIALIST: ("/emergency", "/queue", *OWN),
    COORDINATOR: ("/deadlines", "/patients?name=Kamara"),
    WORKER: (
        *("/patients", "/patients?name=Kamara", "/patients?name=Nobody"),
        *("/account/sessions", "/kiosk-worker?code=AAAA-AAAA"),
    ),
    ADMINISTRATOR: ("/admin", "/fleet", "/fleet/groups", "/fleet/claims"),
    READERS_ADMINISTRATOR: ("/admin",),
    AUDITOR: ("/audit", "/emergency/reviews"),
}
MORE_PATIENTS = {OTHER_PATIENT, GUARDIAN}
"""Their pages are of the kinds that the first patient has too: their rounds belong to the day like any other."""
# Half signed in: tests/browser/test_identity_pages.py and the journey open them.
HALF_WAY = {"/enrol", "/enrol/password", "/sign-in/app-code", "/sign-in/recovery-code"}
NO_PAGES = re.compile(
    r"^/(api|static|events|uploads|updates|\.well-known|icd|app/|queue/rows|calls/ringing|calendar/)"
    r"|/photos/|/documents/|/logs/|\.ics$"
)


@pytest.fixture(scope="module")
async def typical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's data after its first start, drawn once."""
    folder = tmp_path_factory.mktemp("typical")
    await fill_typical(folder)
    return folder


async def test_nothing_is_there_yet(browser: Browser, tmp_path: Path) -> None:
    await fill_empty(tmp_path / "data")
    async with serve_demo(tmp_path / "data", tmp_path / "log") as address:
        assert await _wrong(browser, address, "empty") == {}


async def test_a_day_like_any_other(browser: Browser, typical: Path, tmp_path: Path, sqlite_platform: Platform) -> None:
    opened: set[str] = set()
    async with _copy_served(typical, tmp_path) as address:
        assert await _wrong(browser, address, "typical", cases=20, opened=opened) == {}
    assert _pages(sqlite_platform) - HALF_WAY <= {kind.partition("?")[0] for kind in opened}


async def test_too_much_of_everything_in_spanish(browser: Browser, typical: Path, tmp_path: Path) -> None:
    shutil.copytree(typical, tmp_path / "data")
    await fill_overfull(tmp_path / "data")
    async with serve_demo(tmp_path / "data", tmp_path / "log") as address:
        assert await _wrong(browser, address, "overfull", language="es") == {}


@asynccontextmanager
async def _copy_served(folder: Path, tmp_path: Path) -> AsyncGenerator[str]:
    shutil.copytree(folder, tmp_path / "data")
    async with serve_demo(tmp_path / "data", tmp_path / "log") as address:
        yield address


async def _wrong(
    browser: Browser,
    address: str,
    filling: str,
    *,
    cases: int = 3,
    language: str = "en",
    opened: set[str] | None = None,
) -> dict[str, list[str]]:
    """What is wrong by person and address, over everyone's round; `opened` collects the kinds of pages."""
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set() if opened is None else opened
    is_typical = filling == "typical"
    judged: Counter[str] = Counter()
    for person, starts in {"": OPEN, **STARTS}.items():
        if person in MORE_PATIENTS and not is_typical:
            continue
        async with _signed_in(browser, address, person, language) as context:
            crawl = Crawl(
                context,
                f"{filling}/{_slug(person)}",
                judged,
                cases=cases,
                is_guest=not person,
                is_thorough=is_typical,
            )
            await crawl.go(starts if person else (*starts, *REFUSED), refused=REFUSED, follows=bool(person))
        wrong |= {f"{person} {path}": found for path, found in crawl.wrong.items()}
        seen.update(crawl.opened)
    return wrong


@asynccontextmanager
async def _signed_in(browser: Browser, address: str, person: str, language: str) -> AsyncGenerator[BrowserContext]:
    """As somebody who presses the demo's button; a guest where `person` is empty."""
    context = await browser.new_context(base_url=address, viewport=DESK, locale=language, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = await context.new_page()
    if person:
        await page.goto("/demo/sign-in")
        await page.locator("li.card", has_text=person).get_by_role("button").click()
        await page.wait_for_url(lambda url: not url.endswith("/demo/sign-in"))
        # Closing a page whose form is still under way waits for ever.
        async with page.expect_navigation():
            await page.locator(f"button[name=language][value={language}]").click()
    await page.close()
    yield context
    await context.close()


def _pages(platform: Platform) -> set[str]:
    """Every route that answers a GET with a page, by its kind."""
    routes = [route for route in application(platform).routes if "GET" in getattr(route, "methods", ())]
    paths = {re.sub(r"\{\w+:uuid\}", "{id}", route.path) for route in routes}
    return {kind_of(re.sub(r"\{\w+:str\}", "spent", path)) for path in paths if not NO_PAGES.search(path)}


def _slug(person: str) -> str:
    return re.sub(r"[^a-z]+", "-", person.lower()).strip("-") or "guest"
