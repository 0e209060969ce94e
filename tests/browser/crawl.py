"""Opens the pages that a person can reach, looks at each as axe and a small phone do, and keeps its pictures."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page

from tests.browser.stage import DESK, SMALL_PHONE, photograph
from tests.web.test_look import violations

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CURSORS = {"after", "before", "day", "first", "show", "tag", "group"}
"""What only turns a page or leaves rows out: another value is no other kind of page."""
OF_A_KIND = 2
"""Pages of one kind that are opened, such as two people's; of cases all are, for each stands differently."""
LOOKED_AT_CLOSELY = 3
"""Of each kind: what axe finds in the fourth it has found in the others. Errors and width are looked for in all."""
ANSWERS_WITHIN_S = 120.0
"""Not every call to a page has a bound of its own: what is evaluated in one that hangs is waited for without end."""
CASES = ("/cases/{id}", "/queue/cases/{id}")
NOT_LOADED = "Failed to load resource"
NO_PAGE = re.compile(r"\.(pdf|jpg|ics)$|/documents/|/logs/")
LINKS = """[...document.querySelectorAll('main a[href^="/"], .top nav:not(.account) a[href^="/"]')]
    .map(link => link.getAttribute('href'))"""


def kind_of(path: str) -> str:
    """The address without what differs between pages of one kind."""
    parts = urlsplit(path)
    query = [(name, "" if name in CURSORS else UUID.sub("{id}", value)) for name, value in parse_qsl(parts.query)]
    return UUID.sub("{id}", parts.path) + (f"?{urlencode(query, safe='{}')}" if query else "")


class Crawl:
    """One person's round; `wrong` says by address what is not as it should be, and `opened` which kinds were seen.

    `judged` counts what axe looked at, by kind, over the rounds of everybody: a page is much the same for the next.

    `is_thorough`: the first page of each kind is judged by its colours too, in the light and in the dark; they do not
    differ with how much there is.
    """

    def __init__(
        self, context: BrowserContext, name: str, judged: Counter[str], *, cases: int, is_guest: bool, is_thorough: bool
    ) -> None:
        self.wrong: dict[str, list[str]] = {}
        self.opened: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._context = context
        self._name = name
        self._judged = judged
        self._cases = cases
        self._is_guest = is_guest
        self._is_thorough = is_thorough

    async def go(self, starts: Iterable[str], *, refused: Iterable[str] = (), follows: bool = True) -> None:
        """From `starts` on, wherever links lead; the addresses in `refused` are answered with a page that says why."""
        page = await self._context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.extend(self._problem(message, page)))
        page.on("pageerror", lambda error: problems.append(str(error)))
        waiting = list(starts)
        while waiting:
            path = waiting.pop(0)
            if not self._is_due(path):
                continue
            try:
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    found = await self._look(page, path, is_refused=path in refused)
                    waiting += await page.evaluate(LINKS) if follows else []
            except TimeoutError as hung:
                hung.add_note(f"{path} hangs; so far: {problems}")
                raise
            if found or problems:
                self.wrong[path] = [*found, *problems]
            problems.clear()
        await page.close()

    def _is_due(self, path: str) -> bool:
        kind = kind_of(path)
        limit = self._cases if kind in CASES else OF_A_KIND
        if path in self._seen or self.opened[kind] == limit:
            return False
        self._seen.add(path)
        self.opened[kind] += 1
        return True

    async def _look(self, page: Page, path: str, *, is_refused: bool) -> list[str]:
        if NO_PAGE.search(path):
            answer = await self._context.request.get(path)
            return [] if answer.ok else [f"{answer.status}"]
        await page.set_viewport_size(SMALL_PHONE)
        response = await page.goto(path)
        if response is None or response.ok == is_refused:
            return [f"{response.status if response else 'no answer'}"]
        self._judged[kind_of(path)] += 1
        number = self._judged[kind_of(path)]
        is_first = number == 1 and self._is_thorough
        found: list[str] = []
        if number <= (LOOKED_AT_CLOSELY if self._is_thorough else 1):
            found += [f"axe {each}" for each in await violations(page, "all" if is_first else "all but colours")]
        if wide := await page.evaluate("document.documentElement.scrollWidth") - SMALL_PHONE["width"]:
            found.append(f"{wide} px too wide")
        if self.opened[kind_of(path)] <= LOOKED_AT_CLOSELY:
            await photograph(page, self._picture_name(path))
        return found + (await _in_the_dark(page) if is_first else [])

    def _problem(self, message: ConsoleMessage, page: Page) -> list[str]:
        """Errors, except the browser's own word that a page was refused, or that nobody is signed in."""
        if message.type != "error":
            return []
        is_about_page = message.location.get("url") == page.url and message.text.startswith(NOT_LOADED)
        is_about_guest = self._is_guest and message.text.startswith(
            f"{NOT_LOADED}: the server responded with a status of 401"
        )
        return [] if is_about_page or is_about_guest else [message.text]

    def _picture_name(self, path: str) -> str:
        kind = kind_of(path)
        words = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") or "home"
        return f"{self._name}/{words}-{self.opened[kind]}"


async def _in_the_dark(page: Page) -> list[str]:
    await page.set_viewport_size(DESK)
    await page.emulate_media(color_scheme="dark")
    found = await violations(page, "colours")
    await page.emulate_media(color_scheme="light")
    return [f"axe in the dark {each}" for each in found]
