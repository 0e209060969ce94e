"""How connections are set up, as the kernel says: little waits in it, and what is lost is soon sent again."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from kiosk.uplink.server import IDLE_S, TCP_NOTSENT_LOWAT, TCP_THIN_LINEAR_TIMEOUTS, UNSENT_BYTES, open_http
from server.cli.serving import KEEP_ALIVE_S, listen
from server.settings import Web
from tests.support.seaweedfs import free_ports

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_kiosks_connection_holds_little_and_asks_again_soon(address: str) -> None:
    async with open_http(address) as http, http.stream("GET", "/") as response:
        connection: socket.socket = response.extensions["network_stream"].get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == UNSENT_BYTES
        assert connection.getsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS) == 1


def test_a_servers_connections_answer_again_soon_and_outlast_a_kiosks() -> None:
    (port,) = free_ports(1)
    web = Web(public_url=f"http://127.0.0.1:{port}", host="127.0.0.1", port=port)
    with listen(web) as listener, socket.create_connection(("127.0.0.1", port)), listener.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS) == 1
    assert KEEP_ALIVE_S > IDLE_S
