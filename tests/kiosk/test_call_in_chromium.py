"""Calls between the kiosk's screen and a specialist's page, against a real server: from either side, to the end.

The kiosk is a claimed one with all its processes; its screen has no script. The specialist's browser has its own.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import cv2
import msgspec
import numpy as np
import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as NotInTime

from kiosk.call.bell import TONES_HZ
from kiosk.call.voice import SAMPLE_RATE
from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.signatures import decode
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import confirm_visit
from kiosk.ui.workers import Workers
from server.calls import service as calls
from server.calls.tables import Call, CallRing
from server.cases import service as cases
from server.cases.tables import Case, CaseEvent, CasePart
from server.core.access import Role
from server.core.platform import now
from server.identity.cookies import session_cookie_name
from tests.fleet.kiosk import KioskKey, enrol
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.journeys.waiting import until
from tests.kiosk.screens import go_on, photograph, run_kiosk, screen
from tests.kiosk.test_own_key import write_identity
from tests.kiosk.visits import make_visit
from tests.support.call_browsers import WATCH, call_browser, counts
from tests.support.clinics import REGION
from tests.support.people import begin, make_person
from tests.support.platforms import Templates
from tests.support.seaweedfs import free_ports

pytestmark = [pytest.mark.requires("chromium", "bubblewrap"), pytest.mark.timeout(300)]
WORKER, PIN = "Hawa Turay", "246810"
ALSA, HEARD = "alsa.conf", "heard.raw"
SOON_MS = 60_000


class Place(NamedTuple):
    """A server, and a clinic with a kiosk that has sent a visit of a patient before."""

    stack: Stack
    cast: Cast
    kiosk_url: str
    case_id: UUID
    heard: Path
    """What its loudspeaker played since it was opened last: 16 bits, both channels."""


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> AsyncIterator[Place]:
    """One for all tests here: its processes start longer than a call lasts."""
    folder = tmp_path_factory.mktemp("calls")
    async with open_stack(StackKind.EMBEDDED, folder, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(1)
        async with claimed_kiosk(folder / "kiosk", stack, cast) as (url, case_id):
            yield Place(stack, cast, url, case_id, folder / "kiosk" / HEARD)


async def test_a_specialist_is_called_and_seen_asks_for_a_still_and_is_hung_up_on(place: Place) -> None:
    async with screen(place.kiosk_url) as page:
        await sign_in(page)
        await begin_visit(page)
        await ask_early(page)
        await expect(page.get_by_text("Ringing 1 specialist").last).to_be_visible(timeout=SOON_MS)
        await photograph(page, "call-ringing")
        call = await newest_call()
        async with at_desk(place) as reader:
            await reader.goto(f"/calls/{call.id}")
            await reader.locator("#call-now").get_by_role("button", name="Answer").click()
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


async def test_a_specialist_calls_the_kiosk_is_missed_is_put_off_and_is_answered(place: Place) -> None:
    async with screen(place.kiosk_url) as page, at_desk(place) as reader:
        await sign_in(page)
        await until(lambda: can_be_read(place.case_id), within_s=60, what="the case at the specialist")
        await cases.claim_case(place.cast.reader.actor, place.case_id)

        missed = await call_patient(reader, place.case_id)
        await expect(banner(page)).to_have_text("☎ Alex Vega calls: look", timeout=SOON_MS)
        await photograph(page, "call-header")
        await until(lambda: rings_aloud(place.heard), within_s=30, what="the ringing tone")
        await let_ring_out(missed)
        await expect(banner(page)).to_have_count(0, timeout=SOON_MS)
        await expect(reader.locator("#call-now")).to_contain_text("Nobody answered", timeout=SOON_MS)

        await call_patient(reader, place.case_id)
        await banner(page).click(timeout=SOON_MS)
        await page.get_by_text("Is the patient here?").wait_for()
        await photograph(page, "call-incoming")
        await page.get_by_role("button", name="Not now").click()
        await page.get_by_role("heading", name="Ready").wait_for()
        await expect(reader.locator("#call-now")).to_contain_text("Cannot talk now", timeout=SOON_MS)

        call = await call_patient(reader, place.case_id)
        await banner(page).click(timeout=SOON_MS)
        await page.get_by_role("button", name="Answer").click()
        await page.get_by_text("Without it nobody is called").wait_for()
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Answer").click()
        await both_see_each_other(page, reader)
        await words_match(page, reader)
        await reader.get_by_role("button", name="End the call for everyone").click()
        await reader.get_by_role("button", name="Yes, do it").click()
        await expect(page.get_by_role("heading", name="The call is over").last).to_be_visible(timeout=SOON_MS)
        assert await timeline_of(call) == [
            *("call-asked", "call-missed", "call-asked", "call-declined"),
            *("call-asked", "call-answered", "call-live", "call-ended"),
        ]
        await page.goto("/call")
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_role("heading", name="Ready").wait_for()


@asynccontextmanager
async def claimed_kiosk(folder: Path, stack: Stack, cast: Cast) -> AsyncGenerator[tuple[str, UUID]]:
    """With a camera that is drawn, a microphone that hums, and a loudspeaker that is a file; and the case it sends."""
    key = KioskKey()
    kiosk_id = await enrol(await make_person(cast.clinic_id, Role.ADMINISTRATOR), key)
    write_identity(folder, str(kiosk_id), key)
    (port,) = free_ports(1)
    settings = Settings(
        server_url=stack.url, region=REGION, port=port, devices="virtual", microphone="tone", speaker="alsa:heard"
    )
    (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(settings))
    (folder / ALSA).write_text(
        f'pcm.heard {{ type file file "{folder / HEARD}" format raw slave.pcm {{ type null }} }}'
    )
    Workers(folder).add(WORKER, PIN, cast.worker.actor_id)
    spool = open_spool(folder / "spool").spool
    visit = make_visit(cast.holders[0].patient_id, taken_by=cast.worker.actor_id)
    sealing_key = decode(stack.platform.keys.sealing.public()[-1].public_key)
    entry = confirm_visit(spool, sealing_key, visit, datetime.now(UTC))
    spool.close()
    async with run_kiosk(folder, port, ALSA_CONFIG_PATH=str(folder / ALSA)) as url:
        yield url, entry.case_id


@asynccontextmanager
async def at_desk(place: Place) -> AsyncGenerator[Page]:
    """The specialist's browser, signed in."""
    async with call_browser() as browser:
        context = await browser.new_context(base_url=place.stack.url)
        token = await begin(place.cast.reader.actor.actor_id)
        cookie = session_cookie_name(place.stack.settings)
        await context.add_cookies([{"name": cookie, "value": token, "url": place.stack.url}])
        await context.add_init_script(WATCH)
        context.set_default_timeout(SOON_MS)
        yield await context.new_page()


