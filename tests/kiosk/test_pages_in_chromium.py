"""Every page of a visit at the three sizes, in both languages, with little and with too much on it: nothing is cut off,
nothing is too small for a finger, and what is pressed to go on is in sight.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from msgspec import structs
from playwright.async_api import Page, async_playwright

from imaging.breathing import BreathingReading, NoBreathing
from imaging.pulse import Declined, PulseReading
from kiosk.call.desk import CallShown
from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import Found, Kind
from kiosk.devices.standing import Pairing, RadioState, Standing, Told
from kiosk.ui.joining import Joining
from kiosk.uplink.clinic import Listing
from kiosk.virtual.ward import MOVED_AND_IRREGULAR, glucose, oximetry, pressure, temperature, weight
from kiosk.vitals.standing import Filmed, FilmState
from server.contract.fleet import PlaceAnswer, PlaceState
from tests.browser.stage import take_picture
from tests.kiosk.calls_shown import LONG_NAME, overfull_talk, ring, still, talk
from tests.kiosk.desks import StillDesk, begin_visit, sign_in
from tests.kiosk.screens import FLAGS, SIZES, wait_for_styles
from tests.kiosk.visits import make_registration
from tests.support.requirements import chromium_path

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.timeout(240)]
NOW = datetime.now(UTC)
LONG = "Digital Automatic Upper Arm Blood Pressure Monitor BP-7000X of the Maternity Ward"
PATHS = (
    *("/", "/home", "/patient?name=Z", "/patient?name=nobody", "/patient/new", "/visit/about", "/visit/where"),
    *("/visit/where?region=arm", "/visit/where?region=head", "/visit/question?number=1", "/visit/question?number=2"),
    *("/visit/photos", "/visit/vitals", "/visit/vitals/typed", "/visit/pulse", "/visit/review", "/waiting"),
    *("/devices", "/devices/kinds", "/devices/ready?kind=blood-pressure", "/devices/found", "/devices/paired"),
    "/devices/forget?device=F0:00:00:00:00:00",
)
# What has no room to shrink: every visible thing that is pressed, by the box that takes the press.
TOO_SMALL = """() => [...document.querySelectorAll('a, button, input, textarea, .pills label, .ticks label, .tick')]
    .filter(each => !each.closest('.pills, .ticks, .tick') || each.matches('label'))
    .filter(each => each.type !== 'hidden' && each.offsetParent !== null)
    .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
CUT_OFF = """() => [
    ...(document.documentElement.scrollWidth > innerWidth ? ['the page is wider than the screen'] : []),
    ...[...document.querySelectorAll('body *')]
        .filter(each => each.offsetParent !== null && !each.closest('.hidden'))
        .filter(each => each.getBoundingClientRect().right > innerWidth + 1 || each.getBoundingClientRect().left < -1)
        .map(each => each.outerHTML.slice(0, 90)),
    ...[...document.querySelectorAll('.actions > *')]
        .filter(each => each.getBoundingClientRect().bottom > innerHeight + 1)
        .map(each => 'below the screen: ' + each.outerHTML.slice(0, 90)),
]"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        context = await browser.new_context()
        yield await context.new_page()
        await browser.close()


def device(number: int, kind: Kind, name: str) -> Bonded:
    return Bonded(address=f"F0:00:00:00:00:{number:02X}", name=name, kind=kind, bonded_at=NOW)


def told(of: Bonded, characteristic: int, packet: bytes) -> Told:
    return Told(reading_id=uuid4(), device=of, characteristic=characteristic, packet=packet, received_at=NOW)


def overfull() -> Standing:
    """More devices than a clinic has, all of long names, one that makes no sense, two oximeters worn at once."""
    kinds = [*Kind, *Kind]
    bonded = tuple(device(number, kind, LONG) for number, kind in enumerate(kinds))
    worn = [told(each, 0x2A5F, oximetry(97, 71)(NOW)) for each in bonded if each.kind is Kind.OXIMETER]
    found = tuple(Found(f"F0:00:00:00:01:{number:02X}", LONG, (0x1810,), -40 - 10 * number) for number in range(5))
    return Standing(
        radio=RadioState.READY,
        bonded=bonded,
        connected=frozenset(each.device.address for each in worn),
        searched=Kind.BLOOD_PRESSURE,
        found=found,
        pairing=Pairing.DONE,
        told=tuple(worn),
        garbled=bonded[:1],
    )


def worst_reading() -> Told:
    """Yesterday's, with every doubt, of one of two devices of the same long name."""
    return told(
        device(0, Kind.BLOOD_PRESSURE, LONG), 0x2A35, pressure(188, 112, 141, 0b101111)(NOW - timedelta(days=1))
    )


