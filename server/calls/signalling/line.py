"""The socket as a line of the contract's frames: one JSON value each way, within bounds and within time."""

import asyncio
from typing import Any, TypeAlias

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from server.calls.signalling.bounds import Bounds
from server.contract.call import (
    ALIVE_EVERY_S,
    CLOSE_BASE,
    MAX_FRAME_BYTES,
    SIGNALLING_PROTOCOL,
    FromEnd,
    FromServer,
    Refused,
)
from server.core.faults import Fault

Socket: TypeAlias = WebSocket[Any, Any, Any]
SILENT_AFTER_S = 3.0 * ALIVE_EVERY_S
SENT_WITHIN_S = 20.0
"""An end that takes nothing for so long is gone: nothing piles up for it here, since it is read from the database."""

_decoder: msgspec.json.Decoder[FromEnd] = msgspec.json.Decoder(FromEnd)
_encoder = msgspec.json.Encoder()


class LineLost(Exception):
    """The other side is gone, or says nothing any more."""


class Line:
    """Frames in, frames out; what cannot be taken is answered and counted."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._bounds = Bounds()
        self._sending = asyncio.Lock()

    async def open(self) -> None:
        await self._socket.accept(subprotocols=SIGNALLING_PROTOCOL)

    async def read(self) -> FromEnd:
        """The next frame that can be understood; LineLost, and TooManyFrames once too many could not."""
        while True:
            content = await self._receive()
            if not self._bounds.has_room():
                await self.refuse(Refused(reason="too-many"))
                continue
            try:
                return _decoder.decode(content)
            except (msgspec.DecodeError, RecursionError):
                await self.refuse(Refused(reason="not-understood"))

    async def refuse(self, refused: Refused) -> None:
        """Tell the end; TooManyFrames when that was once too often."""
        self._bounds.note_refused()
        await self.say(refused)

    async def say(self, frame: FromServer) -> None:
        try:
            async with self._sending, asyncio.timeout(SENT_WITHIN_S):
                await self._socket.send_text(_encoder.encode(frame).decode())
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError) as error:
            raise LineLost from error

    async def hang_up(self, fault: Fault | None = None) -> None:
        """Close in order, or with the fault's status and code."""
        code, reason = (CLOSE_BASE + fault.status, fault.code) if fault else (1000, "")
        try:
            async with asyncio.timeout(SENT_WITHIN_S):
                await self._socket.close(code=code, reason=reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            return

    async def _receive(self) -> bytes:
        try:
            async with asyncio.timeout(SILENT_AFTER_S):
                event = await self._socket.receive()
        except (TimeoutError, WebSocketDisconnect) as error:
            raise LineLost from error
        if event["type"] != "websocket.receive":
            raise LineLost
        text = event.get("text")
        content = text.encode() if text is not None else b""
        return content if len(content) <= MAX_FRAME_BYTES else b""
