"""Two browsers in one call: picture, sound and data arrive both ways, and both people read the same words."""

import pytest
from playwright.async_api import Browser, expect

from server.contract.call import SeatRole
from tests.journeys.waiting import until
from tests.support.call_browsers import counts, sit_down, words_of
from tests.support.call_hub import Hub

pytestmark = pytest.mark.requires("chromium")


async def test_picture_sound_and_words_arrive_both_ways(hub: Hub, browser: Browser) -> None:
    pages = [
        await sit_down(browser, hub, seat)
        for seat in (hub.add("Dr. Okafor", SeatRole.SPECIALIST), hub.add("Ana Ruiz", SeatRole.PATIENT))
    ]
    for page in pages:
        await expect(page.locator('.call-tile[data-state="live"]')).to_be_visible()

    async def all_arrives() -> bool:
        seen = [await counts(page) for page in pages]
        return all(each["framesDecoded"] > 20 and each["audioEnergy"] > 0.001 for each in seen)

    await until(all_arrives, within_s=30, what="pictures and sound both ways")
    words = [await words_of(page) for page in pages]
    assert words[0] == words[1]
    assert len(words[0].split(" · ")) == 4
    await pages[0].get_by_label("Your words").fill("Can you <b>see</b> me?")
    await pages[0].get_by_role("button", name="Say").click()
    await expect(pages[1].locator(".call-chat li")).to_have_text("Dr. Okafor Can you <b>see</b> me?")
