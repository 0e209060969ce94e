"""A patient's phone in Chromium scans, joins, is let in and sends; the kiosk's screen in another window shows it."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import cv2
import httpx
import msgspec
import numpy as np
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from imaging.drawn import Condition, Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from kiosk.phone.handoff import Why
from kiosk.phone.opened import FAREWELL_S
from tests.browser.stage import SMALL_PHONE, take_picture
from tests.journeys.waiting import until
from tests.kiosk.desks import SETTINGS, StillDesk, begin_visit, open_browser, open_desk, sign_in
from tests.kiosk.screens import SIZES, wait_for_styles
from tests.kiosk.test_language import ENGLISH, words_of
from tests.kiosk.test_pages_in_chromium import CUT_OFF, TOO_SMALL
from tests.kiosk.test_sign_in import Clock
from tests.web import served

pytestmark = [pytest.mark.requires("chromium", "bubblewrap"), pytest.mark.timeout(240)]
HERE = msgspec.structs.replace(SETTINGS, phone_network="127.0.0.0/8", wifi_name="Clinica Norte")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with served.open_browser() as chromium:
        yield chromium


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[StillDesk]:
    with open_desk(tmp_path, clock, HERE) as desk:
        yield desk
        desk.wipe()


@pytest.fixture
def browser(desk: StillDesk) -> Iterator[httpx.Client]:
    with open_browser(desk) as client:
        yield client


@pytest.fixture
async def kiosk(chromium: Browser, browser: httpx.Client, desk: StillDesk) -> Page:
    """The screen at the photographs of a visit."""
    begin_visit(browser, sign_in(browser, desk))
    context = await chromium.new_context(base_url=str(browser.base_url), java_script_enabled=False, viewport=SIZES[0])
    assert desk.session is not None
    await context.add_cookies([{"name": "kiosk", "value": desk.session.token, "url": str(browser.base_url)}])
    page = await context.new_page()
    await page.goto("/visit/photos")
    return page


def photograph(folder: Path, name: str, condition: Condition = Condition.GOOD) -> Path:
    scene = Scene(
        subject=Subject.RASH, tone=SkinTone.BROWN, view=View.CLOSE, condition=condition, width_px=1600, height_px=1200
    )
    path = folder / name
    cv2.imwrite(str(path), draw(scene), [cv2.IMWRITE_JPEG_QUALITY, 97])
    return path


async def look(page: Page, name: str, *sizes: ViewportSize) -> None:
    """A picture at each size, on which nothing is cut off or too small."""
    before = page.viewport_size
    await wait_for_styles(page)
    for size in sizes:
        await page.set_viewport_size(size)
        await take_picture(page, name)
        assert await page.evaluate(CUT_OFF) == [], f"{name} at {size['width']}"
        assert await page.evaluate(TOO_SMALL) == [], f"{name} at {size['width']}"
    assert before is not None
    await page.set_viewport_size(before)


async def scan(kiosk: Page) -> str:
    """What a phone's camera reads off the screen."""
    picture = cv2.imdecode(np.frombuffer(await kiosk.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    link, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return link


async def phone_of(chromium: Browser) -> Page:
    context = await chromium.new_context(viewport=SMALL_PHONE, is_mobile=True, has_touch=True, locale="es")
    context.set_default_timeout(30_000)
    return await context.new_page()


async def open_code(kiosk: Page) -> str:
    await kiosk.get_by_role("button", name="Use the patient’s phone").click()
    await kiosk.get_by_text("Time left").last.wait_for()
    return await scan(kiosk)


async def join(phone: Page, link: str) -> str:
    """Opens the link and joins; gives the number that the phone shows."""
    await phone.goto(link)
    joining = phone.get_by_role("button", name="Join the visit")
    await joining.wait_for()  # a page whose address changed behind the # alone loads itself anew
    await look(phone, "phone-ready", SMALL_PHONE)
    await joining.click()
    code = phone.locator("[data-code]")
    await code.wait_for()
    await look(phone, "phone-asking", SMALL_PHONE)
    return await code.inner_text()


async def let_in(kiosk: Page, phone: Page, number: str) -> None:
    await kiosk.get_by_text(number).wait_for()
    await look(kiosk, "kiosk-phone-asking", *SIZES)
    await kiosk.get_by_role("button", name="The same number").click()
    await phone.get_by_text("the camera opens").wait_for()
    await look(phone, "phone-joined", SMALL_PHONE)


async def is_refused(second: Page, link: str) -> None:
    await second.goto(link)
    await second.get_by_role("button", name="Join the visit").click()
    await second.get_by_text("Another phone has used this code").wait_for()
    await look(second, "phone-taken", SMALL_PHONE)


async def test_a_phone_scans_joins_and_adds_two_photographs(
    kiosk: Page, chromium: Browser, desk: StillDesk, tmp_path: Path
) -> None:
    link = await open_code(kiosk)
    await look(kiosk, "kiosk-phone-code", *SIZES)
    phone = await phone_of(chromium)
    troubles: list[str] = []
    phone.on("pageerror", lambda error: troubles.append(str(error)))
    number = await join(phone, link)
    await is_refused(await phone_of(chromium), link)
    await let_in(kiosk, phone, number)

    inputs, kept = phone.locator("input[type=file]"), phone.get_by_text("Is in the visit.")
    await inputs.nth(0).set_input_files(photograph(tmp_path, "good.jpg"))
    await inputs.nth(2).set_input_files(photograph(tmp_path, "dark.jpg", Condition.TOO_DARK))
    await expect(kept).to_have_count(2, timeout=60_000)
    await inputs.nth(1).set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no photograph"})
    await phone.get_by_text("This is not a photograph").wait_for()
    await look(phone, "phone-sent", SMALL_PHONE)
    await kiosk.get_by_text("Good enough to read").wait_for()
    await kiosk.get_by_text("could not be taken").wait_for()
    await look(kiosk, "kiosk-phone-joined", *SIZES)
    assert desk.draft is not None
    assert [photo.view.value for photo in desk.draft.photos] == ["far", "close-straight"]

    await kiosk.get_by_role("link", name="Look").click()
    await look(kiosk, "kiosk-phone-check", *SIZES)
    await kiosk.get_by_role("button", name="I cannot take another one").click()
    await kiosk.get_by_text("Kept: I cannot take another one").wait_for()
    await kiosk.get_by_role("button", name="Take out: Close, straight on").click()
    await phone.get_by_text("took this photograph out again").wait_for()
    await phone.reload()
    await kept.wait_for()
    await inputs.nth(3).set_input_files(photograph(tmp_path, "again.jpg"))
    await expect(kept).to_have_count(2, timeout=60_000)
    assert troubles == []


async def test_the_visits_end_is_told_to_the_phone_and_nothing_listens_afterwards(
    kiosk: Page, chromium: Browser, desk: StillDesk
) -> None:
    phone = await phone_of(chromium)
    await let_in(kiosk, phone, await join(phone, await open_code(kiosk)))
    await kiosk.get_by_role("link", name="Go on").click()
    await kiosk.get_by_text("Phone joined").wait_for()
    await look(kiosk, "kiosk-photos-phone-joined", *SIZES)
    assert desk.phone is not None
    host = desk.phone.host
    with desk.lock:
        desk.wipe()
    await phone.get_by_text("This visit is finished at the kiosk").wait_for()
    await look(phone, "phone-over", SMALL_PHONE)
    await until(lambda: _is_deaf(host), within_s=3 * FAREWELL_S, what="the listener to go")


async def _is_deaf(host: str) -> bool:
    try:
        async with httpx.AsyncClient() as client:
            await client.get(f"http://{host}/")
    except httpx.ConnectError:
        return True
    except httpx.TransportError:  # it goes at this moment
        return False
    return False


async def test_a_phone_whose_number_is_another_is_not_let_in_and_a_kiosk_that_went_away_is_told(
    kiosk: Page, chromium: Browser, desk: StillDesk
) -> None:
    link = await open_code(kiosk)
    phone = await phone_of(chromium)
    await phone.goto(link.partition("#")[0])
    await phone.get_by_text("This address is not whole").wait_for()
    await join(phone, link)
    await phone.context.set_offline(True)
    await phone.get_by_text("The kiosk does not answer").wait_for()
    await look(phone, "phone-silent", SMALL_PHONE)
    await phone.context.set_offline(False)
    await expect(phone.get_by_text("The kiosk does not answer")).to_be_hidden()
    await kiosk.get_by_role("button", name="Another number").click()
    # First: the listener stays for seconds only, in which the phone hears why it ended.
    await phone.get_by_text("The numbers were not the same").wait_for()
    await kiosk.get_by_text("so the phone was not let in").wait_for()
    await look(kiosk, "kiosk-phone-over", *SIZES)


async def test_both_screens_speak_spanish(kiosk: Page, chromium: Browser, desk: StillDesk) -> None:
    with desk.lock:
        desk.speak("es")
        assert desk.draft is not None
        desk.draft.language = "es"
    await kiosk.reload()
    await kiosk.get_by_role("button", name="Usar el teléfono del paciente").click()
    await kiosk.get_by_text("Quedan").last.wait_for()
    await look(kiosk, "kiosk-phone-code-es", *SIZES)
    phone = await phone_of(chromium)
    await phone.goto(await scan(kiosk))
    assert not ENGLISH.findall(words_of(re.sub(r"<script.*", "", await phone.content(), flags=re.DOTALL)))
    await phone.get_by_role("button", name="Unirse a la visita").click()
    await phone.locator("[data-code]").wait_for()
    await kiosk.get_by_text("¿Muestra el teléfono").wait_for()
    await look(kiosk, "kiosk-phone-asking-es", *SIZES)
    await kiosk.get_by_role("button", name="El mismo número").click()
    await phone.get_by_text("se abre la cámara").wait_for()
    await look(phone, "phone-joined-es", SMALL_PHONE)
    await kiosk.get_by_role("heading", name="está unido").wait_for()
    await look(kiosk, "kiosk-phone-joined-es", *SIZES)
    with desk.lock:
        assert desk.phone is not None
        desk.phone.end(Why.EXPIRED)
    await kiosk.get_by_role("button", name="Mostrar otro código").wait_for()
    await look(kiosk, "kiosk-phone-over-es", *SIZES)
    await phone.get_by_text("Pasaron los cinco minutos").wait_for()
