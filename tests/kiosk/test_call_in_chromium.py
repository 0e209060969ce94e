"""A call from the kiosk's screen to a specialist's page, against a real server: asked for, seen, a still, hung up.

The kiosk is a claimed one with all its processes; its screen has no script. The specialist's browser has its own.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from playwright.async_api import Page, expect

from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.ui.workers import Workers
from server.calls.tables import Call
from server.cases.tables import CaseEvent, CasePart
from server.core.access import Role
from server.identity.cookies import session_cookie_name
from tests.fleet.kiosk import KioskKey, enrol
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.journeys.waiting import until
from tests.kiosk.screens import go_on, photograph, run_kiosk, screen
from tests.kiosk.test_own_key import write_identity
from tests.support.call_browsers import WATCH, call_browser, counts
from tests.support.clinics import REGION
from tests.support.people import begin, make_person
from tests.support.platforms import Templates
from tests.support.seaweedfs import free_ports

pytestmark = [pytest.mark.requires("chromium", "bubblewrap"), pytest.mark.timeout(300)]
WORKER, PIN = "Hawa Turay", "246810"
SOON_MS = 60_000


async def test_a_specialist_is_called_and_seen_asks_for_a_still_and_is_hung_up_on(
    tmp_path: Path, templates: Templates
) -> None:
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(0)
        async with claimed_kiosk(tmp_path / "kiosk", stack, cast) as url, screen(url) as page:
            await begin_visit(page)
            await ask_early(page)
            await expect(page.get_by_text("Ringing 1 specialist").last).to_be_visible(timeout=SOON_MS)
            await photograph(page, "call-ringing")
            call = await Call.objects().first()
            assert call is not None
            async with specialist(stack, cast, call) as reader:
                await both_see_each_other(page, reader)
                await words_match(page, reader)
                await take_still(page, reader)
                await until(lambda: has_photographs(call, 1), within_s=60, what="the still in the case")
                await page.get_by_role("button", name="Hang up").click()
                await page.get_by_role("heading", name="The call is over").wait_for()
                await expect(reader.locator("[data-ended]")).to_be_visible(timeout=SOON_MS)
                await photograph(page, "call-over")
            assert await timeline_of(call) == ["call-asked", "call-answered", "call-live", "call-ended"]
            await page.get_by_role("button", name="Go on").click()
            await page.get_by_role("button", name="Next patient").click()
            await page.goto("/call")
            await page.get_by_role("heading", name="Ready").wait_for()


@asynccontextmanager
async def claimed_kiosk(folder: Path, stack: Stack, cast: Cast) -> AsyncGenerator[str]:
    """With a camera that is drawn and a microphone that hums."""
    key = KioskKey()
    kiosk_id = await enrol(await make_person(cast.clinic_id, Role.ADMINISTRATOR), key)
    write_identity(folder, str(kiosk_id), key)
    (port,) = free_ports(1)
    settings = Settings(server_url=stack.url, region=REGION, port=port, devices="virtual", microphone="tone")
    (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(settings))
    Workers(folder).add(WORKER, PIN, cast.worker.actor_id)
    async with run_kiosk(folder, port) as url:
        yield url


@asynccontextmanager
async def specialist(stack: Stack, cast: Cast, call: Call) -> AsyncGenerator[Page]:
    """At their desk: the call rings, and they answer it."""
    async with call_browser() as browser:
        context = await browser.new_context(base_url=stack.url)
        token = await begin(cast.reader.actor.actor_id)
        await context.add_cookies([{"name": session_cookie_name(stack.settings), "value": token, "url": stack.url}])
        await context.add_init_script(WATCH)
        context.set_default_timeout(SOON_MS)
        page = await context.new_page()
        await page.goto(f"/calls/{call.id}")
        await page.locator("#call-now").get_by_role("button", name="Answer").click()
        yield page


async def begin_visit(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name=WORKER).click()
    await page.get_by_label("PIN").fill(PIN)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="New visit").click()
    await page.get_by_role("link", name="Register a new patient").click()
    await page.get_by_label("Given name").fill("Zainab")
    await page.get_by_label("Family name").fill("Koroma")
    await go_on(page)
    await page.get_by_text("A rash").click()
    await page.get_by_role("checkbox").first.check()
    await go_on(page)


async def ask_early(page: Page) -> None:
    """In the middle of the visit: what is missing is said, then what there is is confirmed."""
    await page.get_by_role("link", name="Call a specialist").click()
    await page.get_by_text("Where on the body it is, is still missing.").wait_for()
    await page.get_by_role("link", name="To where it is").click()
    await page.get_by_role("link", name="Arm and hand").click()
    await page.get_by_text("Forearm", exact=False).first.click()
    await page.get_by_text("Left", exact=True).click()
    await go_on(page)
    await page.get_by_role("link", name="Call a specialist").click()
    await page.get_by_role("button", name="Confirm as it is, and call").click()
    await page.get_by_text("Without it nobody is called").wait_for()
    await photograph(page, "call-early")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Confirm as it is, and call").click()


async def both_see_each_other(page: Page, reader: Page) -> None:
    await expect(reader.locator('.call-tile[data-state="live"]')).to_be_visible(timeout=SOON_MS)

    async def arrives() -> bool:
        seen = await counts(reader)
        return seen["framesDecoded"] > 10 and seen["audioEnergy"] > 0.001

    await until(arrives, within_s=60, what="the kiosk's picture and sound at the specialist")
    await until(lambda: is_drawn(page, "Picture of"), within_s=60, what="the specialist's picture at the kiosk")
    await until(lambda: is_drawn(page, "Your own picture"), within_s=30, what="the kiosk's own picture")


async def is_drawn(page: Page, alt: str) -> bool:
    """Not one colour, as a picture that never came."""
    found = page.locator(f'img[alt^="{alt}"]').first
    if not await found.is_visible():
        return False
    seen = cv2.imdecode(np.frombuffer(await found.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return float(np.std(np.asarray(seen))) > 10


async def words_match(page: Page, reader: Page) -> None:
    here = await page.locator(".call-string:visible").last.inner_text()
    there = await reader.locator(".call-string").inner_text()
    assert here == there
    assert len(here.split(" · ")) == 4
    await photograph(page, "call-talk")
    await page.get_by_role("button", name="They match").locator("visible=true").last.click()
    await expect(page.get_by_text("You both read the same words").last).to_be_visible()
    await reader.locator("[data-answer=match]").click()


async def take_still(page: Page, reader: Page) -> None:
    await reader.get_by_role("button", name="Ask for a still").click()
    await page.get_by_role("link", name="Take the photograph").click(timeout=SOON_MS)
    await until(lambda: is_drawn(page, "What the camera sees now"), within_s=30, what="the camera's picture")
    await photograph(page, "call-still")
    await page.get_by_role("button", name="Take the photograph").click()
    keep = page.get_by_role("button", name="Keep it").or_(page.locator("button.reason")).first
    await keep.wait_for()
    await photograph(page, "call-still-check")
    await keep.click()
    await expect(page.get_by_text("1 photograph is kept").last).to_be_visible()
    await expect(reader.locator('.call-stills img[data-purpose="still"]')).to_be_visible(timeout=SOON_MS)


async def has_photographs(call: Call, count: int) -> bool:
    """So many whose every byte is there."""
    rows = await CasePart.select(CasePart.kind, CasePart.arrival).where(CasePart.case_id == call.care_case_id)
    return [row["arrival"] for row in rows if row["kind"] == "photograph"] in (["held"] * count, ["ready"] * count)


async def timeline_of(call: Call) -> list[str]:
    rows = await CaseEvent.select(CaseEvent.event).where(CaseEvent.case_id == call.care_case_id).order_by(CaseEvent.id)
    return [row["event"] for row in rows if row["event"].startswith("call-")]
