"""What a patient leaves in the browser while nobody hears them: recorded by pressing, and nothing said is lost."""

import io
from collections.abc import AsyncIterator
from uuid import UUID

import av
import numpy as np
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from server.calls.tables import Call
from server.cases import service as cases
from server.contract.case import VoicePart
from server.core.platform import Platform
from tests.calls.calling import joining
from tests.mobile_bridge.phone import Phone, until
from tests.support.applications import application
from tests.support.call_browsers import call_browser
from tests.support.clinics import Clinic
from tests.web.served import serve

pytestmark = pytest.mark.requires("chromium")
RECORDED_S = 4


@pytest.fixture
async def address(sqlite_platform: Platform) -> AsyncIterator[str]:
    async with serve(application(sqlite_platform), sockets="websockets-sansio") as served:
        yield served


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """With a drawn camera and a microphone that beeps."""
    async with call_browser() as opened:
        yield opened


@pytest.fixture
async def call(clinic: Clinic) -> Call:
    return await joining(clinic)


@pytest.fixture
async def case_id(call: Call, workers: None, phone: Phone) -> UUID:
    """The patient's, whose call is open and has nobody at the other end; the phone is on its page.

    The workers begin afterwards: what the call needs is done by hand.
    """
    assert call.care_case_id is not None
    await phone.page.goto(f"/calls/{call.id}")
    await expect(button(phone.page, "Record your voice")).to_be_visible()
    return call.care_case_id


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def state(page: Page) -> Locator:
    return page.locator(".call-message-state")


async def record(page: Page, seconds: int = RECORDED_S) -> None:
    await button(page, "Record your voice").click()
    await expect(page.locator("[data-call=record-time]")).to_have_text(f"0:0{seconds}")


async def voices(clinic: Clinic, case_id: UUID) -> list[bytes]:
    """The recordings that the case's reader can play."""
    opened = await cases.open_case(clinic.reader, case_id)
    parts = [each.row for each in opened.parts if isinstance(each.part, VoicePart) and each.row.arrival == "ready"]
    return [(await cases.read_document(clinic.reader, case_id, part.id)).content for part in parts]


def sound_of(recording: bytes) -> tuple[float, float]:
    """How long it is, in seconds, and how loud at its loudest (1 is full scale)."""
    with av.open(io.BytesIO(recording), "r") as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([np.abs(frame.to_ndarray().astype(np.float64)).max(axis=0) for frame in frames])
    is_whole_numbers = frames[0].format.name.startswith("s16")
    return len(samples) / frames[0].sample_rate, float(samples.max()) / (32768 if is_whole_numbers else 1)


async def test_what_is_said_on_a_dead_link_waits_and_goes_when_it_is_back(
    phone: Phone, clinic: Clinic, case_id: UUID
) -> None:
    page = phone.page
    await phone.context.set_offline(True)
    await record(page)
    await button(page, "Stop and send").click()
    await expect(state(page)).to_have_text("Waiting on this device. It goes by itself when there is a link.")
    await page.locator(".call-message audio").evaluate("async (audio) => { await audio.play(); }")
    assert await voices(clinic, case_id) == []
    await phone.context.set_offline(False)
    await expect(state(page)).to_have_text("In the case.", timeout=60_000)
    [recording] = await voices(clinic, case_id)
    lasts_s, loudest = sound_of(recording)
    assert lasts_s > RECORDED_S - 0.5
    assert loudest > 0.02
    assert await phone.count_photos() == 0
    await expect(button(page, "Delete")).to_have_count(0)


async def test_a_still_and_a_voice_that_are_deleted_before_they_go_never_go(
    phone: Phone, clinic: Clinic, case_id: UUID
) -> None:
    page = phone.page
    before = len((await cases.open_case(clinic.patient, case_id)).parts)
    await phone.context.set_offline(True)
    await button(page, "Take a still").click()
    await expect(state(page)).to_have_text("Not sent. Only this device has it.")
    await button(page, "Send to the case").click()
    await expect(state(page)).to_contain_text("Waiting")
    await button(page, "Delete").click()
    await expect(state(page)).to_have_count(0)
    await record(page, 2)
    await button(page, "Throw away").click()
    await expect(button(page, "Record your voice")).to_be_focused()
    assert await phone.drafts() == []
    assert await phone.count_photos() == 0
    await phone.context.set_offline(False)
    await page.reload()
    await expect(button(page, "Record your voice")).to_be_visible()
    assert len((await cases.open_case(clinic.patient, case_id)).parts) == before


async def test_a_still_goes_into_the_case_at_the_cameras_own_size(phone: Phone, clinic: Clinic, case_id: UUID) -> None:
    page = phone.page
    await button(page, "Take a still").click()
    await button(page, "Send to the case").click()
    await expect(state(page)).to_have_text("In the case.", timeout=60_000)
    size = await page.locator("[data-call=own]").evaluate(
        "({srcObject}) => (({width, height}) => [width, height])(srcObject.getTracks()[0].getSettings())"
    )

    async def is_prepared() -> bool:
        photo = (await cases.open_case(clinic.reader, case_id)).parts[-1]
        return photo.evidence is not None and [photo.evidence.width_px, photo.evidence.height_px] == size

    await until(is_prepared)


async def test_a_tab_that_dies_while_it_records_has_kept_what_was_said(
    phone: Phone, clinic: Clinic, case_id: UUID
) -> None:
    await record(phone.page, 6)
    await phone.page.close(run_before_unload=False)
    page = await phone.context.new_page()
    await page.goto("/app")
    await page.get_by_role("link", name="Voice message from a call").click()
    await expect(page.locator("audio")).to_be_visible()
    await button(page, "Send to the case").click()
    await expect(page.locator(".standing .status")).to_have_text("Sent", timeout=60_000)
    [recording] = await voices(clinic, case_id)
    assert sound_of(recording)[0] > 3


async def test_nothing_is_recorded_until_somebody_presses(phone: Phone, case_id: UUID) -> None:
    page = phone.page
    await page.evaluate("() => { window.made = 0; MediaRecorder = class { constructor() { window.made += 1; } }; }")
    await phone.context.set_offline(True)
    await page.wait_for_timeout(1_500)
    assert await page.evaluate("window.made") == 0
    assert await phone.drafts() == []