def fill(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    """As much as a visit holds: a long name, all photographs, every sign measured and typed."""
    desk.known.add(structs.replace(make_registration("Zainab Fatmata Mariatu Kadiatu"), family_name="Koroma-Bangura"))
    for view in ("far", "medium", "close-straight", "close-oblique") * 3:
        browser.post("/visit/photos/take", data={"proof": proof, "view": view}, follow_redirects=False)
        browser.post("/visit/photos/keep", data={"proof": proof}, follow_redirects=False)
    readings = (
        (device(0, Kind.BLOOD_PRESSURE, LONG), 0x2A35, pressure(141, 88, 79, MOVED_AND_IRREGULAR)),
        (device(2, Kind.THERMOMETER, LONG), 0x2A1C, temperature(372)),
        (device(3, Kind.GLUCOSE, LONG), 0x2A18, glucose(104)),
        (device(4, Kind.SCALE, LONG), 0x2A9D, weight(61_350)),
    )
    for of, characteristic, make in readings * 2:
        reading = told(of, characteristic, make(NOW))
        desk.devices.standing = structs.replace(overfull(), told=(reading,))
        browser.get("/visit/vitals")
        form = {"proof": proof, "reading": str(reading.reading_id)}
        browser.post("/visit/vitals/keep", data=form, follow_redirects=False)
    typed = {"8310-5": "38,2", "8867-4": "104", "59408-5": "92", "9279-1": "24", "8480-6": "120", "8462-4": "80"}
    browser.post("/visit/vitals/typed", data={"proof": proof, **typed}, follow_redirects=False)
    desk.devices.standing = overfull()


def begin(browser: httpx.Client, desk: StillDesk, language: str, is_full: bool) -> None:
    proof = sign_in(browser, desk)
    browser.post("/speak", data={"proof": proof, "language": language})
    begin_visit(browser, proof)
    if is_full:
        fill(browser, desk, proof)


async def look(page: Page, url: str, name: str) -> list[str]:
    """Take the picture at each size; what is wrong with the page, in words."""
    wrong: list[str] = []
    # What goes on telling is never loaded to its end.
    await page.goto(url, wait_until="commit")
    await page.locator("main h1, main .eye, .rings").first.wait_for(state="attached")
    await wait_for_styles(page)
    if await page.locator(".live").count():
        await page.locator(".live > *").last.wait_for()
    for size in SIZES:
        await page.set_viewport_size(size)
        await take_picture(page, f"kiosk-{name}")
        found = [*await page.evaluate(TOO_SMALL), *await page.evaluate(CUT_OFF)]
        wrong += [f"{name} at {size['width']}: {each}" for each in found]
    return wrong


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("is_full", [False, True], ids=["empty", "overfull"])
async def test_nothing_is_cut_off_and_everything_can_be_pressed(
    browser: httpx.Client, desk: StillDesk, page: Page, language: str, is_full: bool
) -> None:
    begin(browser, desk, language, is_full)
    url = str(browser.base_url)
    await page.context.add_cookies([{"name": "kiosk", "value": browser.cookies["kiosk"], "url": url}])
    named = f"{language}-{'overfull' if is_full else 'empty'}"
    wrong: list[str] = []
    for path in PATHS:
        wrong += await look(page, url + path, f"{named}{path.partition('?')[0].replace('/', '-')}-{_digest(path)}")
    for name, path in _stand(desk, is_full):
        wrong += await look(page, url + path, f"{named}-{name}")
    for name, path, shown in _call(is_full):
        desk.calls.shown = shown
        wrong += await look(page, url + path, f"{named}-{name}")
    for name, joining in _joining(desk) if is_full else ():
        desk.joining = joining
        wrong += await look(page, url + "/worker", f"{named}-{name}")
    assert not wrong, "\n".join(wrong)


def _stand(desk: StillDesk, is_full: bool) -> list[tuple[str, str]]:
    """What a page shows in another state of the devices and of the film."""
    if is_full:
        desk.devices.standing = structs.replace(overfull(), told=(worst_reading(),), radio=RadioState.READY)
        read = PulseReading(bpm=71.6, lasts_s=30.0, snr_db=2.4)
        breaths = BreathingReading(per_minute=15.7, lasts_s=30.0, snr_db=9.1)
        desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=read, breathing=breaths)
        desk.listing = Listing.REFUSED
        return [("reading", "/visit/vitals"), ("pulse-read", "/visit/pulse/now"), ("refused", "/patient?name=nobody")]
    desk.devices.standing = Standing(radio=RadioState.MISSING)
    none = BreathingReading(declined=NoBreathing.NO_CHEST)
    desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=PulseReading(declined=Declined.FLICKER), breathing=none)
    return [("no-radio", "/visit/vitals"), ("no-radio-devices", "/devices"), ("pulse-declined", "/visit/pulse/now")]


def _joining(desk: StillDesk) -> list[tuple[str, Joining | None]]:
    """A worker who is new, step by step."""
    shown, taken, over = (Joining(desk.clinic) for _ in range(3))
    for each in (shown, taken, over):
        each.ask()
    desk.clinic.answer = PlaceAnswer(state=PlaceState.TAKEN, person_id=uuid4(), name=LONG_NAME)
    taken.look()
    desk.clinic.answer = PlaceAnswer(state=PlaceState.OVER)
    over.look()
    steps = {"new-worker": None, "new-worker-code": shown, "new-worker-pin": taken, "new-worker-over": over}
    return list(steps.items())


def _call(is_full: bool) -> list[tuple[str, str, CallShown]]:
    """A call in each of its states."""
    if is_full:
        flawed = structs.replace(still(), taken=1, flaws=("blurred", "dark"))
        full = overfull_talk()
        return [
            ("call-talk", "/call", full),
            ("call-still", "/call/still", full),
            ("call-still-check", "/call/still", structs.replace(full, still=flawed)),
            ("call-readings", "/call/readings", full),
            ("call-write", "/call/write", full),
            ("call-ringing", "/call", CallShown(state="none", ringing=(ring(uuid4(), LONG_NAME),))),
            ("line", "/line", CallShown(state="none", ringing=(ring(uuid4(), LONG_NAME),))),
        ]
    return [
        ("call-early", "/call", CallShown(state="none")),
        ("call-wanted", "/call", CallShown(state="wanted", waits_for="link")),
        ("call-asked", "/call", CallShown(state="asked", ahead=3, low_min=10, high_min=25)),
        ("call-talk", "/call", talk()),
        ("call-missed", "/call", CallShown(state="missed")),
    ]


def _digest(path: str) -> str:
    return path.partition("?")[2].replace("=", "-").replace("&", "-")[:20] or "page"
