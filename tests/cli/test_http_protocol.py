"""A connection is bounded before anything has been asked with it: its head, its trailer and its silence."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from server.cli.http_protocol import MOST_HEAD_BYTES, BoundedProtocol

WITHIN_S = 10
LINE = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = LINE + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = 50 * MOST_HEAD_BYTES
Receive = Callable[[], Any]
Send = Callable[[Any], Any]


class Impatient(BoundedProtocol):
    silent_after_s = 0.2


async def count_body(_scope: Any, receive: Receive, send: Send) -> None:
    """Answers how many bytes came, once all have."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@asynccontextmanager
async def connected(
    protocol: type[BoundedProtocol], app: Any = count_body
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_level="critical"))
    running = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        server.should_exit = True
        await running
        listener.close()


async def answer_to(protocol: type[BoundedProtocol], sent: bytes, *, app: Any = count_body) -> bytes:
    """Everything that comes until the server ends the connection."""
    async with connected(protocol, app) as (reader, writer):
        writer.write(sent)
        return await asyncio.wait_for(_read_to_end(reader), WITHIN_S)


async def _read_to_end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:  # it had not read all that was sent
        return b""


@pytest.mark.parametrize(
    "sent",
    [
        LINE + b"X-Endless: " + b"a" * ENDLESS,
        LINE + b"X-Short: a\r\n" * (ENDLESS // 12),
        b"GET /" + b"a" * ENDLESS,
        CHUNKED + b"1;" + b"a" * ENDLESS,
        CHUNKED + b"1\r\na\r\n0\r\nX-Endless: " + b"a" * ENDLESS,
    ],
    ids=["one header", "many headers", "address", "chunk", "trailer"],
)
async def test_what_never_ends_is_ended(sent: bytes) -> None:
    assert b"200 OK" not in await answer_to(BoundedProtocol, sent)


@pytest.mark.parametrize(
    "sent",
    [b"", b"\r\n", LINE, LINE + b"Content-Length: 9\r\n\r\nonly"],
    ids=["nothing", "a line end", "half a head", "half a body"],
)
async def test_who_owes_bytes_and_falls_silent_is_let_go(sent: bytes) -> None:
    assert b"200 OK" not in await answer_to(Impatient, sent)


async def test_a_body_is_as_long_as_it_is_and_more_may_be_asked_with_the_connection() -> None:
    async with connected(BoundedProtocol) as (reader, writer):
        for length in (ENDLESS, 3):
            writer.write(LINE + f"Content-Length: {length}\r\n\r\n".encode() + b"a" * length)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
            assert head.startswith(b"HTTP/1.1 200 OK")
            chunk = await reader.readuntil(b"0\r\n\r\n")
            assert str(length).encode() in chunk


async def test_who_waits_for_an_answer_may_be_silent() -> None:
    """As an open event stream is: it is the server that owes."""
    patience_is_over = asyncio.Event()

    class Counting(Impatient):
        looks = 0

        def _watch(self) -> None:
            super()._watch()
            self.looks += 1
            if self.looks > 5:
                patience_is_over.set()

    async def answer_late(_scope: Any, receive: Receive, send: Send) -> None:
        await receive()
        await patience_is_over.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b"late"})

    assert b"late" in await answer_to(Counting, LINE + b"Content-Length: 0\r\n\r\n", app=answer_late)
