"""The socket to the server: opened again whenever it is lost, and nothing that was said is lost with it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID, uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from kiosk.uplink.backoff import Backoff
from server.contract.call import (
    ALIVE_EVERY_S,
    MAX_FRAME_BYTES,
    SIGNALLING_PROTOCOL,
    Alive,
    Ended,
    FromEnd,
    FromServer,
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

SAID_AGAIN = 200
"""How many of the last messages are said again after an interruption: the server passes each on once."""
REFUSED_FOR_GOOD = range(4400, 4429)
"""Close codes that say that there is no seat here, or none any more."""
log = logging.getLogger(__name__)


class Listener(Protocol):
    def on_welcome(self, welcome: Welcome) -> None: ...

    def on_seats(self, seats: tuple[Seat, ...]) -> None: ...

    def on_passed(self, passed: Passed) -> None: ...

    def on_relays(self, relays: tuple[TurnServer, ...]) -> None: ...

    def on_link(self, *, is_open: bool) -> None: ...


Headers = Callable[[], Awaitable[dict[str, str]]]


class Signalling:
    def __init__(self, address: str, headers: Headers, listener: Listener, language: str | None = None) -> None:
        self._address = address
        self._headers = headers
        self._listener = listener
        self._language = language
        self._session_id = uuid4()
        self._backoff = Backoff(0.5, 15.0)
        self._said: deque[Pass] = deque(maxlen=SAID_AGAIN)
        self._number = 0
        self._heard = 0
        self._socket: ClientConnection | None = None
        self._unsent: set[asyncio.Task[None]] = set()
        self.is_live: Callable[[], bool] = lambda: False

    async def run(self) -> Ended:
        """Until the server says that the call is over for this end."""
        while True:
            try:
                ended = await self._talk()
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as lost:
                ended = _ended_by(lost)
            if ended is not None:
                return ended
            self._listener.on_link(is_open=False)
            await asyncio.sleep(self._backoff.next_s())

    def pass_on(self, to: UUID, message: LegMessage) -> None:
        self._number += 1
        said = Pass(to=to, number=self._number, message=message)
        self._said.append(said)
        self._send_soon(said)

    def say_alive(self) -> None:
        """At once, besides the heartbeat: media begin or stop, and the call's page says so."""
        self._send_soon(self._alive())

    def leave(self) -> None:
        self._send_soon(Leave())

    async def _talk(self) -> Ended | None:
        """One socket's life."""
        protocols = [Subprotocol(SIGNALLING_PROTOCOL)]
        proof = await self._headers()
        async with connect(
            self._address, additional_headers=proof, subprotocols=protocols, max_size=4 * MAX_FRAME_BYTES, proxy=None
        ) as socket:
            join = Join(session_id=self._session_id, heard=self._heard, language=self._language)
            await self._send(socket, join)
            alive = asyncio.create_task(self._say_alive(socket))
            try:
                async for content in socket:
                    frame = msgspec.json.decode(content, type=FromServer)
                    if isinstance(frame, Ended):
                        return frame
                    await self._hear(socket, frame)
            finally:
                self._socket = None
                alive.cancel()
        return None

    async def _hear(self, socket: ClientConnection, frame: FromServer) -> None:
        match frame:
            case Welcome():
                self._backoff.reset()
                self._socket = socket
                for said in tuple(self._said):
                    await self._send(socket, said)
                await self._send(socket, self._alive())
                self._listener.on_link(is_open=True)
                self._listener.on_welcome(frame)
            case Seats():
                self._listener.on_seats(frame.seats)
            case Passed() if frame.number > self._heard:
                self._heard = frame.number
                self._listener.on_passed(frame)
            case Relays():
                self._listener.on_relays(frame.relays)
            case Refused():
                log.warning("the server did not take frame %s: %s", frame.number, frame.reason)
            case _:
                pass

    async def _say_alive(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S * 2 / 3)
            await self._send(socket, self._alive())

    def _alive(self) -> Alive:
        return Alive(is_live=self.is_live(), heard=self._heard)

    def _send_soon(self, frame: FromEnd) -> None:
        """What cannot be sent now is said again after the next welcome."""
        if self._socket is not None:
            sending = asyncio.create_task(self._send(self._socket, frame))
            self._unsent.add(sending)
            sending.add_done_callback(self._unsent.discard)

    async def _send(self, socket: ClientConnection, frame: FromEnd) -> None:
        try:
            await socket.send(msgspec.json.encode(frame).decode())
        except ConnectionClosed:
            return


def _ended_by(lost: Exception) -> Ended | None:
    """A socket that was refused for good is the call's end here; any other is opened again."""
    code = lost.rcvd.code if isinstance(lost, ConnectionClosed) and lost.rcvd is not None else 0
    return Ended(reason="removed") if code in REFUSED_FOR_GOOD else None
