"""The live camera with its outline, before Chromium's pretended camera, and what is left when it is refused."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.mobile_bridge.phone import PICTURED, VIEWS, Phone
from tests.support.requirements import require_server
from tests.web.served import FLAGS, chromium_path

pytestmark = pytest.mark.requires("chromium")

REFUSE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
IS_LIVE = "video => video.videoWidth > 0 && !video.paused"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium shows a moving test picture as its camera, and asks nobody."""
    require_server("chromium")
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        yield opened
        await opened.close()


async def open_camera(phone: Phone, view: str) -> None:
    await phone.slot(view).get_by_role("button", name="Camera with outline").click()
    await expect(phone.page.locator("dialog.camera")).to_be_visible()


async def test_each_view_has_an_outline_of_its_own(at_photos: Phone) -> None:
    outlines: set[str] = set()
    for view in VIEWS:
        await open_camera(at_photos, view)
        await expect(at_photos.page.locator(".camera-view svg.outline")).to_be_visible()
        outlines.add(await at_photos.page.locator(".camera-view svg.outline").inner_html())
        await at_photos.page.get_by_role("button", name="Close").click()

    assert len(outlines) == len(VIEWS)


async def test_a_shot_becomes_a_kept_photograph(at_photos: Phone) -> None:
    await open_camera(at_photos, "far")
    video = await at_photos.page.locator("dialog video").element_handle()
    assert video is not None
    await at_photos.page.wait_for_function(IS_LIVE, arg=video)
    await at_photos.page.locator("dialog").get_by_role("button", name="Take photo").click()

    await expect(at_photos.slot("far").locator("img")).to_be_visible()
    [draft] = await at_photos.drafts()
    assert [(photo["view"], photo["mediaType"]) for photo in draft["photos"]] == [("far", "image/jpeg")]
    assert await at_photos.count_photos() == 1


async def test_a_refused_camera_says_so_and_leaves_the_file(at_photos: Phone) -> None:
    await at_photos.page.evaluate(f"() => {{ {REFUSE}; }}")
    await open_camera(at_photos, "far")

    await expect(at_photos.page.locator("dialog .banner-warning")).to_contain_text("The camera cannot be used here")
    await expect(at_photos.page.locator("dialog").get_by_role("button", name="Take photo")).to_have_count(0)
    await at_photos.page.get_by_role("button", name="Close").click()
    await expect(at_photos.page.locator("#file-far")).to_be_attached()


async def test_a_hint_tells_politely_what_to_do_while_framing(at_photos: Phone) -> None:
    await at_photos.page.evaluate(PICTURED)
    await open_camera(at_photos, "close-straight")
    hint = at_photos.page.locator("dialog .camera-hint")

    await expect(hint).to_have_text("Too dark: go near a window or turn on a light.")
    assert (await hint.get_attribute("role"), await hint.get_attribute("aria-live")) == ("status", "polite")
    await at_photos.page.evaluate("window.seen = '#a98'")
    await expect(hint).not_to_have_text("Too dark: go near a window or turn on a light.")
