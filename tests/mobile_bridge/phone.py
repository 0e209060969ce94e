"""A phone in Chromium, the steps a patient takes on it, and what it has kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.requirements import data_folder

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.1
VIEWS = ("far", "medium", "close-straight", "close-oblique")
PICTURED = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const paint = canvas.getContext("2d");
  window.seen = "#000";
  setInterval(() => { paint.fillStyle = window.seen; paint.fillRect(0, 0, 640, 480); }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
}"""
"""A camera that sees one colour, and another one when `seen` is set."""
READ_DRAFTS = """() => new Promise((resolve) => {
  indexedDB.open("careferry").onsuccess = (event) => {
    const reading = event.target.result.transaction("drafts").objectStore("drafts").getAll();
    reading.onsuccess = () => { event.target.result.close(); resolve(JSON.stringify(reading.result)); };
  };
})"""

COUNT_PHOTOS = """() => new Promise((resolve) => {
  indexedDB.open("careferry").onsuccess = (event) => {
    const counting = event.target.result.transaction("photos").objectStore("photos").count();
    counting.onsuccess = () => { event.target.result.close(); resolve(counting.result); };
  };
})"""


def photo_file(name: str) -> Path:
    """A real photograph; ask for `data` first."""
    return data_folder() / "photos" / name


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look until it holds: neither a browser's database nor another process tells when it changes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)


class Phone:
    """One page of the app, driven as a patient does."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page

    async def open(self) -> None:
        """The first visit: afterwards the app opens without a link."""
        await self.page.goto("/app")
        await expect(self.page.get_by_role("link", name="New case")).to_be_visible()
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    async def begin(self, topic: str = "Mole or spot") -> None:
        await self.page.get_by_role("link", name="New case").click()
        await self.page.get_by_role("button", name=topic).click()
        await expect(self.heading("Where is it?")).to_be_visible()

    async def choose_place(self, site: str = "forearm", side: str | None = "Left") -> None:
        await self.page.get_by_label("Part of the body").select_option(site)
        if side:
            await self.page.get_by_label(side, exact=True).check()
        await self.await_kept()
        await self.next()

    async def answer_all(self) -> None:
        """The first choice of every question."""
        await expect(self.heading("A few questions")).to_be_visible()
        for question in await self.page.locator("fieldset").all():
            await question.locator(".choice").first.click()
        await self.await_kept()
        await self.next()
        await expect(self.heading("Photos")).to_be_visible()

    async def go_to_photos(self) -> None:
        await self.open()
        await self.begin()
        await self.choose_place()
        await self.answer_all()

    async def add_photo(self, view: str, file: Path) -> Locator:
        slot = self.slot(view)
        await self.page.set_input_files(f"#file-{view}", file)
        await expect(slot.get_by_role("button", name="Remove")).to_be_visible()
        return slot

    async def keep_anyway(self, view: str) -> None:
        slot = self.slot(view)
        await slot.locator("summary").click()
        await slot.get_by_role("button", name="It is the best I can do").click()
        await expect(slot.get_by_text("Kept:")).to_be_visible()

    async def review_and_send(self) -> None:
        await self.next()
        await expect(self.heading("Look it over")).to_be_visible()
        await self.page.get_by_label("My photographs and answers").check()
        await self.await_kept()
        await self.page.get_by_role("button", name="Send").click()
        await expect(self.standing).to_be_visible()

    async def make_case(self, *photos: Path) -> None:
        """A whole case with these photographs, up to *Send*."""
        await self.begin()
        await self.choose_place()
        await self.answer_all()
        for view, file in zip(VIEWS, photos, strict=False):
            slot = await self.add_photo(view, file)
            if await slot.locator("details").count():
                await self.keep_anyway(view)
        await self.review_and_send()

    async def next(self) -> None:
        await self.page.get_by_role("button", name="Next").click()

    async def await_kept(self) -> None:
        await expect(self.page.get_by_text("Kept in this phone.", exact=True)).to_be_visible()

    async def drafts(self) -> list[dict[str, Any]]:
        """What the phone has kept, as it lies in its database."""
        return json.loads(await self.page.evaluate(READ_DRAFTS))

    async def await_kept_photos(self, sizes_bytes: list[int]) -> None:
        """Wait until the one draft has photographs of these sizes."""

        async def are_kept() -> bool:
            [draft] = await self.drafts()
            return [photo["sizeBytes"] for photo in draft["photos"]] == sizes_bytes

        await until(are_kept)

    async def await_no_draft(self) -> None:
        async def is_empty() -> bool:
            return await self.drafts() == []

        await until(is_empty)

    async def count_photos(self) -> int:
        return await self.page.evaluate(COUNT_PHOTOS)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def slot(self, view: str) -> Locator:
        return self.page.locator(f".slot[data-view={view}]")

    @property
    def standing(self) -> Locator:
        return self.page.locator(".standing .status")
