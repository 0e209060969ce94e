"""A kiosk and a browser in one call: picture, sound and data arrive both ways, and a still joins the case."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from kiosk.call.leg import LegState
from kiosk.call.short_string import digits_of
from server.contract.call import SeatRole
from server.contract.call_talk import Chat, Measured
from server.contract.wire import Moment
from tests.journeys.waiting import until
from tests.support.call_browsers import counts, sit_down
from tests.support.call_hub import Hub
from tests.support.call_kiosk import kiosk_end, record_clip

AT = Moment(at=datetime(2026, 11, 27, 21, 4, tzinfo=UTC))
pytestmark = pytest.mark.requires("chromium")


@pytest.mark.parametrize("who_begins", ["kiosk", "browser"])
async def test_picture_sound_and_words_arrive_both_ways(
    hub: Hub, browser: Browser, tmp_path: Path, who_begins: str
) -> None:
    kiosk = hub.add("Clinic Bo", SeatRole.CLINIC_WORKER, is_kiosk=True)
    specialist = hub.add("Dr. Okafor", SeatRole.SPECIALIST)
    while (kiosk.seat_id < specialist.seat_id) != (who_begins == "kiosk"):
        del hub.chairs[specialist.seat_id]
        specialist = hub.add("Dr. Okafor", SeatRole.SPECIALIST)
    clip = record_clip(tmp_path / "clip.avi")
    async with kiosk_end(hub, kiosk.seat_id, tmp_path, camera=f"file:{clip}") as end:
        page = await sit_down(browser, hub, specialist)
        await expect(page.locator('.call-tile[data-state="live"]')).to_be_visible()

        async def all_arrives() -> bool:
            seen = await counts(page)
            is_seen = seen["framesDecoded"] > 20 and end.frames[specialist.seat_id] > 20
            return is_seen and seen["audioEnergy"] > 0.001 and end.loudest > 1_000

        await until(all_arrives, within_s=40, what="pictures and sound both ways")
        assert end.leg.state is LegState.LIVE
        await expect(page.locator(".call-digits")).to_contain_text(digits(end.leg.bits))
        end.room.say(Chat(text="Can you see the arm?"))
        await expect(page.locator(".call-chat li")).to_have_text("Clinic Bo Can you see the arm?")
        for text in ("97", "96", ""):
            end.room.say(Measured(code="59408-5", device="Nonin 1A:02", text=text, unit="%", measured_at=AT))
            reading = page.locator(".call-readings div")
            name = "Oxygen saturation (pulse oximeter) · Nonin 1A:02 · "
            await expect(reading.locator("dt")).to_have_text(re.compile(re.escape(name) + r"\d"))
            await expect(reading.locator("dd")).to_have_text(f"{text} %" if text else "no value")
        await page.get_by_label("Your words").fill("Yes.")
        await page.get_by_role("button", name="Say").click()

        async def is_heard() -> bool:
            return Chat(text="Yes.") in end.talks

        await until(is_heard, within_s=10, what="the browser's words")


def digits(bits: int | None) -> str:
    assert bits is not None
    return digits_of(bits)
