"""The photo viewer at a specialist's desk: first pixels, drawing by mouse and by keys, measuring, looking, signing."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from server.cases import service as cases
from server.reports import service as reports
from tests.browser.stage import photograph
from tests.reports.answering import CONTENT
from tests.support.clinics import Clinic
from tests.support.large_photo import HEIGHT_PX, WIDTH_PX, claimed_case, desk
from tests.web.test_look import violations

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.timeout(300)]

MOST_BYTES_BEFORE = 100_000
BEFORE_FIRST_PIXELS = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  const preview = all.find((each) => each.name.endsWith('/preview.jpg'))
  // Everything that was asked for before the preview had come, whether it had come itself or not.
  return all.filter((each) => each.startTime <= preview.responseEnd)
    .map((each) => [new URL(each.name).pathname, each.encodedBodySize || each.transferSize])
}"""
SCALE = cases.Scale(
    version="1",
    card="credit-card",
    homography=(0.01, 0, 0, 0, 0.01, 0, 0, 0, 1),
    relative_error=0.02,
    reach_mm=100,
    card_width_mm=85.6,
    card_height_mm=53.98,
    px_per_mm=100,
    tilt_deg=0,
)


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    found, _ = await claimed_case(clinic, scale=SCALE, photos=2)
    return found


@pytest.fixture
async def page(browser: Browser, address: str, clinic: Clinic, case_id: UUID) -> AsyncIterator[Page]:
    async with desk(browser, address, clinic.reader) as context:
        opened = await context.new_page()
        await open_case(opened, case_id)
        yield opened


async def open_case(page: Page, case_id: UUID) -> None:
    await page.goto(f"/queue/cases/{case_id}")
    await expect(page.locator(".viewer[data-ready]")).to_be_attached()
    await expect(page.locator(".viewer-first")).to_have_count(0)


def marks(page: Page) -> Locator:
    return page.locator(".viewer-pane >> nth=0").locator(".drawn")


def rows(page: Page) -> Locator:
    return page.locator(".viewer-drawn li")


async def saved(page: Page) -> None:
    await expect(page.locator("[data-draw-status]")).to_have_text(re.compile(r"^Saved at \d"))


async def drag(page: Page, *places: tuple[float, float]) -> None:
    """From place to place, in shares of the first pane."""
    box = await page.locator(".viewer-pane").first.bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    await page.mouse.move(*at[0])
    await page.mouse.down()
    for place in at[1:]:
        await page.mouse.move(*place, steps=6)
    await page.mouse.up()


async def standing(clinic: Clinic, case_id: UUID) -> tuple[cases.Annotation, ...]:
    return cases.standing_of(await cases.annotation_versions(clinic.reader, case_id))


async def test_before_the_first_pixels_little_crosses_the_link(page: Page) -> None:
    before: list[tuple[str, int]] = await page.evaluate(BEFORE_FIRST_PIXELS)
    paths = [path for path, _ in before]
    assert sum(size for _, size in before) <= MOST_BYTES_BEFORE, before
    assert any(path.endswith("/preview.jpg") for path in paths)
    assert not [path for path in paths if "zoom_files" in path or path.endswith("/review.jpg")], paths
    assert all(size > 0 for path, size in before if not path.startswith("/events/")), before


async def test_every_kind_is_drawn_by_mouse_and_kept(page: Page, clinic: Clinic, case_id: UUID) -> None:
    await page.keyboard.press("a")
    await drag(page, (0.2, 0.2), (0.45, 0.45))
    await page.get_by_label("Words to it").fill("The edge scales.")
    await page.keyboard.press("Enter")
    await page.keyboard.press("o")
    await drag(page, (0.5, 0.3), (0.7, 0.35), (0.65, 0.6), (0.5, 0.5))
    await page.keyboard.press("Escape")
    await page.locator("h1").click()
    await page.keyboard.press("w")
    await drag(page, (0.3, 0.7), (0.3, 0.7))
    await page.get_by_label("Words to it").fill("Dry")
    await page.keyboard.press("Enter")
    await page.keyboard.press("l")
    await drag(page, (0.4, 0.8), (0.6, 0.8))
    await saved(page)
    await expect(rows(page)).to_have_count(4)
    await expect(rows(page).nth(3)).to_contain_text(re.compile(r"\d+\.\d mm ± \d+\.\d mm"))
    kept = [type(each.mark).__name__ for each in await standing(clinic, case_id)]
    assert kept == ["Arrow", "Outline", "Text", "Length"]
    assert await violations(page) == []
    await photograph(page, "viewer/10-drawn")


