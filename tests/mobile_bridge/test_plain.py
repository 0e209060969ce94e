"""The form without script, in a browser that runs none: what is sent, what is refused, and nothing sent twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mobile_bridge.plain.pages import MOST_FORM_BYTES
from server.cases import service as cases
from server.contract.case import AnswersPart, PhotographPart
from server.core.platform import Platform
from server.identity.cookies import session_cookie_name
from server.intake.tables import Upload
from tests.mobile_bridge.phone import photo_file
from tests.support.clinics import Clinic
from tests.support.people import begin

pytestmark = [pytest.mark.requires("chromium", "data"), pytest.mark.usefixtures("workers")]

SCREENS = Path(__file__).parents[2] / "docs/pictures/looking/plain"


@pytest.fixture
async def page(browser: Browser, address: str, clinic: Clinic, sqlite_platform: Platform) -> AsyncIterator[Page]:
    """Of the patient, in a browser without script."""
    context = await browser.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="en-GB"
    )
    context.set_default_timeout(15_000)
    token = await begin(clinic.patient.actor_id, has_second_factor=False)
    await context.add_cookies(
        [{"name": session_cookie_name(sqlite_platform.settings), "value": token, "url": address, "httpOnly": True}]
    )
    yield await context.new_page()
    await context.close()


async def fill(page: Page) -> None:
    """From the app's own address on, up to a form in which nothing is open but a photograph."""
    await page.goto("/app")
    await page.get_by_role("link", name="Fill in the form").click()
    await page.get_by_role("link", name="Mole or spot").click()
    await page.get_by_label("Where is it?").select_option("forearm")
    await page.get_by_label("Left", exact=True).check()
    for question in await page.locator("fieldset").all():
        await question.locator("input").first.check()


async def look_over(page: Page) -> None:
    await page.get_by_role("button", name="Look it over").click()
    await expect(page.get_by_role("heading", name="Look it over")).to_be_visible()


async def hidden_fields(page: Page) -> dict[str, str | float | bool]:
    """What the form would post of itself; of repeated names the last."""
    fields = await page.locator("main form input[type=hidden]").all()
    return {str(await each.get_attribute("name")): str(await each.get_attribute("value")) for each in fields}


async def only_case(clinic: Clinic) -> cases.OpenedCase:
    [case] = await cases.cases_of_patient(clinic.worker, clinic.patient_id)
    return await cases.open_case(clinic.worker, case.id)


async def test_a_case_is_sent_without_script(page: Page, clinic: Clinic) -> None:
    await fill(page)
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await page.set_input_files("#photo-medium", photo_file("iphone_13_pro_max.heic"))
    await look_over(page)
    await page.get_by_label("My photographs and answers").check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Your case is sent")).to_be_visible()

    opened = await only_case(clinic)
    photos = [each.part for each in opened.parts if isinstance(each.part, PhotographPart)]
    assert [photo.media.media_type for photo in photos] == ["image/jpeg", "image/heic"]
    assert [(photo.site.code, photo.laterality) for photo in photos] == [("forearm", "left")] * 2
    assert (opened.completeness.promised, opened.completeness.absent) == (2, 0)
    [answers] = [each.part for each in opened.parts if isinstance(each.part, AnswersPart)]
    assert {answer.question: answer.choices for answer in answers.answers}["onset"] == ("today",)


async def test_what_is_open_is_said_and_what_was_given_is_kept(page: Page) -> None:
    await fill(page)
    await page.get_by_label("Where is it?").select_option("")
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await page.get_by_role("button", name="Look it over").click()

    await expect(page.get_by_role("alert")).to_contain_text("Choose where it is.")
    await expect(page.get_by_text("This photo has arrived")).to_be_visible()
    await expect(page.get_by_label("Today or yesterday")).to_be_checked()
    await page.get_by_label("Where is it?").select_option("forearm")
    await look_over(page)
    await expect(page.get_by_text("has arrived, ")).to_have_count(1)


async def test_a_file_that_is_no_photograph_is_refused_beside_its_field(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear doctor")
    await fill(page)
    await page.set_input_files("#photo-far", letter)
    await page.get_by_role("button", name="Look it over").click()

    await expect(page.locator("#photo-far-error")).to_contain_text("not a photo that can be sent")
    assert await Upload.count() == 0


async def test_the_same_photograph_for_two_views_is_refused(page: Page) -> None:
    await fill(page)
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await page.set_input_files("#photo-medium", photo_file("phone_jolla.jpg"))
    await page.get_by_role("button", name="Look it over").click()

    await expect(page.locator("#photo-medium-error")).to_contain_text("for another view")


async def test_nothing_is_sent_without_consent(page: Page, clinic: Clinic) -> None:
    await fill(page)
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await look_over(page)
    await page.get_by_role("button", name="Send").click()

    await expect(page.get_by_role("alert")).to_contain_text("Without your agreement")
    assert await cases.cases_of_patient(clinic.worker, clinic.patient_id) == []


async def test_a_form_that_is_posted_twice_is_one_case(page: Page, clinic: Clinic) -> None:
    await fill(page)
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await look_over(page)
    form = {**await hidden_fields(page), "consents": "care", "step": "send"}
    forms = (form, form, {**form, "side": "right"})
    once, again, changed = [await page.request.post("/new-case/form", form=each) for each in forms]

    assert "The clinic has everything" in await once.text()
    assert "The clinic has everything" in await again.text()
    assert "Nothing was sent a second time" in await changed.text()
    opened = await only_case(clinic)
    [photo] = [each.part for each in opened.parts if isinstance(each.part, PhotographPart)]
    assert photo.laterality == "left"
    assert opened.completeness.promised == 1
    assert await Upload.count() == 1


@pytest.mark.parametrize("width_px", [360, 1024, 1440])
async def test_no_page_is_wider_than_the_screen(page: Page, width_px: int) -> None:
    await page.set_viewport_size({"width": width_px, "height": 740})
    await page.goto("/new-case")
    await picture(page, "topic", width_px)
    await fill(page)
    await page.set_input_files("#photo-far", photo_file("phone_jolla.jpg"))
    await page.get_by_label("Where is it?").select_option("")
    await page.get_by_role("button", name="Look it over").click()
    await picture(page, "form", width_px)
    await page.get_by_label("Where is it?").select_option("forearm")
    await look_over(page)
    await picture(page, "review", width_px)
    await page.get_by_label("My photographs and answers").check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Your case is sent")).to_be_visible()
    await picture(page, "sent", width_px)


async def picture(page: Page, name: str, width_px: int) -> None:
    """Keep a picture for looking; without script axe cannot be asked (the crawl does), but the width can be seen."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENS / f"{name}-{width_px}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width_px


async def test_more_than_can_be_taken_is_refused_with_a_page(page: Page, tmp_path: Path) -> None:
    film = tmp_path / "film.jpg"
    film.write_bytes(b"\xff\xd8\xff" + bytes(MOST_FORM_BYTES))
    await fill(page)
    await page.set_input_files("#photo-far", film)
    await page.get_by_role("button", name="Look it over").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("This is larger than can be accepted")
    assert await Upload.count() == 0
