"""One end's conversation with the server, from `Join` to end: what it says is kept, what it should hear is told.

Ends may hold their sockets in different processes: everything goes through the database. Who is woken in this process
looks at once (`server.calls.bell`); otherwise an end looks ten times a second while a connection is being made, and
once or twice a second while nothing is.
"""

import asyncio
import time
from contextlib import suppress
from typing import Literal, cast
from uuid import UUID

import msgspec

from server.calls.bell import Listener, listening
from server.calls.lifecycle import OPEN, Status
from server.calls.schemas import Caller, Look
from server.calls.service import passing, seats
from server.calls.service.admission import is_welcome
from server.calls.signalling.line import Line, LineLost
from server.calls.tables import CallSeat
from server.calls.turn import relays_for, renew_after_s
from server.contract.call import (
    Alive,
    Ended,
    Join,
    Leave,
    LegMessage,
    Pass,
    Passed,
    Refused,
    Relays,
    Seat,
    Seats,
    TurnServer,
    Welcome,
)
from server.core import vault
from server.core.platform import now, platform
from server.core.vault import VaultKey

LOOK_HOT_S, LOOK_COLD_S = 0.1, 1.0
HOT_FOR_S = 5.0
"""How long after a message another is likely."""
STAYS_EVERY_S = 1.0
WELCOME_EVERY_S = 2.0
"""How often the session, the rights and the place are asked for again: the event streams look as often."""

NOTHING_TOLD = -1

Reason = Literal["ended", "declined", "missed", "cancelled", "failed", "removed", "elsewhere", "signed-out"]
_leg_messages: msgspec.json.Decoder[LegMessage] = msgspec.json.Decoder(LegMessage)


class Conversation:
    def __init__(self, line: Line, caller: Caller, seat: CallSeat, join: Join, key: VaultKey) -> None:
        self._line = line
        self._caller = caller
        self._seat = seat
        self._session_id = join.session_id
        self._told_number = join.heard
        self._key = key
        self._has_left = False
        self._hot_until_s = 0.0
        self._was_live: bool | None = None
        self._stayed_s = 0.0
        self._revision = NOTHING_TOLD
        self._relays_due_s = 0.0
        self._asked_welcome_s = time.monotonic()

    async def hold(self) -> None:
        """Until the end leaves, is told that it is over, or is lost."""
        with listening(self._seat.call_id) as listener:
            try:
                await self._both(listener)
            finally:
                await asyncio.shield(seats.get_up(self._seat, self._session_id, on_purpose=self._has_left))

    async def _both(self, listener: Listener) -> None:
        """Hear and tell at once; whichever ends first ends the other."""
        tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._tell(listener))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self) -> None:
        while not self._has_left:
            match await self._line.read():
                case Pass() as said:
                    await self._pass_on(said)
                case Alive() as alive:
                    await self._stay(alive)
                case Leave():
                    self._has_left = True
                case Join():
                    await self._line.refuse(Refused(reason="not-understood"))

    async def _stay(self, alive: Alive) -> None:
        """Written down once a second, and at once when media begin or stop: more often tells nobody anything."""
        at_s = time.monotonic()
        if alive.is_live == self._was_live and at_s - self._stayed_s < STAYS_EVERY_S:
            return
        self._was_live, self._stayed_s = alive.is_live, at_s
        await seats.stay(self._seat, self._session_id, is_live=alive.is_live)
        await passing.forget_heard(self._seat.id, min(alive.heard, self._told_number))

    async def _pass_on(self, said: Pass) -> None:
        refused = await passing.pass_on(self._key, self._seat, self._session_id, said)
        self._hot_until_s = time.monotonic() + HOT_FOR_S
        if refused is not None:
            await self._line.refuse(refused)

    async def _tell(self, listener: Listener) -> None:
        while True:
            look = await seats.look(self._seat.id)
            over = self._over(look) or await self._unwelcome()
            if look is None or over is not None:
                await self._line.say(Ended(reason=over or "removed"))
                return
            await self._tell_changes(look)
            await listener.wait(self._pause_s(look))

    async def _tell_changes(self, look: Look) -> None:
        """Relays come before the seats that are reached through them."""
        relays = self._due_relays() if look.is_admitted else ()
        if relays and not self._is_new:
            await self._line.say(Relays(relays=relays))
        if look.revision != self._revision:
            shown = await seen_by(self._caller, self._seat, is_admitted=look.is_admitted)
            if self._is_new:
                await self._line.say(Welcome(seat_id=self._seat.id, seats=shown, relays=relays, server_time=now()))
            else:
                await self._line.say(Seats(seats=shown))
            self._revision = look.revision
        if look.last_number > self._told_number:
            await self._tell_messages()

    @property
    def _is_new(self) -> bool:
        return self._revision == NOTHING_TOLD

    def _due_relays(self) -> tuple[TurnServer, ...]:
        """New credentials where those that the end has are nearly over, or it has none."""
        turn = platform().settings.turn
        renew_s = renew_after_s(turn)
        if renew_s is None or time.monotonic() < self._relays_due_s:
            return ()
        self._relays_due_s = time.monotonic() + renew_s
        return relays_for(turn, self._seat.id, now())

    async def _tell_messages(self) -> None:
        self._hot_until_s = time.monotonic() + HOT_FOR_S
        for heard in await passing.heard_after(self._key, self._seat.id, self._told_number):
            message = _leg_messages.decode(heard.content)
            frame = Passed(number=heard.number, sender=heard.sender_id, session_id=heard.session_id, message=message)
            await self._line.say(frame)
            self._told_number = heard.number

    def _over(self, look: Look | None) -> Reason | None:
        if look is None or look.is_removed:
            return "removed"
        if look.session_id != self._session_id:
            return "elsewhere"
        return None if look.status in OPEN else cast("Reason", look.status)

    async def _unwelcome(self) -> Reason | None:
        at_s = time.monotonic()
        if at_s - self._asked_welcome_s < WELCOME_EVERY_S:
            return None
        self._asked_welcome_s = at_s
        return await is_welcome(self._caller, self._seat)

    def _pause_s(self, look: Look) -> float:
        is_hot = look.status == Status.JOINING or time.monotonic() < self._hot_until_s
        return LOOK_HOT_S if is_hot else LOOK_COLD_S


async def converse(line: Line, caller: Caller, call_id: UUID) -> None:
    """Join, talk, and leave; a Fault when the caller has no place in the call."""
    seat = await seats.enter(caller, call_id)
    with suppress(LineLost):
        join = await _first_frame(line)
        await seats.sit_down(seat, join.session_id, join.language)
        key = await vault.directory_key(seat.organisation_id)
        await Conversation(line, caller, seat, join, key).hold()


async def seen_by(caller: Caller, seat: CallSeat, *, is_admitted: bool) -> tuple[Seat, ...]:
    """Everyone in the call; whoever waits sees their own seat alone, and nobody sees who is not admitted by name."""
    shown = await seats.seats_shown(caller.actor, seat.call_id)
    if not is_admitted:
        return tuple(each for each in shown if each.seat_id == seat.id)
    return tuple(shown)


async def _first_frame(line: Line) -> Join:
    while True:
        frame = await line.read()
        if isinstance(frame, Join):
            return frame
        number = frame.number if isinstance(frame, Pass) else None
        await line.refuse(Refused(reason="not-joined", number=number))
