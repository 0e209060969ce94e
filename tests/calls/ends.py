"""A real server on a loopback port, and ends that hold real sockets to it."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import msgspec
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from server.cli.http_protocol import BoundedProtocol
from server.contract.call import (
    MAX_FRAME_BYTES,
    SIGNALLING_PATH,
    SIGNALLING_PROTOCOL,
    Candidate,
    Ended,
    FromEnd,
    FromServer,
    Join,
    Pass,
    Passed,
    Seats,
    Welcome,
)
from server.core.access import Actor
from server.core.platform import Platform
from tests.support.applications import application
from tests.support.people import sign_in

FrameT = TypeVar("FrameT")
WITHIN_S = 60.0
_decoder: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


class End:
    """One end's socket; what comes is kept until it is asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.session_id = uuid4()
        self.seat_id: UUID | None = None
        self.said = 0

    async def join(self, *, heard: int = 0) -> Welcome:
        await self.say(Join(session_id=self.session_id, heard=heard))
        welcome = await self.hear(Welcome)
        self.seat_id = welcome.seat_id
        return welcome

    async def say(self, frame: FromEnd) -> None:
        await self._socket.send(msgspec.json.encode(frame).decode())

    async def say_raw(self, content: str | bytes) -> None:
        await self._socket.send(content)

    async def pass_to(self, to: UUID, words: str = "candidate:1", *, number: int | None = None) -> None:
        if number is None:
            self.said += 1
            number = self.said
        await self.say(Pass(to=to, number=number, message=Candidate(generation=0, candidate=words)))

    async def hear(self, kind: type[FrameT]) -> FrameT:
        """The next frame of that kind; others before it are passed over."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame = _decoder.decode(await self._socket.recv())
                if isinstance(frame, kind):
                    return frame

    async def hear_candidates(self, most: int) -> list[str]:
        passed = [await self.hear(Passed) for _ in range(most)]
        return [each.message.candidate for each in passed if isinstance(each.message, Candidate)]

    async def hear_seats(self, count: int) -> Seats:
        """The first list of so many."""
        while True:
            seats = await self.hear(Seats)
            if len(seats.seats) == count:
                return seats

    async def hear_end(self) -> str:
        """The reason of the last frame; the socket is closed after it."""
        reason = (await self.hear(Ended)).reason
        assert await self.closed() == 1000
        return reason

    async def closed(self) -> int | None:
        """The code with which the server closed."""
        async with asyncio.timeout(WITHIN_S):
            try:
                while True:
                    await self._socket.recv()
            except ConnectionClosed:
                return self._socket.close_code

    async def drop(self) -> None:
        """As a link that breaks: without a word."""
        self._socket.transport.abort()
        await self._socket.wait_closed()


class Exchange:
    """The server's address, and its people's browsers."""

    def __init__(self, url: str) -> None:
        self.url = url

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"Accept": "text/html"})

    async def cookies_of(self, actor: Actor) -> dict[str, str]:
        """Of the actor, signed in."""
        async with self.browser() as client:
            await sign_in(client, actor)
            return {str(cookie.name): str(cookie.value) for cookie in client.cookies.jar}

    @asynccontextmanager
    async def end_of(self, actor: Actor, call_id: UUID) -> AsyncGenerator[End]:
        async with self.end_with({"Cookie": as_header(await self.cookies_of(actor))}, call_id) as end:
            yield end

    @asynccontextmanager
    async def end_with(
        self, headers: dict[str, str], call_id: UUID, *, origin: str | None = "", protocol: str = SIGNALLING_PROTOCOL
    ) -> AsyncGenerator[End]:
        """A socket with those headers; `origin` empty is the server's own, None sends none."""
        options: dict[str, Any] = {
            "additional_headers": headers,
            "subprotocols": [Subprotocol(protocol)] if protocol else None,
            "origin": Origin(self.url if origin == "" else origin) if origin is not None else None,
            "proxy": None,
            "max_size": None,
        }
        address = self.url.replace("http", "ws", 1) + SIGNALLING_PATH.format(call_id=call_id)
        async with connect(address, **options) as opened:
            yield End(opened)


def as_header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def _until_started(server: uvicorn.Server) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not server.started:  # noqa: ASYNC110  (uvicorn tells nobody)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def exchange_on(platform: Platform) -> AsyncGenerator[Exchange]:
    """The application as production serves it, in this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(platform),
        http=BoundedProtocol,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _until_started(server)
        yield Exchange(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        await serving
