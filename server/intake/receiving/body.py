"""Reads a request's body as it comes, and tells its end from a link that died or fell silent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from server.intake.faults import SenderGone, SenderSilent

SILENT_AFTER_S = 15.0
"""Many links die without saying so: a sender of whom nothing is heard for so long is given up."""

Receive = Callable[[], Awaitable[Any]]
"""ASGI's `receive`, which `Request.stream` hides: a wait for it can be ended without losing what comes next."""


class Body:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._silence_s = 0.0
        self._is_over = False

    async def next(self, patience_s: float) -> bytes | None:
        """The next bytes, none if they do not come within `patience_s`; None at the end of the body.

        SenderGone when the connection ended before it, SenderSilent when nothing came for too long.
        """
        if self._is_over:
            return None
        message = await self._hear(min(patience_s, SILENT_AFTER_S - self._silence_s))
        if message is None:
            return b""
        if message["type"] == "http.disconnect":
            raise SenderGone
        self._silence_s = 0.0
        self._is_over = not message.get("more_body", False)
        return message.get("body", b"")

    async def _hear(self, patience_s: float) -> Any:
        loop = asyncio.get_running_loop()
        listening_since = loop.time()
        try:
            async with asyncio.timeout(max(0.0, patience_s)):
                return await self._receive()
        except TimeoutError as error:
            self._silence_s += loop.time() - listening_since
            if self._silence_s >= SILENT_AFTER_S:
                raise SenderSilent from error
            return None
