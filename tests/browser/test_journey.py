"""The whole journey in Chromium with real photographs: out of a phone without a link, to a specialist, and back."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import BrowserContext, Route, expect

from server.contract.upload import UPLOADS_PATH
from server.core.platform import now
from server.identity.tables import Session
from tests.browser.patient import WORK_WITHIN_MS, PhoneApp
from tests.browser.specialist import Desk
from tests.browser.stage import DESK, SMALL_PHONE, photograph
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.journeys.waiting import until
from tests.support.platforms import Templates
from tests.support.requirements import data_folder
from tests.web.served import open_browser
from tests.web.test_look import violations

CODE = re.compile(r"\b\d{3}[\s-]?\d{3}\b")
VIEWS = {
    "far": "exif_orientation.jpg",
    "medium": "ISIC_0000001.jpg",
    "close-straight": "iphone_13_pro_max.heic",
    "close-oblique": "camera_with_gps.jpg",
}
BETTER = "phone_jolla.jpg"
FINDINGS = "Round red patches with a scaling edge."
PLAN = "The clinic gives you a cream. Use it twice a day."
SAFETY_NET = "Go to the clinic the same day if you get a fever."
WORRY = "It itches at night."

pytestmark = [pytest.mark.requires("chromium", "data", "bubblewrap"), pytest.mark.timeout(900)]


class Journey(msgspec.Struct, kw_only=True):
    """Who is on it; the phone and the desk are browsers of their own."""

    stack: Stack
    cast: Cast
    link: BrowserContext
    """The phone's, which comes and goes."""
    phone: PhoneApp
    desk: Desk


@pytest.fixture
async def journey(tmp_path: Path, templates: Templates) -> AsyncIterator[Journey]:
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, open_browser() as browser:
        cast = await make_cast()
        async with stack.running("serve"):
            link = await browser.new_context(
                base_url=stack.url, viewport=SMALL_PHONE, has_touch=True, is_mobile=True, locale="en"
            )
            office = await browser.new_context(base_url=stack.url, viewport=DESK, locale="en")
            for context in (link, office):
                context.set_default_timeout(30_000)
            phone, desk = PhoneApp(await link.new_page()), Desk(await office.new_page())
            yield Journey(stack=stack, cast=cast, link=link, phone=phone, desk=desk)
            await link.close()
            await office.close()


async def test_out_of_a_phone_without_a_link_and_the_answer_comes_back(journey: Journey) -> None:
    await _sign_in_by_code(journey)
    await _make_a_case_without_a_link(journey)
    await journey.desk.sign_in(journey.cast.reader)
    await _sent_is_said_when_all_has_come(journey)
    await _a_specialist_reads(journey)
    await _a_better_photo_comes(journey)
    await _the_answer_is_signed(journey)
    await _the_patient_reads(journey)


async def _sign_in_by_code(journey: Journey) -> None:
    page = journey.phone.page
    await page.goto("/app")
    await page.get_by_role("link", name="Sign in").tap()
    await page.get_by_label("Phone number or e-mail").fill(journey.cast.holders[0].phone_number)
    await page.get_by_role("button", name="Send me a code").tap()
    await photograph(page, "journey/00-code")

    async def code_came() -> bool:
        return CODE.search(journey.stack.gateway.last_text) is not None

    await until(code_came, within_s=WORK_WITHIN_MS / 1000, what="the code by SMS")
    code = CODE.search(journey.stack.gateway.last_text)
    assert code is not None
    await page.get_by_label("Code").fill(code.group())
    await page.get_by_role("button", name="Sign in", exact=True).tap()
    await journey.phone.keep_the_app()


