"""One site over time in Chromium: views of two visits, an outline moved by keys, and the same without script."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from imaging.drawn import Scene, Subject, draw_jpeg
from imaging.drawn_skin import SkinTone
from server.cases import service as cases
from server.core.platform import Platform
from server.followup.schemas import Comparison, LesionMeasures, Measured, OutlinedLesion
from server.identity.cookies import session_cookie_name
from tests.browser.stage import SIZES, SMALL_PHONE
from tests.followup.visits import FOUND, SQUARE, Visited, compare, two_visits
from tests.support.applications import application
from tests.support.casework import EVIDENCE
from tests.support.clinics import Clinic, make_clinic
from tests.support.people import begin
from tests.web.served import open_browser, serve
from tests.web.test_look import violations

pytestmark = pytest.mark.requires("chromium")

PICTURE = draw_jpeg(Scene(Subject.MOLE, SkinTone.TAN, width_px=800, height_px=600))
MEASURES = LesionMeasures(
    "mm", Measured(38.2, 1.5), Measured(7.4, 0.2), Measured(0.05, 0.01), Measured(1.1, 0.02), Measured(6.2, 0.4)
)
# Everything of the earlier photograph lies a tenth of the width further right in the later one.
SHIFTED = msgspec.structs.replace(
    FOUND, matrix=(1.0, 0.0, 0.1, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), later=OutlinedLesion(SQUARE, MEASURES)
)


class Served(NamedTuple):
    browser: Browser
    address: str
    cookie: tuple[str, str]
    clinic: Clinic

    async def open(self, visited: Visited, *, has_script: bool = True) -> Page:
        context = await self.browser.new_context(base_url=self.address, java_script_enabled=has_script)
        name, token = self.cookie
        await context.add_cookies([{"name": name, "value": token, "url": self.address}])
        page = await context.new_page()
        await page.goto(f"/queue/cases/{visited.case_id}/site/{visited.part_id}")
        return page


@pytest.fixture
async def served(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    prepared = cases.Prepared(
        pack=PICTURE,
        index=(cases.PackEntry("review.jpg", 0, len(PICTURE), "image/jpeg"),),
        preparation="test/1",
        evidence=EVIDENCE,
    )
    monkeypatch.setattr("tests.followup.visits.PREPARED", prepared)
    clinic = await make_clinic()
    cookie = (session_cookie_name(sqlite_platform.settings), await begin(clinic.reader.actor_id))
    async with serve(application(sqlite_platform)) as address, open_browser() as browser:
        yield Served(browser, address, cookie, clinic)


async def _site(served: Served, found: Comparison, *, has_script: bool = True) -> Page:
    earlier, later = await two_visits(served.clinic)
    await compare(served.clinic, earlier, later, found)
    return await served.open(later, has_script=has_script)


async def test_the_later_photograph_is_moved_back_over_the_earlier_one(served: Served) -> None:
    page = await _site(served, SHIFTED)
    await page.get_by_role("button", name="Difference").click()
    earlier, later = page.locator(".compare-earlier img"), page.locator(".compare-later img")
    boxes = await earlier.bounding_box(), await later.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["x"] - boxes[0]["x"] == pytest.approx(-0.1 * boxes[0]["width"], abs=1)
    assert boxes[1]["y"] == pytest.approx(boxes[0]["y"], abs=1)


async def test_the_slider_shows_as_much_of_the_earlier_photograph_as_it_says(served: Served) -> None:
    page = await _site(served, SHIFTED)
    await page.get_by_role("button", name="Slider").click()
    await page.get_by_label("How much of the earlier photo").fill("30")
    await expect(page.locator(".compare-later")).to_have_css("clip-path", "inset(0px 0px 0px 30%)")


async def test_blinking_changes_by_itself_and_stops(served: Served) -> None:
    page = await _site(served, SHIFTED)
    later = page.locator(".compare-later")
    await page.get_by_role("button", name="Blink").click()
    await expect(later).to_be_hidden()
    await expect(later).to_be_visible()
    await page.get_by_role("button", name="Side by side").click()
    await expect(later).to_be_visible()


async def test_a_corner_moves_by_keys_into_what_is_sent(served: Served) -> None:
    page = await _site(served, SHIFTED)
    await page.get_by_role("button", name="Corner 1", exact=True).press("ArrowRight")
    await expect(page.locator("textarea[name=corners]")).to_have_value(
        "40.50 40.00\n60.00 40.00\n60.00 60.00\n40.00 60.00"
    )


async def test_what_could_not_be_laid_over_each_other_says_why_and_stands_side_by_side(served: Served) -> None:
    refused = msgspec.structs.replace(FOUND, matrix=(), change=None, declined="skin_does_not_agree")
    page = await _site(served, refused)
    await expect(page.get_by_text("could not be laid over each other: the skin around the spot")).to_be_visible()
    await expect(page.get_by_role("button", name="Blink")).to_be_hidden()


async def test_without_script_both_photographs_and_the_numbers_are_there(served: Served) -> None:
    page = await _site(served, SHIFTED, has_script=False)
    await expect(page.locator(".compare-picture img")).to_have_count(2)
    await expect(page.get_by_role("cell", name="130 ± 6 %")).to_be_visible()
    await expect(page.get_by_text("7.4 ± 0.2 mm")).to_be_visible()
    await expect(page.get_by_role("button", name="Slider")).to_be_hidden()


async def test_the_page_has_no_barrier_and_is_never_too_wide(served: Served) -> None:
    page = await _site(served, SHIFTED)
    assert await violations(page) == []
    for size in SIZES:
        await page.set_viewport_size(size)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    await page.set_viewport_size(SMALL_PHONE)
    assert await violations(page) == []


async def test_a_first_visit_has_nothing_to_be_compared_with(served: Served) -> None:
    earlier, _ = await two_visits(served.clinic)
    page = await served.open(earlier)
    await expect(page.get_by_role("heading", name="No earlier visit of this site")).to_be_visible()
