"""`careferry demo` as people start it: its addresses answer, its cases outlive a restart, a taken port is told."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server.cli.demo import LOG
from tests.journeys.stack import CAREFERRY
from tests.journeys.waiting import until
from tests.support.requirements import data_folder
from tests.support.seaweedfs import free_ports

START_WITHIN_S, STOP_WITHIN_S = 200.0, 30.0
CASE = re.compile(r"/queue/cases/[0-9a-f-]{36}")
EXIT_REFUSED = 78

pytestmark = [pytest.mark.requires("bubblewrap"), pytest.mark.timeout(500)]


@asynccontextmanager
async def demo(data: Path, *more: str) -> AsyncGenerator[tuple[httpx.AsyncClient, str]]:
    """A client of the running demo and what it has printed; stopped as Ctrl-C does."""
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        *CAREFERRY, "demo", "--data", str(data), "--port", str(port), *more, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(START_WITHIN_S):
            told = (await process.stdout.readuntil(b"Ctrl-C")).decode()
        async with httpx.AsyncClient(base_url=f"http://localhost:{port}", follow_redirects=True) as client:
            await until(lambda: _answers(client), within_s=START_WITHIN_S, what="the demo to answer")
            yield client, told
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_WITHIN_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/sign-in")).is_success
    except httpx.TransportError:
        return False


async def _cases_in_the_queue(client: httpx.AsyncClient) -> set[str]:
    page = (await client.get("/demo/sign-in")).text
    pressed = re.search(
        r'"_key" value="([^"]+)">\s*<input[^>]*"person" value="([^"]+)">\s*<button[^>]*>[^<]*Ruiz', page
    )
    assert pressed, page
    form = {"_key": pressed[1], "person": pressed[2]}
    await client.post("/demo/sign-in", data=form, headers={"Origin": str(client.base_url).rstrip("/")})
    return set(CASE.findall((await client.get("/queue")).text))


async def test_cases_outlive_a_restart_and_are_made_once_and_the_log_is_one_object_a_line(tmp_path: Path) -> None:
    """One test of both, since a first start draws every photograph."""
    async with demo(tmp_path / "data") as (client, told):
        made = await _cases_in_the_queue(client)
        assert "case 16 of 16" in told
        assert str(client.base_url.join("/demo/sign-in")) in told
    async with demo(tmp_path / "data") as (client, told):
        assert "case 16" not in told
        assert await _cases_in_the_queue(client) == made
    assert made
    lines = [json.loads(line) for line in (tmp_path / "data" / LOG).read_text().splitlines()]
    assert {"event", "level", "logger", "timestamp"} <= set.intersection(*(set(line) for line in lines))
    assert {"uvicorn.error", "server.core.notices.delivery"} <= {line["logger"] for line in lines}


@pytest.mark.requires("data")
async def test_real_photographs_stand_in_for_drawn_ones(tmp_path: Path) -> None:
    photos = data_folder() / "photos"
    async with demo(tmp_path / "data", "--photos", str(photos)) as (client, told):
        assert "case 16 of 16" in told
        assert await _cases_in_the_queue(client)


async def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *CAREFERRY, "demo", "--data", str(tmp_path / "data"), "--port", port, stderr=asyncio.subprocess.PIPE
        )
        _, told = await process.communicate()
    assert process.returncode == EXIT_REFUSED
    assert f"127.0.0.1:{port}" in told.decode()
    assert "choose another port" in told.decode()
    assert not (tmp_path / "data").exists()