async def test_a_point_is_where_it_was_put_however_the_photo_is_turned_and_zoomed(
    page: Page, clinic: Clinic, case_id: UUID
) -> None:
    """The middle of the pane is the middle of the photograph, whichever way it stands."""
    await page.keyboard.press("t")
    await page.keyboard.press("+")
    await page.wait_for_function("() => !document.querySelector('.viewer-first')")
    await page.keyboard.press("a")
    await drag(page, (0.5, 0.5), (0.5, 0.3))
    await saved(page)
    (found,) = await standing(clinic, case_id)
    assert isinstance(found.mark, cases.Arrow)
    assert abs(found.mark.tail.x - WIDTH_PX / 2) < WIDTH_PX / 100
    assert abs(found.mark.tail.y - HEIGHT_PX / 2) < HEIGHT_PX / 100
    assert abs(found.mark.tip.y - found.mark.tail.y) < HEIGHT_PX / 100, "a quarter turn: up is along the width"


async def test_everything_goes_by_keys(page: Page, clinic: Clinic, case_id: UUID) -> None:
    await page.keyboard.press("o")
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter", "ArrowDown", "Enter", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_label("Words to it")).to_be_focused()
    await page.keyboard.type("By keys")
    await page.keyboard.press("Enter")
    await saved(page)
    (found,) = await standing(clinic, case_id)
    assert isinstance(found.mark, cases.Outline)
    assert (len(found.mark.points), found.mark.words) == (3, "By keys")
    await page.keyboard.press("z")
    await page.keyboard.press("z")
    await expect(rows(page)).to_have_count(0)
    await saved(page)
    assert await standing(clinic, case_id) == ()
    await page.keyboard.press("?")
    for name in ("Arrow", "Outline", "Note", "Measure", "Undo", "Hide drawings", "Light and colour"):
        await expect(page.locator("#shortcuts dd", has_text=name).first).to_be_visible()


