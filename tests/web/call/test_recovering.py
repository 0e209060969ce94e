"""What breaks in the middle of a call: networks, sockets, peers, cameras; and what a broken peer says."""

from uuid import uuid4

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from server.contract.call import Commit, Describe, LegMessage, Respond, Reveal, Seat, SeatRole
from tests.journeys.waiting import until
from tests.support.call_browsers import call_browser, counts, sit_down, words_of
from tests.support.call_hub import Hub, pass_on

pytestmark = pytest.mark.requires("chromium")

LIVE = '.call-tile[data-state="live"]'
GARBAGE = ("", "v=0", "v=0\r\nm=video 0 nothing\r\n", "\x00" * 500, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 400)


def sit(hub: Hub) -> tuple[Seat, Seat]:
    return hub.add("Dr. Okafor", SeatRole.SPECIALIST), hub.add("Ana Ruiz", SeatRole.PATIENT)


async def live(*pages: Page) -> None:
    for page in pages:
        await expect(page.locator(LIVE)).to_be_visible()


async def pictures_go_on(*pages: Page) -> None:
    """More frames than now, on whichever connection is there."""

    async def come(page: Page, than: int) -> bool:
        return (await counts(page))["framesDecoded"] > than

    for page in pages:
        before = (await counts(page))["framesDecoded"]
        await until(lambda page=page, than=before + 10: come(page, than), within_s=30, what="further pictures")


@pytest.mark.parametrize("which", [0, 1])
async def test_a_rebuilt_connection_has_another_certificate_and_the_same_words(
    hub: Hub, browser: Browser, which: int
) -> None:
    pages = [await sit_down(browser, hub, seat) for seat in sit(hub)]
    await live(*pages)
    words = [await words_of(page) for page in pages]
    await pages[which].evaluate("dispatchEvent(new Event('online'))")

    async def is_rebuilt() -> bool:
        generations = {message.generation for *_, message in hub.said if isinstance(message, Describe)}
        return generations == {0, 1}

    await until(is_rebuilt, within_s=20, what="another generation")
    await live(*pages)
    await pictures_go_on(*pages)
    assert [await words_of(page) for page in pages] == words
    assert await pages[0].locator(".call-words-changed").is_hidden()
    told = {message.fingerprint for *_, message in hub.said if isinstance(message, Describe)}
    assert len(told) == 4


