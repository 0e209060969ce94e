"""What scripts add to a page, and that pages do without them."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.web.sample_app import Sample

pytestmark = pytest.mark.requires("chromium")


def story_field(page: Page) -> Locator:
    return page.get_by_label("What happened?")


def save_state(page: Page) -> Locator:
    return page.locator(".save-state")


async def fill_rightly(page: Page) -> None:
    await page.get_by_label("Age in years").fill("54")
    await page.get_by_label("Where on the body").select_option("arm")
    await page.get_by_label("Left", exact=True).check()
    await story_field(page).fill("It began in June.")
    await page.get_by_label("I agree").check()


async def send_story(page: Page) -> None:
    await page.locator("form.form").get_by_role("button", name="Send").click()


async def test_a_draft_is_saved_as_it_is_typed(page: Page, sample: Sample) -> None:
    await page.goto("/")
    await story_field(page).press_sequentially("It began in June.")

    await expect(save_state(page)).to_have_text(re.compile(r"Saved at \d"))
    assert sample.drafts[-1]["story"] == "It began in June."


async def test_a_draft_outlives_a_dead_link_and_a_reload(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await story_field(page).fill("Not lost.")
    await expect(save_state(page)).to_have_text("No link: kept in this tab, trying again.")
    await page.reload()
    await expect(story_field(page)).to_have_value("Not lost.")

    sample.is_link_down = False
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(save_state(page)).to_have_text(re.compile(r"Saved at \d"))
    assert sample.drafts[-1]["story"] == "Not lost."


async def test_a_tab_that_cannot_keep_a_draft_says_so(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') } }"
    )
    await story_field(page).fill("Not kept.")

    await expect(save_state(page)).to_contain_text("this tab cannot keep it")


async def test_a_form_sent_into_a_dead_link_comes_back_with_its_key(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await fill_rightly(page)
    key = await page.locator("form.form input[name=_key]").input_value()
    await page.route("**/styleguide", lambda route: route.abort())
    await send_story(page)
    await page.unroute_all()
    await page.goto("/")

    await expect(story_field(page)).to_have_value("It began in June.")
    await expect(page.get_by_label("Left", exact=True)).to_be_checked()
    await send_story(page)
    await expect(page.get_by_text("Case sent.")).to_be_visible()
    assert sample.keys == [key]


async def test_a_form_that_was_carried_out_is_forgotten(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await fill_rightly(page)
    await send_story(page)
    await expect(page.get_by_text("Case sent.")).to_be_visible()

    await expect(story_field(page)).to_have_value("")
    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def test_the_next_person_in_this_tab_finds_nothing(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await story_field(page).fill("Mine.")
    await page.evaluate(
        """key => {
        const draft = JSON.parse(sessionStorage.getItem(key));
        sessionStorage.setItem(key, JSON.stringify({...draft, reader: "someone else"}));
        }""",
        "draft:/drafts/styleguide",
    )
    await page.reload()

    await expect(story_field(page)).to_have_value("")


async def test_a_form_pressed_twice_is_sent_once(page: Page, sample: Sample) -> None:
    pressed = 0

    async def slowly(route: Route) -> None:
        nonlocal pressed
        pressed += 1
        await asyncio.sleep(0)
        await route.continue_()

    await page.goto("/")
    await fill_rightly(page)
    await page.route("**/styleguide", slowly)
    await page.evaluate("() => { const b = document.querySelector('form.form button'); b.click(); b.click(); }")
    await expect(page.get_by_text("Case sent.")).to_be_visible()

    assert pressed == 1
    assert len(sample.stories) == 1


async def test_a_live_part_follows_the_events(page: Page, sample: Sample) -> None:
    async with page.expect_request("**/events"):
        await page.goto("/")
    await expect(page.locator("#part[data-link=open]")).to_be_visible()
    sample.changed.set()

    await expect(page.locator("#part")).to_contain_text("visit 1")
    await expect(page.locator("#announcer")).to_have_text("visit 1")


async def test_a_change_that_could_not_be_fetched_is_fetched_again(page: Page, sample: Sample) -> None:
    await page.goto("/")
    await expect(page.locator("#part[data-link=open]")).to_be_visible()
    await page.route("**/live", lambda route: route.fulfill(status=503))
    async with page.expect_response("**/live"):
        sample.changed.set()
    await page.unroute_all()
    await expect(page.locator("#part")).to_contain_text("visit 1")


async def test_a_live_part_waits_while_someone_types_in_it(page: Page, sample: Sample) -> None:
    await page.goto("/")
    await expect(page.locator("#part[data-link=open]")).to_be_visible()
    await page.locator("#filter").fill("left arm")
    sample.changed.set()
    await expect(page.locator("#part[data-stale]")).to_be_visible()
    assert await page.locator("#filter").input_value() == "left arm"

    await page.locator("#filter").blur()
    await expect(page.locator("#part")).to_contain_text("visit 1")


async def test_a_live_part_comes_back_after_a_lost_link(page: Page) -> None:
    await page.route("**/events", lambda route: route.abort())
    await page.goto("/")
    await expect(page.locator("#part[data-link=lost]")).to_be_visible()
    await page.unroute_all()

    await expect(page.locator("#part[data-link=open]")).to_be_visible()
    await expect(page.locator("#part")).to_contain_text("visit 1")


async def test_keys_press_what_names_them(page: Page) -> None:
    await page.goto("/")
    await page.keyboard.press("r")
    await page.keyboard.press("p")

    await page.wait_for_url("**/ask")


async def test_keys_are_letters_while_typing(page: Page) -> None:
    await page.goto("/")
    await story_field(page).press_sequentially("rp ?")

    await expect(story_field(page)).to_have_value("rp ?")
    assert page.url.endswith("/")


async def test_j_and_k_move_through_a_list(page: Page) -> None:
    await page.goto("/")
    for key in "jjjk":
        await page.keyboard.press(key)

    await expect(page.get_by_role("link", name="Mole that changed")).to_be_focused()


async def test_the_question_mark_lists_the_keys(page: Page) -> None:
    await page.goto("/")
    await page.keyboard.press("?")

    await expect(page.locator("#shortcuts")).to_contain_text("Ask for a better photo")
    await page.keyboard.press("Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()


async def test_the_keys_are_found_without_knowing_of_the_question_mark(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Keys on this page").click()
    await expect(page.locator("#shortcuts")).to_be_visible()


async def test_a_dangerous_button_asks_first(page: Page, sample: Sample) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Withdraw the case").click()
    await page.get_by_role("button", name="No, go back").click()
    assert sample.withdrawn == 0

    await page.get_by_role("button", name="Withdraw the case").click()
    await page.get_by_role("button", name="Yes, do it").click()
    await expect(page.get_by_text("Withdrawn.")).to_be_visible()
    assert sample.withdrawn == 1


async def test_the_yes_counts_for_a_form_that_was_fetched_again_meanwhile(page: Page, sample: Sample) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Withdraw the case").click()
    await page.locator("form[action='/withdraw']").evaluate("(form) => form.replaceWith(form.cloneNode(true))")
    await page.get_by_role("button", name="Yes, do it").click()
    await expect(page.get_by_text("Withdrawn.")).to_be_visible()
    assert sample.withdrawn == 1


async def test_times_are_told_in_the_browsers_zone(page: Page) -> None:
    await page.goto("/")
    await page.reload()

    await expect(page.locator("main time").first).to_contain_text("9:55")
    await expect(page.locator("main time").first).to_contain_text("CET")


async def test_a_lost_link_is_said(page: Page, context: BrowserContext) -> None:
    await page.goto("/narrow")
    await context.set_offline(True)
    await expect(page.locator("#offline")).to_have_text("No link. What you type is kept in this tab.")

    await context.set_offline(False)
    await expect(page.locator("#offline")).to_be_hidden()


async def test_signing_out_leaves_no_draft(page: Page, sample: Sample) -> None:
    sample.is_link_down = True
    await page.goto("/")
    await story_field(page).fill("Mine.")
    await page.route("**/sign-out", lambda route: route.fulfill(status=200, body="bye"))
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-out")

    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def test_photographs_are_zoomed_and_set_side_by_side(page: Page) -> None:
    async with page.expect_response("**/tiles/9/*"):
        await page.goto("/")
    async with page.expect_response("**/tiles/11/*"):
        for _ in range(6):
            await page.get_by_role("button", name="Closer").click()
    await page.keyboard.press("b")

    panes = page.locator(".viewer-pane")
    await expect(panes.nth(1)).to_be_visible()
    await expect(panes.nth(0)).to_have_attribute("aria-label", "Far")
    await expect(panes.nth(1)).to_have_attribute("aria-label", "Medium with a landmark")
    await page.keyboard.press("4")
    await expect(panes.nth(1)).to_have_attribute("aria-label", "Oblique")


async def test_pages_work_without_script(browser: Browser, address: str, sample: Sample) -> None:
    context = await browser.new_context(base_url=address, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/")
    await expect(page.locator(".viewer-plain img").first).to_be_visible()
    await fill_rightly(page)
    await send_story(page)

    await expect(page.get_by_text("Case sent.")).to_be_visible()
    assert [story.name for story in sample.stories] == ["Ana"]
    await context.close()