async def _make_a_case_without_a_link(journey: Journey) -> None:
    """Loaded again half way and after *Send*, it is all still there."""
    phone, page = journey.phone, journey.phone.page
    await journey.link.set_offline(True)
    await page.reload()
    await expect(page.locator("#offline")).to_be_visible()
    await phone.begin("Rash")
    await phone.point_at_left_forearm()
    await phone.answer(WORRY)
    for view, name in VIEWS.items():
        slot = await phone.take(view, _photo(name))
        if name.endswith(".heic"):
            await expect(slot.get_by_text("Not checked here")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Remove")).to_have_count(len(VIEWS))
    assert await violations(page) == []
    await phone.review()
    await expect(page.get_by_text(WORRY)).to_be_visible()
    await phone.agree_and_send()
    await phone.stands("^Waiting in this phone$")
    await page.reload()
    await phone.stands("^Waiting in this phone$")
    await photograph(page, "journey/06-waiting")


async def _sent_is_said_when_all_has_come(journey: Journey) -> None:
    """While the last photographs are held up, the phone says how many have come, and not that it is sent."""
    phone, page = journey.phone, journey.phone.page
    await photograph(journey.desk.page, "journey/12-empty-queue")
    uploads: list[str] = []

    async def two_only(route: Route) -> None:
        uploads.extend({route.request.url} - set(uploads))
        await (route.continue_() if route.request.url in uploads[:2] else route.abort())

    await journey.link.route(f"**{UPLOADS_PATH}/*", two_only)
    await journey.link.set_offline(False)
    await phone.stands(f"^Received, 2 of {len(VIEWS)}$")
    await photograph(page, "journey/07-received-in-part")
    await journey.link.unroute_all()
    await journey.link.set_offline(True)
    await journey.link.set_offline(False)
    await phone.stands("^Sent$")
    await expect(page.get_by_text("Arrived")).to_have_count(len(VIEWS))
    await photograph(page, "journey/08-sent")


async def _a_specialist_reads(journey: Journey) -> None:
    desk = journey.desk
    await desk.read_next(photos=len(VIEWS))
    await expect(desk.page.get_by_text(WORRY)).to_be_visible()
    await expect(desk.page.locator(".viewer[data-ready] .viewer-strip button")).to_have_count(len(VIEWS))
    await photograph(desk.page, "journey/20-case")
    assert await violations(desk.page) == []
    tile = await desk.zoom_into("Close, straight")
    assert (tile.status, tile.headers["content-type"]) == (200, "image/jpeg")


async def _a_better_photo_comes(journey: Journey) -> None:
    phone, page, desk = journey.phone, journey.phone.page, journey.desk
    await page.get_by_role("link", name="Follow this case").tap()
    await expect(page.get_by_text("A specialist is looking at it")).to_be_visible()
    await desk.ask_better(
        "Forearm, Left, Middle distance", "Blurred: hold still and tap the spot", "Against a plain cloth."
    )

    await expect(page.get_by_text("Against a plain cloth.")).to_be_visible(timeout=WORK_WITHIN_MS)
    await photograph(page, "journey/30-better-photo-needed")
    await page.get_by_role("link", name="Take the photo").tap()
    await phone.take("medium", _photo(BETTER))
    await photograph(page, "journey/31-better-photo")
    await phone.send()
    await phone.stands("^Sent$")

    await expect(desk.page.get_by_text("has come", exact=True)).to_be_visible(timeout=WORK_WITHIN_MS)
    await desk.page.reload()
    await expect(desk.page.locator(".viewer-strip button")).to_have_count(len(VIEWS) + 1)
    await photograph(desk.page, "journey/23-better-photo-came")


async def _the_answer_is_signed(journey: Journey) -> None:
    """Ten minutes after signing in, which asks for the second factor again; what was typed is still there."""
    desk = journey.desk
    found = await desk.write_answer(findings=FINDINGS, illness="tinea corporis", plan=PLAN, safety_net=SAFETY_NET)
    assert found.startswith("B35.4 ")
    reader = journey.cast.reader
    earlier = now() - timedelta(minutes=10)
    await Session.update({Session.second_factor_at: earlier}).where(Session.person_id == reader.person_id)
    await desk.sign()
    await desk.confirm(reader.code(now() + timedelta(seconds=30)))  # the code of this half minute may be used up
    await expect(desk.page.get_by_label("Findings")).to_have_value(FINDINGS)
    await desk.sign()
    await expect(desk.page.get_by_text("Signed. You can take it back for a minute.")).to_be_visible()
    await photograph(desk.page, "journey/26-signed")


async def _the_patient_reads(journey: Journey) -> None:
    """Nobody reads it within the minute; then the page that lies open shows it by itself."""
    page = journey.phone.page
    await page.get_by_role("link", name="Follow this case").tap()
    await expect(page.get_by_text("What happened so far")).to_be_visible()
    await expect(page.get_by_text(PLAN)).to_have_count(0)
    await expect(page.get_by_text(PLAN)).to_be_visible(timeout=WORK_WITHIN_MS)
    await expect(page.get_by_text(SAFETY_NET)).to_be_visible()
    await expect(page.get_by_text("Tinea corporis")).to_be_visible()
    await photograph(page, "journey/32-answer")
    assert await violations(page) == []
    pdf = await journey.link.request.get(f"{page.url.partition('#')[0]}/answer.pdf")
    assert (pdf.status, (await pdf.body())[:5]) == (200, b"%PDF-")


def _photo(name: str) -> Path:
    return data_folder() / "photos" / name
