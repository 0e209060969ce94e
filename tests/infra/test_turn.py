"""Debian's coturn with production's configuration: what it grants to a seat of a call, and what it refuses."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from server.calls.turn import relays_for, renew_after_s
from server.contract.call import TurnServer
from server.settings import Turn
from tests.support.turn_client import ANSWERED_WITHIN_S, UNAUTHORISED, TurnClient

pytestmark = pytest.mark.requires("coturn")

PRODUCTION = Path(__file__).parents[2] / "infra" / "turn" / "turnserver.conf"
SECRET = "a secret that both sides share"
OF_PRODUCTION = ("cert=", "pkey=", "tls-listening-port=", "listening-port=", "syslog")
"""Lines that name this machine's certificate, ports and journal."""
FORBIDDEN = 403


def turn(lasts_s: int = 600) -> Turn:
    return Turn(urls=("turn:turn.example:3478?transport=udp",), secret=SECRET, lasts_s=lasts_s)


def credentials(at: datetime | None = None) -> TurnServer:
    (relay,) = relays_for(turn(), uuid4(), at or datetime.now(UTC))
    return relay


@pytest.fixture(scope="module")
async def coturn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """Its port."""
    folder = tmp_path_factory.mktemp("coturn")
    lines = PRODUCTION.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(OF_PRODUCTION)]
    (folder / "turnserver.conf").write_text("\n".join(kept))
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        *("-c", str(folder / "turnserver.conf"), "--static-auth-secret", SECRET),
        *("--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "--listening-port", str(port)),
        *("--no-tls", "--no-dtls", "--pidfile", str(folder / "pid"), "--userdb", str(folder / "db")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        await _until_answering(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def test_a_seats_credentials_are_granted(coturn: int) -> None:
    relay = credentials()
    with TurnClient(coturn, relay.username, relay.credential) as client:
        assert await client.allocate() == 0
        assert await client.permit("8.8.8.8") == 0


@pytest.mark.parametrize(
    "peer",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.0.0.0"],
)
async def test_nothing_behind_the_relay_is_a_peer(coturn: int, peer: str) -> None:
    relay = credentials()
    with TurnClient(coturn, relay.username, relay.credential) as client:
        assert await client.allocate() == 0
        assert await client.permit(peer) == FORBIDDEN


async def test_credentials_that_are_over_open_nothing(coturn: int) -> None:
    relay = credentials(datetime.now(UTC) - timedelta(seconds=601))
    with TurnClient(coturn, relay.username, relay.credential) as client:
        assert await client.allocate() == UNAUTHORISED


async def test_nobody_lengthens_their_own(coturn: int) -> None:
    relay = credentials()
    expires_s, _, seat = relay.username.partition(":")
    with TurnClient(coturn, f"{int(expires_s) + 3600}:{seat}", relay.credential) as client:
        assert await client.allocate() == UNAUTHORISED


def test_credentials_hold_ten_minutes_at_most_by_the_servers_clock() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    seat_id = uuid4()
    (relay,) = relays_for(turn(), seat_id, at)
    assert relay.expires_at == at + timedelta(minutes=10)
    assert relay.username == f"{int(relay.expires_at.timestamp())}:{seat_id}"
    assert relays_for(None, seat_id, at) == ()
    renewed_s = renew_after_s(turn())
    assert renewed_s is not None
    assert renewed_s < turn().lasts_s
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"urls": ["turn:t"], "secret": SECRET, "lasts_s": 601}, Turn)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _until_answering(port: int) -> None:
    async with asyncio.timeout(6 * ANSWERED_WITHIN_S):
        while True:
            try:
                with TurnClient(port, "nobody", "nothing") as client:
                    await asyncio.wait_for(client.allocate(), 0.5)
            except (TimeoutError, OSError):
                continue
            return
