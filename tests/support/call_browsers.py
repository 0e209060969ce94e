"""Chromium with a drawn camera and a beeping microphone, and what its calls really receive."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from server.contract.call import Seat
from tests.support.call_hub import Hub
from tests.support.requirements import chromium_path
from tests.web.served import FLAGS

CALL_FLAGS = (
    *FLAGS,
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # The relay of the tests vouches for itself.
    "--ignore-certificate-errors",
)
ALLOWED = "--use-fake-ui-for-media-stream"
DENIED = "--deny-permission-prompts"
# The page's connections, as the browser made them: what they count is what really arrived.
WATCH = """
const Real = RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Real {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
COUNTS = """async () => {
  const total = {framesDecoded: 0, audioPackets: 0, audioEnergy: 0, concealed: 0, samples: 0, relayed: 0, ways: []};
  for (const peer of window.peers) {
    if (peer.connectionState !== "connected") continue;
    const stats = [...(await peer.getStats()).values()];
    for (const each of stats) {
      if (each.type === "inbound-rtp" && each.kind === "video") total.framesDecoded += each.framesDecoded ?? 0;
      if (each.type === "inbound-rtp" && each.kind === "audio") {
        total.audioPackets += each.packetsReceived;
        total.audioEnergy += each.totalAudioEnergy ?? 0;
        total.concealed += each.concealedSamples ?? 0;
        total.samples += each.totalSamplesReceived ?? 0;
      }
      if (each.type === "candidate-pair" && each.nominated && each.state === "succeeded") {
        const local = stats.find(({id}) => id === each.localCandidateId);
        total.ways.push([local?.candidateType, local?.relayProtocol ?? ""].join(" ").trim());
      }
    }
  }
  return total;
}"""


@asynccontextmanager
async def call_browser(*, is_allowed: bool = True) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        flags = [*CALL_FLAGS, ALLOWED if is_allowed else DENIED]
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        yield browser
        await browser.close()


async def sit_down(browser: Browser, hub: Hub, seat: Seat) -> Page:
    """A person's own browser, on the call's page."""
    context = await browser.new_context(base_url=hub.address, locale=seat.language)
    await context.add_init_script(WATCH)
    page = await context.new_page()
    page.on("console", lambda message: print("console:", message.text))  # noqa: T201  (shown where a test fails)
    page.on("pageerror", lambda error: print("page error:", error))  # noqa: T201
    await page.goto(hub.page_of(seat))
    return page


async def counts(page: Page) -> Mapping[str, Any]:
    return await page.evaluate(COUNTS)


async def words_of(page: Page) -> str:
    """What the page's person would read out to the only other one."""
    string = page.locator(".call-string")
    await expect(string).to_contain_text("·")
    return await string.inner_text()
