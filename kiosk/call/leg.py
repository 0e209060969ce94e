"""The leg to one other seat: keys first, then connections whose certificates those keys have signed, one after another.

The browser's counterpart is server/web/islands/call/leg/leg.ts: the same states by the same rules.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from aiortc.mediastreams import MediaStreamTrack

from kiosk.call.connection import Connection, Media, close_later
from kiosk.call.exchange import Agreed, Broken, Ends, Exchange
from kiosk.call.sdp import fingerprint_in
from kiosk.call.signing import is_signed
from kiosk.uplink.backoff import Backoff
from server.contract.call import (
    Candidate,
    Commit,
    Describe,
    Differs,
    LegMessage,
    Rebuild,
    Respond,
    Reveal,
    TurnServer,
    fingerprint_bytes,
)

CONNECTED_WITHIN_S = 30.0
BACK_WITHIN_S = 4.0
FAILURES_AT_MOST = 6
log = logging.getLogger(__name__)


class LegState(StrEnum):
    ABSENT = "absent"
    KEYING = "keying"
    CONNECTING = "connecting"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"


class StopReason(StrEnum):
    """Why media stopped for good."""

    DIFFERS = "differs"
    TOLD_DIFFERS = "told-differs"
    UNSIGNED = "unsigned"
    BROKEN = "broken"


class Surroundings(Protocol):
    is_relayed: bool

    def pass_on(self, leg: "Leg", message: LegMessage) -> None: ...

    def relays(self) -> Sequence[TurnServer]: ...

    def media(self, leg: "Leg") -> Media: ...

    def on_change(self, leg: "Leg") -> None: ...

    def on_track(self, leg: "Leg", track: MediaStreamTrack) -> None: ...

    def on_connection(self, leg: "Leg", connection: Connection) -> None: ...


class Leg:
    def __init__(self, ends: Ends, around: Surroundings) -> None:
        self.ends = ends
        self._around = around
        self.state = LegState.ABSENT
        self.reason: StopReason | None = None
        self.bits: int | None = None
        """What both people compare, once the keys are known."""
        self.has_changed = False
        """Another string than before in this call."""
        self.is_matched = False
        self.was_live = False
        self.connection: Connection | None = None
        self._exchange = Exchange(ends)
        self._agreed: Agreed | None = None
        self._session: UUID | None = None
        self._generation = -1
        self._failures = 0
        self._backoff = Backoff(0.5, 15.0)
        self._timer: asyncio.TimerHandle | None = None
        self._steps: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._closing: set[asyncio.Task[None]] = set()
        self._worker = asyncio.create_task(self._work())

    @property
    def seat_id(self) -> UUID:
        return self.ends.other.seat_id

    def arrive(self) -> None:
        """The other seat is there: begin, or say that this end is."""
        if self.state is not LegState.ABSENT:
            return
        self._become(LegState.KEYING)
        if self.ends.begins:
            self._in_turn(self._begin)
        else:
            self._around.pass_on(self, Rebuild(generation=0))

    def depart(self) -> None:
        """The other seat left: whoever comes back begins anew."""
        if self.state is not LegState.STOPPED:
            self._in_turn(self._depart)

    def take(self, session_id: UUID, message: LegMessage) -> None:
        self._in_turn(lambda: self._heed(session_id, message))

    def match(self) -> None:
        self.is_matched, self.has_changed = True, False
        self._around.on_change(self)

    def differ(self) -> None:
        """A person read another string: both ends stop at once."""
        self._around.pass_on(self, Differs())
        self._stop(StopReason.DIFFERS)

    def rebuild(self) -> None:
        """A new connection, whatever the old one says of itself."""
        if self._agreed is not None and self.state is not LegState.STOPPED:
            self._interrupt()

    async def close(self) -> None:
        self._worker.cancel()
        with suppress(asyncio.CancelledError):
            await self._worker
        self._forget()
        self.state = LegState.STOPPED
        await asyncio.gather(*self._closing, return_exceptions=True)

    # What Connection tells.

    def on_state(self, connection: Connection, state: str) -> None:
        if connection is not self.connection or self.state is LegState.STOPPED:
            return
        if state == "connected":
            self._unwatch()
            self._backoff.reset()
            self._failures = 0
            self.was_live = True
            self._become(LegState.LIVE)
        elif state == "disconnected":
            self._become(LegState.INTERRUPTED)
            self._watch(BACK_WITHIN_S)
        elif state in {"failed", "closed"}:
            self._interrupt()

    def on_track(self, connection: Connection, track: MediaStreamTrack) -> None:
        if connection is self.connection:
            self._around.on_track(self, track)

    def _in_turn(self, step: Callable[[], Awaitable[None]]) -> None:
        self._steps.put_nowait(step)

    async def _work(self) -> None:
        while True:
            step = await self._steps.get()
            try:
                await step()
            except Broken:
                self._stop(StopReason.BROKEN)
            except Exception as error:  # noqa: BLE001  (what another end says may break aiortc in any way)
                log.warning("a leg's step failed: %r", error)
                self._fail()

    async def _depart(self) -> None:
        self._forget()
        self._session = None
        self._become(LegState.ABSENT)

    async def _heed(self, session_id: UUID, message: LegMessage) -> None:
        if self.state is LegState.STOPPED:
            return
        is_new = session_id != self._session
        if is_new:
            self._meet(session_id, message)
        match message:
            case Commit() | Respond() | Reveal():
                await self._exchange_keys(message)
            case Describe():
                await self._heed_description(message)
            case Candidate():
                await self._heed_candidate(message)
            case Rebuild() if not is_new:
                await self._heed_rebuild(message)
            case Differs():
                self._stop(StopReason.TOLD_DIFFERS)
            case _:
                pass

    def _meet(self, session_id: UUID, message: LegMessage) -> None:
        """Another session at the other end: a page that was loaded again."""
        is_first = self._session is None
        self._session = session_id
        if not is_first:
            self._forget()
        if self.state is LegState.ABSENT:
            self._become(LegState.KEYING)
        if self.ends.begins and (not is_first or isinstance(message, Rebuild)):
            self._commit()

    async def _begin(self) -> None:
        self._commit()

    def _commit(self) -> None:
        self._exchange = Exchange(self.ends)
        self._around.pass_on(self, self._exchange.commit())

    async def _exchange_keys(self, message: Commit | Respond | Reveal) -> None:
        step = self._exchange.take(message)
        if step.say is not None:
            self._around.pass_on(self, step.say)
        if step.agreed is None:
            return
        self._agreed = step.agreed
        self._note_string(step.agreed.bits)
        self._become(LegState.CONNECTING)
        if self.ends.begins:
            await self._offer()
        else:
            self._watch(CONNECTED_WITHIN_S)

    def _note_string(self, bits: int) -> None:
        if self.bits is not None and self.bits != bits:
            self.has_changed, self.is_matched = True, False
        self.bits = bits

    async def _offer(self) -> None:
        connection = self._replace_connection(self._generation + 1)
        self._watch(CONNECTED_WITHIN_S)
        self._describe("offer", connection, await connection.offer())

    def _describe(self, type_: str, connection: Connection, sdp: str) -> None:
        ends, fingerprint = self.ends, fingerprint_in(sdp)
        if fingerprint is None:
            raise ValueError("aiortc's own description names no certificate, or more than one")
        own, other = ends.own.seat_id, ends.other.seat_id
        signed = fingerprint_bytes(ends.call_id, own, other, connection.generation, fingerprint)
        self._around.pass_on(
            self,
            Describe(
                type="offer" if type_ == "offer" else "answer",
                generation=connection.generation,
                sdp=sdp,
                fingerprint=fingerprint,
                signature=ends.key.sign(signed),
            ),
        )

    async def _heed_description(self, message: Describe) -> None:
        """Nothing of it is used, and nothing of a camera sent, before the other end's key has vouched for it."""
        if self._agreed is None:
            return
        ends = self.ends
        own, other = ends.own.seat_id, ends.other.seat_id
        signed = fingerprint_bytes(ends.call_id, other, own, message.generation, message.fingerprint)
        is_vouched = fingerprint_in(message.sdp) == message.fingerprint and is_signed(
            self._agreed.other_key, signed, message.signature
        )
        if not is_vouched:
            self._stop(StopReason.UNSIGNED)
        elif message.type == "offer":
            await self._answer(message)
        else:
            await self._accept(message)

    async def _answer(self, message: Describe) -> None:
        if self.ends.begins or message.generation <= self._generation:
            return
        connection = self._replace_connection(message.generation)
        self._watch(CONNECTED_WITHIN_S)
        answered = await connection.answer(message.sdp)
        connection.attach(self._around.media(self))
        self._describe("answer", connection, answered)

    async def _accept(self, message: Describe) -> None:
        connection = self.connection
        if not self.ends.begins or connection is None or message.generation != connection.generation:
            return
        if connection.awaits_answer:
            await connection.accept(message.sdp)
            connection.attach(self._around.media(self))

    async def _heed_candidate(self, message: Candidate) -> None:
        if self.connection is not None and message.generation == self.connection.generation:
            await self.connection.add_candidate(message)

    async def _heed_rebuild(self, message: Rebuild) -> None:
        if not self.ends.begins:
            return
        if message.generation == 0:
            self._commit()
        elif self._agreed is not None and message.generation > self._generation:
            await self._offer()

    def _replace_connection(self, generation: int) -> Connection:
        self._drop_connection()
        self._generation = generation
        around = self._around
        self.connection = Connection(generation, around.relays(), is_relayed=around.is_relayed, listener=self)
        around.on_connection(self, self.connection)
        return self.connection

    def _drop_connection(self) -> None:
        if self.connection is not None:
            closing = asyncio.create_task(close_later(self.connection))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self.connection = None

    def _watch(self, within_s: float) -> None:
        self._unwatch()
        self._timer = asyncio.get_running_loop().call_later(within_s, self._interrupt)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _interrupt(self) -> None:
        """The seat with the smaller id offers the next connection; the other asks for it until it comes."""
        self._become(LegState.INTERRUPTED)
        self._unwatch()
        self._timer = asyncio.get_running_loop().call_later(self._backoff.next_s(), self._try_again)

    def _try_again(self) -> None:
        if self.ends.begins:
            self._in_turn(self._offer)
        else:
            self._around.pass_on(self, Rebuild(generation=self._generation + 1))
            self._watch(CONNECTED_WITHIN_S)

    def _fail(self) -> None:
        if self.state is LegState.STOPPED:
            return
        self._failures += 1
        if self._failures >= FAILURES_AT_MOST:
            self._stop(StopReason.BROKEN)
        else:
            self._interrupt()

    def _stop(self, reason: StopReason) -> None:
        self._forget()
        self.reason = reason
        self._become(LegState.STOPPED)

    def _forget(self) -> None:
        self._unwatch()
        self._drop_connection()
        self._agreed = None
        self._exchange = Exchange(self.ends)
        if not self.ends.begins:
            self._generation = -1

    def _become(self, state: LegState) -> None:
        self.state = state
        self._around.on_change(self)
