"""Somebody on the signalling: nothing is sent before a fingerprint is vouched for, and the words tell the rest."""

from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Page, expect

from server.contract.call import Describe, Differs, SeatRole
from tests.journeys.waiting import until
from tests.support import call_middle
from tests.support.call_browsers import counts, sit_down, words_of
from tests.support.call_hub import Hub

pytestmark = pytest.mark.requires("chromium")

STOPPED = '.call-tile[data-state="stopped"]'
LIVE = '.call-tile[data-state="live"]'


async def two(hub: Hub, browser: Browser) -> list[Page]:
    seats = hub.add("Dr. Okafor", SeatRole.SPECIALIST), hub.add("Ana Ruiz", SeatRole.PATIENT)
    return [await sit_down(browser, hub, seat) for seat in seats]


async def sends_nothing(page: Page) -> bool:
    """Neither camera nor microphone is in any connection that is still open."""
    script = """() => peers.filter((peer) => peer.connectionState !== "closed")
        .flatMap((peer) => peer.getSenders()).every(({track}) => track === null)"""
    return bool(await page.evaluate(script))


@pytest.mark.parametrize(
    "change",
    [
        call_middle.unsigned,
        call_middle.another_certificate,
        call_middle.another_certificate_told,
        call_middle.a_second_certificate,
        call_middle.no_certificate,
        call_middle.another_generation,
    ],
)
async def test_a_description_that_is_not_vouched_for_stops_the_media(
    hub: Hub, browser: Browser, change: Callable[[Describe], Describe]
) -> None:
    hub.tamper = call_middle.changing_descriptions(change)
    pages = await two(hub, browser)

    async def one_has_stopped() -> bool:
        return any([await page.locator(STOPPED).count() for page in pages])

    await until(one_has_stopped, within_s=30, what="the media to stop")
    (stopped,) = [page for page in pages if await page.locator(STOPPED).count()]
    await expect(stopped.locator(".call-tile-state")).to_contain_text("Somebody may be listening in")
    assert await sends_nothing(stopped)
    for page in pages:
        seen = await counts(page)
        assert (seen["framesDecoded"], seen["audioPackets"]) == (0, 0)


async def test_keys_that_were_exchanged_on_the_way_show_in_the_words(hub: Hub, browser: Browser) -> None:
    hub.tamper = call_middle.Middle(hub)
    pages = await two(hub, browser)
    words = []
    for page in pages:
        await expect(page.locator(LIVE)).to_be_visible()
        words.append(await words_of(page))
    assert words[0] != words[1]


async def test_different_stops_both_ends_and_stays(hub: Hub, browser: Browser) -> None:
    pages = await two(hub, browser)
    for page in pages:
        await expect(page.locator(LIVE)).to_be_visible()
    await pages[0].get_by_role("button", name="Different").click()
    await expect(pages[0].locator(".call-tile-state")).to_contain_text("the words are not the same")
    await expect(pages[1].locator(".call-tile-state")).to_contain_text("Dr. Okafor reads other words")
    assert any(isinstance(message, Differs) for *_, message in hub.said)
    for page in pages:
        await expect(page.locator(STOPPED)).to_be_visible()
        assert await sends_nothing(page)
        assert (
            await page.locator(".call-tile:not(.call-own) video").evaluate(
                "video => video.srcObject.getTracks().length"
            )
            == 0
        )
    await pages[1].evaluate("dispatchEvent(new Event('online'))")
    await expect(pages[1].locator(STOPPED)).to_be_visible()


async def test_they_match_is_kept_until_the_other_end_begins_anew(hub: Hub, browser: Browser) -> None:
    pages = await two(hub, browser)
    for page in pages:
        await expect(page.locator(LIVE)).to_be_visible()
    before = await words_of(pages[0])
    await pages[0].get_by_role("button", name="They match").click()
    await expect(pages[0].locator(".call-matched")).to_be_visible()
    await expect(pages[0].locator(".call-words")).to_be_hidden()
    await pages[1].reload()
    await expect(pages[1].locator(LIVE)).to_be_visible()
    await expect(pages[0].locator(".call-words-changed")).to_contain_text("The words have changed")
    await expect(pages[0].locator(LIVE)).to_be_visible()
    after = await words_of(pages[0])
    assert after != before
    assert after == await words_of(pages[1])
