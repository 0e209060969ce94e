"""The same bytes over the same kind of link without any of ours: one plain TCP stream, and a file posted whole."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.support.lossy_link import LossyLink, Shape, lossy_link

SHAPE = Shape(cuts=((10, 3), (30, 5), (60, 4), (95, 6), (130, 3)))
PEERS = Path(__file__).parent / "peers"
PLAIN = """
import socket, sys
sending = socket.create_connection((sys.argv[1], int(sys.argv[2])), 120)
sending.settimeout(900)
sending.sendall(bytes(int(sys.argv[3])))
sending.shutdown(socket.SHUT_WR)
sending.recv(1)
"""
Receive = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def send_plainly(total_bytes: int) -> float:
    """Seconds for the bytes over the link, its cuts at the same times."""
    with lossy_link(SHAPE) as link:
        return asyncio.run(_send_plainly(link, total_bytes))


def post_whole(total_bytes: int) -> dict[str, Any]:
    """Seconds until the file was there, and how often it was begun."""
    with lossy_link(SHAPE) as link:
        return asyncio.run(_post_whole(link, total_bytes))


async def _send_plainly(link: LossyLink, total_bytes: int) -> float:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        await _answer(writer, b"!")

    server, port = await _listen(link, receive)
    begun_s = time.monotonic()
    command = [sys.executable, "-c", PLAIN, link.near, str(port), str(total_bytes)]
    process = await asyncio.create_subprocess_exec(*link.inside(command))
    await process.wait()
    server.close()
    return time.monotonic() - begun_s


async def _post_whole(link: LossyLink, total_bytes: int) -> dict[str, Any]:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(total_bytes)
        except asyncio.IncompleteReadError:
            writer.close()
            return
        await _answer(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    server, port = await _listen(link, receive)
    command = [sys.executable, str(PEERS / "whole_post.py"), f"http://{link.near}:{port}/", str(total_bytes)]
    process = await asyncio.create_subprocess_exec(*link.inside(command), stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    server.close()
    return json.loads(said)


async def _listen(link: LossyLink, receive: Receive) -> tuple[asyncio.Server, int]:
    server = await asyncio.start_server(receive, link.near, 0)
    return server, server.sockets[0].getsockname()[1]


async def _answer(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(content)
    await writer.drain()
    writer.close()
