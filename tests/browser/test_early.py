"""Small previews at a specialist's desk: marked, and giving way to the photographs while the page is open."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from imaging.drawn import Scene, Subject, View, draw_jpeg
from imaging.drawn_skin import SkinTone
from imaging.pack import read_index
from imaging.prepare import prepare_photo
from imaging.prepare_options import PrepareOptions
from server.cases import service as cases
from server.contract.preview import PreviewStep
from tests.browser.stage import photograph
from tests.support.casework import EVIDENCE, add, arrive, send
from tests.support.clinics import Clinic, answers
from tests.support.large_photo import desk
from tests.support.previewed import Previewed, previewed_shot, show_early
from tests.web.test_look import violations

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.timeout(300)]
VIEWS = (View.FAR, View.MEDIUM, View.CLOSE, View.OBLIQUE)
STILL = "Small preview: the photo is still travelling"


@pytest.fixture
async def taken() -> list[Previewed]:
    return [previewed_shot() for _ in VIEWS]


@pytest.fixture
async def case_id(clinic: Clinic, taken: list[Previewed]) -> UUID:
    """Read by the clinic's reader; of each photograph there is a small preview."""
    case_id = await send(clinic, *(each.shot.part for each in taken), answers())
    for each, view in zip(taken, VIEWS, strict=True):
        await show_early(clinic, case_id, each, jpeg=drawn(view, 512))
    await cases.claim_case(clinic.reader, case_id)
    return case_id


@pytest.fixture
async def page(browser: Browser, address: str, clinic: Clinic, case_id: UUID) -> AsyncIterator[Page]:
    async with desk(browser, address, clinic.reader) as context:
        page = await context.new_page()
        await page.goto(f"/queue/cases/{case_id}")
        yield page


def drawn(view: View, width_px: int) -> bytes:
    scene = Scene(Subject.IRREGULAR_MOLE, SkinTone.BROWN, view, width_px=width_px, height_px=width_px * 3 // 4)
    return draw_jpeg(scene)


async def come(clinic: Clinic, case_id: UUID, taken: Previewed, view: View) -> None:
    """The photograph itself, prepared as an upload is."""
    await arrive(clinic, case_id, taken.shot)
    packed = prepare_photo(drawn(view, 1600), PrepareOptions(), lambda: b"")
    pack = b"".join(packed.buffers)
    index = tuple(cases.PackEntry(*entry) for entry in read_index(pack))
    prepared = cases.Prepared(pack=pack, index=index, preparation="test/1", evidence=EVIDENCE)
    await cases.record_prepared(clinic.organisation_id, taken.shot.id, prepared)


async def test_previews_are_marked_and_give_way_to_the_photographs(
    page: Page, clinic: Clinic, case_id: UUID, taken: list[Previewed]
) -> None:
    mark, strip = page.locator(".viewer-mark"), page.locator(".viewer-strip")
    await expect(mark).to_have_text(STILL)
    await expect(strip.get_by_text("small preview")).to_have_count(4)
    await expect(page.locator("#come-now")).to_contain_text("0 of 4 have come.")
    await expect(page.locator("#outstanding-now")).to_contain_text("You may sign without waiting")
    await expect(page.locator(".viewer[data-ready]")).to_be_visible()
    await photograph(page, "case-previews")
    assert await violations(page) == []

    await page.get_by_label("Findings").fill("Typed while photographs come.")
    await expect(page.locator("#photos-now[data-link=open]")).to_be_visible()
    await come(clinic, case_id, taken[0], VIEWS[0])
    await expect(page.locator("#come-now")).to_contain_text("1 of 4 have come.", timeout=15_000)
    await expect(mark).to_be_hidden()
    await expect(strip.get_by_text("small preview")).to_have_count(3)
    await expect(page.get_by_label("Findings")).to_have_value("Typed while photographs come.")
    await page.keyboard.press("Escape")
    await strip.get_by_role("button").nth(1).click()
    await expect(mark).to_have_text(STILL)
    await photograph(page, "case-previews-one-come")

    for each, view in zip(taken[1:], VIEWS[1:], strict=True):
        await come(clinic, case_id, each, view)
    await expect(page.locator("#come-now")).to_be_empty(timeout=15_000)
    await expect(mark).to_be_hidden()
    await expect(page.locator("#outstanding-now")).to_be_empty()


async def test_nothing_is_drawn_on_a_preview_and_the_page_says_why(page: Page) -> None:
    await expect(page.locator(".viewer[data-ready]")).to_be_visible()
    await page.get_by_role("button", name="Arrow").click()
    await expect(page.locator("[data-draw-hint]")).to_contain_text("Wait for the photo itself")


async def test_the_first_preview_brings_the_viewer_to_a_page_that_had_none(
    browser: Browser, address: str, clinic: Clinic
) -> None:
    case_id, taken = await send(clinic, answers()), previewed_shot()
    async with desk(browser, address, clinic.reader) as context:
        page = await context.new_page()
        await page.goto(f"/queue/cases/{case_id}")
        await expect(page.get_by_text("No photo to look at yet")).to_be_visible()
        await expect(page.locator("#photos-now[data-link=open]")).to_be_visible()
        await add(clinic, case_id, taken.shot.part)
        await show_early(clinic, case_id, taken, PreviewStep.SMALL, jpeg=drawn(VIEWS[0], 512))
        await expect(page.locator(".viewer[data-ready] .viewer-mark")).to_have_text(STILL, timeout=15_000)
        await page.goto("/queue")
        await expect(page.get_by_text("1 preview")).to_be_visible()
        await photograph(page, "queue-previews")
