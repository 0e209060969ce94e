"""Bounds what a connection may cost before anything has been asked with it: the parser itself bounds nothing.

One header that never ends was collected whole, at ever more cost; a request that never ends was waited for for ever.
"""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
SILENT_AFTER_S = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """Ends a connection whose head (or trailer) grows past `MOST_HEAD_BYTES`, or that owes bytes and falls silent.

    A head has to be whole within `silent_after_s`; of a body something has to come as often. While reading is
    paused it is we who are slow, and the client owes nothing.
    """

    silent_after_s = SILENT_AFTER_S
    _unused_bytes = 0
    """Received since the last that was of use: the end of a head, or bytes of a body."""
    _is_owed = True
    _since_s = 0.0
    _watching: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._since_s = self.loop.time()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watching is not None:
            self._watching.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """From here on the connection is the socket's, which bounds its frames and its silence itself."""
        if self._watching is not None:
            self._watching.cancel()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        if not self._is_owed:
            self._is_owed, self._since_s = True, self.loop.time()
        self._unused_bytes += len(data)
        super().data_received(data)
        if self._unused_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_headers_complete(self) -> None:
        self._useful()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._useful()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._useful()
        self._is_owed = False
        super().on_message_complete()

    def _useful(self) -> None:
        self._unused_bytes, self._since_s = 0, self.loop.time()

    def _refuse(self) -> None:
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.send_400_response("The head of the request is too long.")
        else:
            self.transport.close()

    def _watch(self) -> None:
        silence_s = self.loop.time() - self._since_s
        if self._is_owed and silence_s >= self.silent_after_s and not self.flow.read_paused:
            self.transport.close()
            return
        self._watching = self.loop.call_later(self.silent_after_s / 2, self._watch)
