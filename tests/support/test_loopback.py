"""Tests reach this machine's own addresses and no others."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.support.loopback import OutsideAddress

ELSEWHERE = "192.0.2.7"  # kept for documentation by RFC 5737: nobody answers there


def test_connection_elsewhere_is_refused() -> None:
    with pytest.raises(OutsideAddress, match=ELSEWHERE):
        socket.create_connection((ELSEWHERE, 80), timeout=1)


def test_datagram_elsewhere_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(OutsideAddress):
        sender.sendto(b"", (ELSEWHERE, 53))


def test_name_of_another_host_is_not_looked_up() -> None:
    with pytest.raises(OutsideAddress, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_listening_to_the_network_is_refused() -> None:
    with socket.socket() as listener, pytest.raises(OutsideAddress):
        listener.bind(("0.0.0.0", 0))


async def test_event_loop_is_confined_too() -> None:
    with pytest.raises(OutsideAddress):
        await asyncio.open_connection(ELSEWHERE, 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.53"])
def test_loopback_is_allowed(host: str) -> None:
    with socket.create_server((host, 0)) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        accepted.close()


def test_local_socket_is_allowed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
