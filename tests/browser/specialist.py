"""A specialist at the desk: the queue and the case page in Chromium, by mouse and by keys."""

import re

from playwright.async_api import Page, Response, expect

from tests.browser.stage import photograph
from tests.identity.enrolled import PASSWORD, Enrolled

WORK_WITHIN_MS = 180_000
CODES_WITHIN_MS = 60_000
"""The first search of a process reads the whole edition."""


class Desk:
    """Each verb does one thing on the page and sees that it was done."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def sign_in(self, enrolled: Enrolled) -> None:
        """With the password and the app's code, past the page for those who lost the app."""
        page = self.page
        await page.goto("/sign-in")
        await page.get_by_label("E-mail").fill(enrolled.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_role("link", name="I do not have my code app").click()
        await photograph(page, "journey/10-recovery-code")
        await page.go_back()
        await photograph(page, "journey/11-app-code")
        await page.get_by_label("Code").fill(enrolled.code())
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_role("heading", name="Queue")).to_be_visible()

    async def read_next(self, *, photos: int) -> None:
        """Take the case that comes into the open queue by itself, once all its photographs are prepared."""
        page = self.page
        await expect(page.get_by_text(f"{photos} photos", exact=True)).to_be_visible(timeout=WORK_WITHIN_MS)
        await page.keyboard.press("j")
        await expect(page.get_by_role("link", name=re.compile("^Open"))).to_be_focused()
        await page.keyboard.press("o")
        await page.get_by_role("button", name="Read this case").click()
        await expect(page.get_by_role("heading", name="Your answer")).to_be_visible()

    async def zoom_into(self, photo: str) -> Response:
        """The first tile that the viewer asked for."""
        page = self.page
        await page.locator(".viewer-strip button", has_text=photo).click()
        async with page.expect_response(re.compile(r"/zoom_files/")) as tile:
            for _ in range(4):
                await page.get_by_role("button", name="Closer").click()
        await page.wait_for_load_state("networkidle")
        await photograph(page, "journey/21-zoomed")
        return await tile.value

    async def ask_better(self, photo: str, why: str, note: str) -> None:
        """Two keys, the photograph, the reason."""
        page = self.page
        await page.locator("h1").click()
        await page.keyboard.press("p")
        dialog = page.get_by_role("dialog", name="Ask for a better photo")
        await dialog.get_by_label(photo).check()
        await dialog.get_by_label(why).check()
        await dialog.get_by_label("In your own words").fill(note)
        await photograph(page, "journey/22-ask")
        await dialog.get_by_role("button", name="Ask the patient").click()
        await expect(page.get_by_text("The patient is asked for a better photo.")).to_be_visible()

    async def write_answer(self, *, findings: str, illness: str, plan: str, safety_net: str) -> str:
        """Fill the answer; the diagnosis is searched in words. Returns the code that was found."""
        page = self.page
        await page.get_by_label("Findings").fill(findings)
        await page.get_by_label("Diagnosis 1").fill(illness)
        offered = page.locator("#icd-codes option")
        await expect(offered.first).to_be_attached(timeout=CODES_WITHIN_MS)
        found = await offered.first.get_attribute("value") or ""
        await page.get_by_label("Diagnosis 1").fill(found)
        await page.get_by_label("What to do, in plain words").fill(plan)
        await page.get_by_label("When to get help sooner").fill(safety_net)
        await expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
        await photograph(page, "journey/24-answer")
        return found

    async def sign(self) -> None:
        await self.page.get_by_role("button", name="Sign and send").click()

    async def confirm(self, code: str) -> None:
        page = self.page
        await expect(page.get_by_role("heading", name="Please confirm that it is you")).to_be_visible()
        await photograph(page, "journey/25-step-up")
        await page.get_by_label("Code from your app").fill(code)
        await page.get_by_role("button", name="Confirm", exact=True).click()
        await expect(page.get_by_role("heading", name="Your answer")).to_be_visible()