async def newest_call() -> Call:
    call = await Call.objects().order_by(Call.recorded_at, ascending=False).first()
    assert call is not None
    return call


# A specialist calls.


async def can_be_read(case_id: UUID) -> bool:
    return await Case.exists().where(Case.id == case_id, Case.status == "waiting")


async def call_patient(reader: Page, case_id: UUID) -> Call:
    await reader.goto(f"/queue/cases/{case_id}")
    await reader.get_by_role("button", name="Call the patient by video").click()
    await reader.wait_for_url("**/calls/*")
    return await newest_call()


def banner(page: Page) -> Locator:
    """In the header of every page of the kiosk: that somebody calls."""
    return page.frame_locator("iframe.strip-frame").locator("a.rings.now")


async def rings_aloud(heard: Path) -> bool:
    """In the first second of what is played nothing is as loud as the two tones of the bell."""
    try:
        played = np.fromfile(heard, np.int16)[::2][:SAMPLE_RATE]
    except FileNotFoundError:
        return False
    if len(played) < SAMPLE_RATE:
        return False
    return set(np.argsort(np.abs(np.fft.rfft(played)))[-2:].tolist()) == set(TONES_HZ)


async def let_ring_out(call: Call) -> None:
    """As three minutes later."""
    await CallRing.update({CallRing.until_at: now()}).where(CallRing.call_id == call.id)
    await calls.end_ringing(call.organisation_id, call.id)


# A visit, and the talk.


async def sign_in(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name=WORKER).click()
    await page.get_by_label("PIN").fill(PIN)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Ready").wait_for()


async def begin_visit(page: Page) -> None:
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
    await press(page, "They match")
    await expect(page.get_by_text("You both read the same words").last).to_be_visible()
    await reader.locator("[data-answer=match]").click()


async def press(page: Page, name: str) -> None:
    """Whatever copy of the button stands there: the page tells what changes by another one in its place."""

    async def is_pressed() -> bool:
        with suppress(NotInTime):
            await page.get_by_role("button", name=name).locator("visible=true").last.click(timeout=1_000)
            return True
        return False

    await until(is_pressed, within_s=30, what=name)


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
