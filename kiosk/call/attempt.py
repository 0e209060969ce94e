"""One call from being wanted to its end: a place in it, asked for until there is one, then the call itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

import msgspec

from kiosk.call.desk import UNDER_WAY, CallShown, State
from kiosk.call.running import CallAbout, RunningCall
from kiosk.call.switchboard import Switchboard
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.server import NoLink, Refused
from server.contract.call import CallCard

ASK_EVERY_S = 3.0
LOOK_EVERY_S = 2.0
END_WITHIN_S = 5.0
END_TRIES = 40
"""Three seconds apart: whoever is rung for a call that nobody wants any more hears of it, also over a bad link."""
WAITS_FOR: dict[str, Literal["case", "preparing"]] = {"not-found": "case", "case-not-ready": "preparing"}
"""What the server refuses with while the case is not there yet, or cannot be read yet: both pass by themselves."""
WAITING = frozenset({"asked", "ringing"})
log = logging.getLogger(__name__)

Place = Callable[[], Awaitable[CallCard]]


class Attempt:
    """`place` asks the server for a place in the call, and may be asked again; another call may be what it gives."""

    def __init__(
        self,
        switchboard: Switchboard,
        about: CallAbout,
        place: Place,
        open_running: Callable[[CallAbout], RunningCall],
    ) -> None:
        self.about = about
        self.running: RunningCall | None = None
        self._switchboard = switchboard
        self._place = place
        self._open_running = open_running
        self._state: State = "wanted"
        self._refused = ""
        self._waits_for: Literal["", "link", "case", "preparing"] = ""
        self._card: CallCard | None = None
        self._work = asyncio.create_task(self._run())
        self._ending: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self._state not in UNDER_WAY

    def shown(self) -> CallShown:
        if self.running is not None and not self.is_over:
            shown = self.running.shown()
            state = self._card.status if self._card and self._card.status in WAITING else shown.state
        else:
            shown, state = CallShown(state=self._state), self._state
        card = self._card
        return msgspec.structs.replace(
            shown,
            state=state,
            refused=self._refused,
            waits_for=self._waits_for,
            call_id=self.about.call_id,
            case_id=self.about.case.case_id,
            is_incoming=self.about.is_incoming,
            **({} if card is None else _told_by(card)),
        )

    def hang_up(self) -> None:
        """At once for this kiosk; the server is told as soon as it can be reached."""
        if self.is_over:
            return
        is_answered = self.shown().is_talk
        self._state = "ended" if is_answered else "cancelled"
        if self.running is not None:
            self.running.be_quiet()
        if self._card is not None:
            self._ending = asyncio.create_task(self._end())
        # Else a request for a place may be on its way: what it brings is ended when it is there.

    async def told(self) -> None:
        """Until the server has heard of its end, or could not be reached for some seconds."""
        if self._ending is not None:
            await asyncio.wait({self._ending}, timeout=END_WITHIN_S)

    async def over(self) -> None:
        """Until nothing of it is left to do."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """At once, whatever is left to do."""
        for task in self._tasks:
            task.cancel()
        await self.over()

    @property
    def _tasks(self) -> list["asyncio.Task[None]"]:
        return [task for task in (self._work, self._ending) if task]

    async def _run(self) -> None:
        card = await self._find_place()
        if card is None:
            return
        self._card, self._waits_for = card, ""
        self.about = msgspec.structs.replace(self.about, call_id=card.call_id)
        if self.is_over:
            await self._end()
            return
        if card.status not in UNDER_WAY:
            self._become(card.status)
            return
        self.running = self._open_running(self.about)
        looking = asyncio.create_task(self._look_for_ever())
        try:
            self._become(await self.running.run())
        finally:
            looking.cancel()
            self.running = None
            self._become("failed")  # which it is not, where it has ended in any way of its own

    async def _find_place(self) -> CallCard | None:
        """None where there is none: then it is refused, with words, or nobody wants it any more."""
        refusals = 0
        while not self.is_over:
            try:
                return await self._place()
            except NoLink as error:
                log.info("no place in a call yet: %s", error)
                self._waits_for = "link"
            except NotLetIn as error:
                refusals += 1
                if refusals > 1:  # the first may be a token that has just run out
                    self._refuse(str(error))
                    return None
            except Refused as refused:
                if refused.problem.code not in WAITS_FOR or self.about.is_incoming:
                    self._refuse(refused.told)
                    return None
                self._waits_for = WAITS_FOR[refused.problem.code]
            await asyncio.sleep(ASK_EVERY_S)
        return None

    async def _look_for_ever(self) -> None:
        """While people talk the socket says everything; before, the card has who is rung and for how long."""
        while True:
            with suppress(NoLink, NotLetIn, Refused):
                self._card = await self._switchboard.card(self.about.call_id)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await self._switchboard.end(self.about.call_id)
        except (TimeoutError, NoLink, NotLetIn):
            await self._stop()
            await self._end_later()
        except Refused:
            await self._stop()  # the server never heard of it, or it is over there already
        else:
            await self._stop()

    async def _stop(self) -> None:
        if self.running is not None:
            self.running.leave()
            # The goodbye is on its way before the socket closes.
            await asyncio.sleep(0)
            self._work.cancel()

    async def _end_later(self) -> None:
        for _ in range(END_TRIES):
            await asyncio.sleep(ASK_EVERY_S)
            try:
                await self._switchboard.end(self.about.call_id)
            except (NoLink, NotLetIn):
                continue
            except Refused:
                return
            return

    def _become(self, state: State) -> None:
        """Whoever has hung up here has ended it, whatever the server says of it afterwards."""
        if not self.is_over:
            self._state = state

    def _refuse(self, words: str) -> None:
        self._refused = words
        self._become("refused")


def _told_by(card: CallCard) -> dict[str, object]:
    return {
        "specialist": card.specialist,
        "rung": card.rung,
        "rings_for_s": card.rings_for_s,
        "ahead": card.ahead,
        "low_min": card.low_min,
        "high_min": card.high_min,
    }