async def test_a_drawing_waits_for_the_link_and_is_sent_once(page: Page, clinic: Clinic, case_id: UUID) -> None:
    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/annotations/*", lose_the_answer, times=1)
    await page.keyboard.press("a")
    await drag(page, (0.2, 0.2), (0.4, 0.4))
    await expect(page.locator("[data-draw-status]")).to_contain_text("Not saved yet")
    await saved(page)
    assert len(await cases.annotation_versions(clinic.reader, case_id)) == 1


async def test_what_the_server_refuses_is_not_shown_as_kept(page: Page, clinic: Clinic, case_id: UUID) -> None:
    await cases.withdraw_case(clinic.patient, case_id)
    await page.keyboard.press("a")
    await drag(page, (0.2, 0.2), (0.4, 0.4))
    await expect(page.locator("[data-draw-status]")).to_contain_text("Not saved:")
    await expect(rows(page)).to_have_count(0)


async def test_two_photos_move_together_or_each_alone(page: Page) -> None:
    await page.keyboard.press("b")
    second = page.locator(".viewer-pane").nth(1)
    await expect(second).to_have_attribute("aria-label", re.compile("."))
    await page.keyboard.press("a")
    await drag_in(second, (0.4, 0.4), (0.6, 0.6))
    number = second.locator(".drawn-disc")
    await expect(number).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.locator("h1").click()
    before = await number.get_attribute("cx")
    await page.locator(".viewer-pane").first.click(position={"x": 40, "y": 40})
    await page.get_by_role("button", name="Closer").click()
    await expect(number).not_to_have_attribute("cx", before or "")
    await photograph(page, "viewer/20-beside")


async def drag_in(pane: Locator, *places: tuple[float, float]) -> None:
    box = await pane.bounding_box()
    assert box is not None
    mouse = pane.page.mouse
    await mouse.move(box["x"] + places[0][0] * box["width"], box["y"] + places[0][1] * box["height"])
    await mouse.down()
    for x, y in places[1:]:
        await mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
    await mouse.up()


async def test_light_contrast_and_one_channel(page: Page) -> None:
    canvas = page.locator(".viewer-pane canvas").first
    await page.keyboard.press("i")
    await page.get_by_label("Light", exact=True).fill("150")
    await page.get_by_label("Channel").select_option("Green")
    filtered = await canvas.evaluate("canvas => canvas.style.filter")
    assert filtered == 'url("#viewer-green") brightness(150%) contrast(100%)'
    await photograph(page, "viewer/30-green")
    await page.get_by_role("button", name="As it was taken").click()
    assert await canvas.evaluate("canvas => canvas.style.filter") == "brightness(100%) contrast(100%)"


async def test_without_a_scale_measuring_is_refused_with_the_reason(
    browser: Browser, address: str, clinic: Clinic
) -> None:
    case_id, _ = await claimed_case(clinic)
    async with desk(browser, address, clinic.reader) as context:
        page = await context.new_page()
        await open_case(page, case_id)
        await page.keyboard.press("l")
        await expect(page.get_by_text("Nobody has looked for a scale in this photo")).to_be_visible()
        await expect(page.locator("[data-draw=length]")).to_have_attribute("aria-pressed", "false")


async def test_what_was_drawn_is_signed_read_by_the_patient_and_printed(
    page: Page, browser: Browser, address: str, clinic: Clinic, case_id: UUID
) -> None:
    await page.keyboard.press("a")
    await drag(page, (0.2, 0.2), (0.45, 0.45))
    await page.get_by_label("Words to it").fill("<script>alert(1)</script> scales")
    await page.keyboard.press("Enter")
    await saved(page)
    version = (await cases.open_case(clinic.reader, case_id)).case.version
    answer_id = await reports.sign_answer(clinic.reader, case_id, CONTENT, version)
    (drawn,) = await standing(clinic, case_id)
    await cases.record_annotation(clinic.reader, case_id, drawn.part_id, drawn.annotation_id, drawn.version + 1, None)
    await reports.release_answer(clinic.organisation_id, answer_id)
    async with desk(browser, address, clinic.patient, width_px=360) as context:
        read = await context.new_page()
        await read.goto(f"/cases/{case_id}")
        await expect(read.locator(".annotated polyline.drawn-line")).to_have_count(1)
        await expect(read.locator(".annotated image")).to_be_visible()
        await expect(read.get_by_text("<script>alert(1)</script> scales")).to_be_visible()
        assert await violations(read) == []
        await read.wait_for_load_state("networkidle")
        await photograph(read, "viewer/40-answer")
        pdf: Any = await context.request.get(f"/cases/{case_id}/answer.pdf")
        assert (pdf.status, (await pdf.body())[:5]) == (200, b"%PDF-")


async def test_without_script_photos_and_drawings_are_there(
    page: Page, browser: Browser, address: str, clinic: Clinic, case_id: UUID
) -> None:
    await page.keyboard.press("a")
    await drag(page, (0.2, 0.2), (0.45, 0.45))
    await saved(page)
    await page.goto(f"/queue/cases/{case_id}/annotations")
    await photograph(page, "viewer/50-versions")
    plain = await browser.new_context(base_url=address, java_script_enabled=False)
    await plain.add_cookies([{**each} for each in await page.context.cookies()])  # pyright: ignore[reportArgumentType]  same keys
    read = await plain.new_page()
    await read.goto(f"/queue/cases/{case_id}")
    await expect(read.locator(".viewer-plain img")).to_have_count(2)
    await read.get_by_role("link", name="All drawings").click()
    await expect(read.locator(".annotated polyline.drawn-line")).to_have_count(1)
    await expect(read.get_by_role("cell", name="Arrow")).to_be_visible()
    await plain.close()
