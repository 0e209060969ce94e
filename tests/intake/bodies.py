"""Request bodies as ASGI delivers them: whole, cut off, silent, or one piece at a time under the test's control."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from server.core.access import Actor
from server.intake import service
from server.intake.receiving.body import Receive
from server.intake.schemas import Checksum, Incoming, Progress

DISCONNECT = {"type": "http.disconnect"}


def request(chunk: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": chunk, "more_body": more}


def whole(*chunks: bytes) -> Receive:
    """A body that ends as it should."""
    return scripted([*(request(chunk, more=True) for chunk in chunks), request(b"", more=False)])


def cut_off(*chunks: bytes) -> Receive:
    """A body whose connection ends too early."""
    return scripted([*(request(chunk, more=True) for chunk in chunks), DISCONNECT])


def silent(*chunks: bytes) -> Receive:
    """A body of which no more comes, on a connection that stays."""
    return scripted([request(chunk, more=True) for chunk in chunks])


def scripted(messages: Iterable[dict[str, Any]]) -> Receive:
    remaining = iter(messages)

    async def receive() -> dict[str, Any]:
        for message in remaining:
            return message
        return await asyncio.get_running_loop().create_future()

    return receive


class Sender:
    """Gives a running PATCH one chunk at a time."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.listening = asyncio.Event()
        """Set once the server has asked for the first bytes, by when it has the lease."""

    async def receive(self) -> dict[str, Any]:
        self.listening.set()
        return await self._messages.get()

    def send(self, chunk: bytes) -> None:
        self._messages.put_nowait(request(chunk, more=True))

    def end(self) -> None:
        self._messages.put_nowait(request(b"", more=False))

    def die(self) -> None:
        self._messages.put_nowait(DISCONNECT)


@asynccontextmanager
async def running_patch(actor: Actor, token: str, offset: int) -> AsyncGenerator[tuple[Sender, asyncio.Task[Progress]]]:
    """A PATCH that has the upload's lease and waits for the sender; it is ended with the block, however that ends."""
    sender = Sender()
    running = asyncio.create_task(patch(actor, token, offset, sender.receive))
    try:
        await sender.listening.wait()
        yield sender, running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def patch(
    actor: Actor, token: str, offset: int, receive: Receive, *, checksum: Checksum | None = None
) -> Progress:
    """One PATCH whose length is not announced."""
    incoming = Incoming(offset=offset, length_bytes=None, checksum=checksum)
    return await service.receive_bytes(actor, token, incoming, receive)


async def upload_whole(actor: Actor, token: str, content: bytes) -> Progress:
    """The content in one PATCH from the beginning."""
    return await patch(actor, token, 0, whole(content))
