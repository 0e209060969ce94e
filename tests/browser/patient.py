"""A patient with a phone: the app driven by touch, as its screens are read."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.stage import photograph

VERDICT_WITHIN_MS = 30_000
WORK_WITHIN_MS = 180_000


class PhoneApp:
    """Each verb does what one screen is for and leaves on the next one."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def keep_the_app(self) -> None:
        """Until the phone has all that it needs without a link: its own files, and who it belongs to."""
        await expect(self._link("New case")).to_be_visible()
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await self.page.reload()
        await self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    async def begin(self, topic: str) -> None:
        await self._link("New case").tap()
        await photograph(self.page, "journey/01-topic")
        await self.page.get_by_role("button", name=topic).tap()
        await expect(self._heading("Where is it?")).to_be_visible()

    async def point_at_left_forearm(self) -> None:
        await self.page.locator(".zone[data-sites~=forearm][data-side=left]").tap()
        await self.page.get_by_role("button", name="Forearm").tap()
        await expect(self.page.get_by_label("Left", exact=True)).to_be_checked()
        await photograph(self.page, "journey/02-place")
        await self._next("A few questions")

    async def answer(self, worry: str) -> None:
        """The first choice everywhere, and `worry` in the last question's own words."""
        for field in await self.page.locator("main fieldset.field").all():
            await field.locator("label.choice").first.tap()
        await self.page.locator("main textarea").last.fill(worry)
        await self._kept()
        await photograph(self.page, "journey/03-questions")
        await self._next("Photos")

    async def take(self, view: str, photo: Path) -> Locator:
        """Choose the file for a view; one that the phone finds flawed is kept with a reason."""
        slot = self.page.locator(f"[data-view={view}]")
        await slot.locator(f"#file-{view}").set_input_files(photo)
        await expect(slot.get_by_role("button", name="Remove")).to_be_visible(timeout=VERDICT_WITHIN_MS)
        keep = slot.get_by_text("Keep it anyway")
        if await keep.is_visible():
            await keep.tap()
            await slot.get_by_role("button", name="It is the best I can do").tap()
            await expect(slot.get_by_text("Kept:")).to_be_visible()
        return slot

    async def review(self) -> None:
        await photograph(self.page, "journey/04-photos")
        await self._next("Look it over")

    async def agree_and_send(self) -> None:
        for consent in await self.page.locator("main input[name=consent]").all():
            await consent.check()
        await self._kept()
        await photograph(self.page, "journey/05-review")
        await self.send()

    async def send(self) -> None:
        await self.page.get_by_role("button", name="Send", exact=True).tap()

    async def stands(self, words: str) -> None:
        """What the screen of the case says about it, sooner or later."""
        await expect(self.page.locator(".standing")).to_have_text(re.compile(words), timeout=WORK_WITHIN_MS)

    async def _kept(self) -> None:
        await expect(self.page.locator(".save-state")).to_have_text("Kept in this phone.")

    async def _next(self, heading: str) -> None:
        await self.page.get_by_role("button", name="Next").tap()
        await expect(self._heading(heading)).to_be_visible()

    def _heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def _link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)
