"""Calls that may use a relay and nothing else: over UDP, TCP and TLS, between browsers and with a kiosk."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.contract.call import SeatRole
from tests.journeys.waiting import until
from tests.support.call_browsers import counts, sit_down
from tests.support.call_hub import Hub
from tests.support.call_kiosk import kiosk_end, record_clip
from tests.support.coturn import CERTIFICATE, open_relay

pytestmark = pytest.mark.requires("chromium", "coturn")

LIVE = '.call-tile[data-state="live"]'


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_two_browsers_meet_at_the_relay(hub: Hub, browser: Browser, tmp_path: Path, way: str) -> None:
    hub.is_relayed = True
    async with open_relay(tmp_path) as relays:
        hub.relays = (relays[way],)
        seats = hub.add("Dr. Okafor", SeatRole.SPECIALIST), hub.add("Ana Ruiz", SeatRole.PATIENT)
        pages = [await sit_down(browser, hub, seat) for seat in seats]
        for page in pages:
            await expect(page.locator(LIVE)).to_be_visible()

        async def arrives() -> bool:
            seen = [await counts(page) for page in pages]
            return all(each["framesDecoded"] > 20 and each["audioEnergy"] > 0.001 for each in seen)

        await until(arrives, within_s=30, what="pictures and sound")
        for page in pages:
            assert set((await counts(page))["ways"]) == {f"relay {way}"}


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_a_kiosk_and_a_browser_meet_at_the_relay(
    hub: Hub, browser: Browser, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / CERTIFICATE))
    hub.is_relayed = True
    async with open_relay(tmp_path) as relays:
        hub.relays = (relays[way],)
        kiosk = hub.add("Clinic Bo", SeatRole.CLINIC_WORKER, is_kiosk=True)
        specialist = hub.add("Dr. Okafor", SeatRole.SPECIALIST)
        clip = record_clip(tmp_path / "clip.avi")
        async with kiosk_end(hub, kiosk.seat_id, tmp_path, camera=f"file:{clip}") as end:
            page = await sit_down(browser, hub, specialist)
            await expect(page.locator(LIVE)).to_be_visible()

            async def arrives() -> bool:
                seen = await counts(page)
                return seen["framesDecoded"] > 20 and end.frames[specialist.seat_id] > 20 and end.loudest > 1_000

            await until(arrives, within_s=40, what="pictures and sound")
            assert set((await counts(page))["ways"]) == {f"relay {way}"}
