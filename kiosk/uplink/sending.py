"""Goes on for ever: steps while there is something to do, and waits longer after each failure."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kiosk.fleet.logbook import Logbook
from kiosk.uplink.allowance import LinkState
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.backoff import Backoff
from kiosk.uplink.courier import Courier
from kiosk.uplink.server import NoLink, Refused, Server
from kiosk.uplink.trust import NotBelieved, Trust

LINK_FILE, WAKE_FILE = "link.json", "wake"
LOOK_EVERY_S = 1.0
MEET_EVERY_S = 6 * 3600.0


class Sending:
    """`folder` is the kiosk's: the screen reads how the link is, and wakes the uplink, through files in it."""

    def __init__(self, folder: Path, courier: Courier, server: Server, trust: Trust, backoff: Backoff) -> None:
        self._folder = folder
        self._courier = courier
        self.server = server
        self._trust = trust
        self._backoff = backoff
        self._met_at: float | None = None
        self._log = Logbook(folder)
        self._told = ""

    async def run(self, stop: Callable[[], bool] = lambda: False) -> None:
        while not stop():
            wait_s = await self.turn()
            await self._wait(wait_s)

    async def turn(self) -> float:
        """One step; how long to wait before the next."""
        try:
            if not self._trust.has_met:
                await self._meet()
            moved = await self._courier.step()
            if not moved:
                await self._meet()
        except NoLink as error:
            self.tell("no-link", str(error))
            return self._backoff.next_s(error.again_after_s)
        except (NotLetIn, Refused, NotBelieved) as error:
            self.tell("not-let-in", str(error))
            return self._backoff.next_s()
        self._backoff.reset()
        self.tell("linked")
        return 0.0 if moved else LOOK_EVERY_S

    def tell(self, state: str, told: str = "") -> None:
        if state != self._told:
            self._log.note(f"link.{state}")
            self._told = state
        path = self._folder / LINK_FILE
        partial = path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(LinkState(state=state, told=told, at=datetime.now(UTC))))
        partial.replace(path)

    async def _meet(self) -> None:
        """Learn of new keys now and then, when nothing waits: those that are kept do for all that was sealed before."""
        now = asyncio.get_running_loop().time()
        if self._met_at is None or now - self._met_at > MEET_EVERY_S:
            await self._trust.meet(self.server)
            self._met_at = now

    async def _wait(self, wait_s: float) -> None:
        """At most so long; a worker who asks to send now ends it."""
        loop = asyncio.get_running_loop()
        until, asked = loop.time() + wait_s, self._asked_at()
        while loop.time() < until and self._asked_at() == asked:  # noqa: ASYNC110  (another process asks, by a file)
            await asyncio.sleep(min(LOOK_EVERY_S, max(0.0, until - loop.time())))

    def _asked_at(self) -> int:
        try:
            return (self._folder / WAKE_FILE).stat().st_mtime_ns
        except OSError:
            return 0