async def test_media_go_on_without_the_server_and_what_was_said_meanwhile_arrives(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    await live(*pages)
    await hub.drop(seats[0])
    await pages[0].evaluate("dispatchEvent(new Event('online'))")
    await expect(pages[0].locator("[data-call=state]")).to_have_text("You are connected.")
    await live(*pages)
    await pictures_go_on(*pages)
    numbers = [passed.number for chair in hub.chairs.values() for passed in chair.passed]
    assert numbers


@pytest.mark.parametrize("code, told", [(4401, "You are signed out."), (4404, "You were taken out of this call.")])
async def test_who_has_no_seat_any_more_is_told_so_and_does_not_knock_again(
    hub: Hub, browser: Browser, code: int, told: str
) -> None:
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    await live(*pages)
    await hub.drop(seats[0], code)
    await expect(pages[0].locator("[data-call=state]")).to_contain_text(told)
    await pages[0].evaluate("dispatchEvent(new Event('online'))")
    await expect(pages[1].locator(LIVE)).to_be_hidden()
    assert hub.chairs[seats[0].seat_id].socket is None


async def test_the_server_is_told_what_was_heard_so_that_it_need_not_keep_it(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    await live(*pages)

    async def is_told() -> bool:
        return all(chair.passed and chair.heard == len(chair.passed) for chair in hub.chairs.values())

    await until(is_told, within_s=30, what="what was heard")


async def test_a_server_that_takes_no_more_is_told_of_and_what_it_refused_is_said_again(
    hub: Hub, browser: Browser
) -> None:
    hub.refuses = 2
    pages = [await sit_down(browser, hub, seat) for seat in sit(hub)]
    crowded = [page.get_by_text("The server takes no more just now.") for page in pages]

    async def is_told() -> bool:
        return any([await each.is_visible() for each in crowded])

    await until(is_told, within_s=20, what="the server's refusal on a page")
    await live(*pages)
    for page in pages:
        await expect(page.locator("[data-call=state]")).to_have_text("You are connected.")


async def test_a_message_is_offered_only_while_nobody_can_hear(hub: Hub, browser: Browser) -> None:
    hub.leaves = {"caseId": str(uuid4()), "patientId": str(uuid4()), "topic": "rash", "site": "forearm", "side": "left"}
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    await live(*pages)
    panel = pages[0].locator("[data-call=messages]")
    await expect(panel).to_be_hidden()
    await pages[1].context.close()
    await expect(pages[0].get_by_role("button", name="Record your voice")).to_be_visible()
    again = await sit_down(browser, hub, seats[1])
    await live(pages[0], again)
    await expect(panel).to_be_hidden()


async def test_who_can_leave_no_message_is_told_that_nothing_is_kept(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    warning = pages[0].locator("[data-call=unkept]")
    await live(*pages)
    await expect(warning).to_be_hidden()
    await pages[1].context.close()
    await expect(warning).to_have_text(
        "Nobody can hear you just now, and what you say is kept nowhere. Stay on this page, or use the telephone."
    )
    await expect(warning).to_be_visible()


@pytest.mark.parametrize("said_last", [Commit, Respond, Reveal, Describe])
async def test_a_peer_that_dies_is_waited_for_and_its_next_life_is_met(
    hub: Hub, browser: Browser, said_last: type[LegMessage]
) -> None:
    """Dead as soon as this has been said, by whomever: nothing further of that leg gets through."""
    seats = sit(hub)
    is_dead = False

    def tamper(hub: Hub, sender: Seat, receiver: Seat, message: LegMessage) -> list[LegMessage]:
        nonlocal is_dead
        if is_dead:
            return []
        is_dead = isinstance(message, said_last)
        return [message]

    hub.tamper = tamper
    pages = [await sit_down(browser, hub, seat) for seat in seats]

    async def has_died() -> bool:
        return is_dead

    await until(has_died, within_s=20, what="the moment of death")
    await pages[1].context.close()
    hub.tamper = pass_on
    again = await sit_down(browser, hub, seats[1])
    await live(pages[0], again)
    await pictures_go_on(pages[0], again)
    assert await words_of(pages[0]) == await words_of(again)


@pytest.mark.parametrize("sdp", GARBAGE)
async def test_a_peer_that_describes_garbage_stops_its_leg_and_breaks_nothing(
    hub: Hub, browser: Browser, sdp: str
) -> None:
    """Signed by nobody, as whoever tampers on the way could send it."""

    def tamper(hub: Hub, sender: Seat, receiver: Seat, message: LegMessage) -> list[LegMessage]:
        if not isinstance(message, Describe):
            return [message]
        return [msgspec.structs.replace(message, sdp=sdp)]

    hub.tamper = tamper
    pages = [await sit_down(browser, hub, seat) for seat in sit(hub)]

    async def one_has_stopped() -> bool:
        return any([await page.locator('[data-state="stopped"].call-tile').count() for page in pages])

    await until(one_has_stopped, within_s=30, what="the leg to stop")
    for page in pages:
        assert (await counts(page))["framesDecoded"] == 0


async def test_who_hangs_up_is_gone_and_may_come_back(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    pages = [await sit_down(browser, hub, seat) for seat in seats]
    await live(*pages)
    await pages[1].get_by_role("button", name="Hang up").click()
    await expect(pages[1].locator("[data-call=state]")).to_have_text("You have hung up.")
    await expect(pages[0].locator("[data-call=state]")).to_contain_text("Nobody else is here")
    await pages[1].reload()
    await live(*pages)
    await pictures_go_on(*pages)


async def test_a_camera_that_is_refused_leaves_a_voice_or_words(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    async with call_browser(is_allowed=False) as shy:
        refused = await sit_down(shy, hub, seats[1])
        other = await sit_down(browser, hub, seats[0])
        await live(refused, other)
        await expect(refused.locator("[data-call=trouble]")).to_contain_text("may not use the camera")
        await expect(other.locator(".call-tile-state").last).to_contain_text("Camera off")
        await pictures_go_on(refused)
        await refused.get_by_label("Your words").fill("I cannot be heard.")
        await refused.get_by_role("button", name="Say").click()
        await expect(other.locator(".call-chat li")).to_have_text("Ana Ruiz I cannot be heard.")


async def test_a_call_that_was_ended_elsewhere_says_so(hub: Hub, browser: Browser) -> None:
    seats = sit(hub)
    page = await sit_down(browser, hub, seats[0])
    await expect(page.locator("[data-call=state]")).to_contain_text("Nobody else is here")
    await hub.end(seats[0], "elsewhere")
    await expect(page.locator("[data-call=state]")).to_contain_text("in another window")
    await expect(page.get_by_role("button", name="Hang up")).to_be_disabled()


async def test_the_camera_is_turned_off_and_the_other_is_told(hub: Hub, browser: Browser) -> None:
    pages = [await sit_down(browser, hub, seat) for seat in sit(hub)]
    await live(*pages)
    await pages[1].keyboard.press("v")
    await expect(pages[1].get_by_role("button", name="Camera")).to_have_attribute("aria-pressed", "false")
    await expect(pages[0].locator(".call-tile-state").last).to_contain_text("Camera off")
    await pages[1].keyboard.press("m")
    await expect(pages[0].locator(".call-tile-state").last).to_contain_text("Microphone off")
