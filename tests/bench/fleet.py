"""Ten thousand kiosks: all back within a minute, and heartbeats per second beside a bare one-row insert.

The process is `careferry web` on SQLite with synchronous=FULL. A kiosk that comes back asks for a token and reports;
all of them do within 60 s, each at a moment of its own, as their jitter spreads them. What it prints: the 99th
percentile of one answer, and how many answers were faults of ours. Then the kiosks report as fast as they are
answered, in turns with the floor, a bare Litestar handler that inserts one row, served in the same way.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx

from server.contract.fleet import HEARTBEAT_PATH, TOKEN_PATH
from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.platform import open_platform
from server.settings import Settings
from tests.bench.figure import Figure, at_least, bounded
from tests.bench.fleet_ground import REPORT, Registered, register_kiosks, token_form
from tests.bench.fleet_sender import Sender
from tests.intake.processes import environ_of
from tests.support.platforms import settings_in
from tests.support.seaweedfs import free_ports

KIOSKS = 10_000
WITHIN_S = 60.0
HEARTBEAT_EVERY_S = 1800
P99_GOAL_S = 1.0
RATIO_GOAL = 0.25
CORES_GOAL = 0.75
"""Of the two that the platform is measured on. Unlike the percentile it can be told on a machine that is busy."""
SENDERS = 32
ROUNDS, EACH = 5, 400
START_WITHIN_S = 60


class Storm(NamedTuple):
    """The seconds that each answer took, and the statuses by how often they came."""

    answers_s: list[float]
    statuses: dict[int, int]
    tokens: list[str]


class Served(NamedTuple):
    url: str
    process_id: int

    def cpu_s(self) -> float:
        """The processor time that the process has taken; what else the machine does is not in it."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(kiosks: int = KIOSKS, within_s: float = WITHIN_S) -> Sequence[Figure]:
    return asyncio.run(_measure(kiosks, within_s))


async def _measure(kiosks: int, within_s: float) -> Sequence[Figure]:
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder), f"sqlite:///{folder}/careferry.sqlite")
        registered = await _prepare(settings, kiosks)
        async with _served(settings, "careferry") as platform, _served(settings, "bare") as bare:
            before = platform.cpu_s()
            storm = await _come_back(platform.url, registered, within_s)
            cores = (platform.cpu_s() - before) / within_s
            value, floor = await _in_turns(platform.url, bare.url, storm.tokens)
    faults = sum(count for status, count in storm.statuses.items() if status >= 500)
    _tell(storm, faults)
    return (
        bounded("fleet_back_p99", _percentile(storm.answers_s, 0.99), 0.0, "s", P99_GOAL_S),
        bounded("fleet_back_faults", faults, 0.0, "answers", 0),
        bounded("fleet_back_cores", cores, 0.0, "cores", CORES_GOAL),
        at_least("fleet_heartbeats", value, floor, "beats/s", RATIO_GOAL),
        # What the fleet asks for all day, of what one process answers.
        bounded("fleet_daily_load", kiosks / HEARTBEAT_EVERY_S / value, 0.0, "of one", 0.5),
    )


async def _prepare(settings: Settings, kiosks: int) -> list[Registered]:
    create_keys(settings.keys.folder)
    platform = open_platform(settings)
    try:
        await migrate()
        return await register_kiosks(kiosks)
    finally:
        await platform.engine.close_connection_pool()


async def _come_back(url: str, kiosks: Sequence[Registered], within_s: float) -> Storm:
    """Each kiosk at a moment of its own; whoever comes while every connection is busy waits, and that counts."""
    moments = sorted(random.Random(1).uniform(0, within_s) for _ in kiosks)
    storm = Storm([], {}, [])
    waiting: asyncio.Queue[tuple[float, Registered] | None] = asyncio.Queue()
    senders = [asyncio.create_task(_answer_kiosks(url, waiting, storm)) for _ in range(SENDERS)]
    began = time.perf_counter()
    for moment, kiosk in zip(moments, kiosks, strict=True):
        due = began + moment
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        waiting.put_nowait((due, kiosk))
    for _ in senders:
        waiting.put_nowait(None)
    await asyncio.gather(*senders)
    return storm


async def _answer_kiosks(url: str, waiting: "asyncio.Queue[tuple[float, Registered] | None]", storm: Storm) -> None:
    async with Sender(url) as sender:
        while (next_one := await waiting.get()) is not None:
            due, kiosk = next_one
            token = await sender.token(token_form(kiosk))
            asked_at = time.perf_counter()
            storm.answers_s.append(asked_at - due)
            _count(storm, sender.status)
            if not token:
                continue
            await sender.post(HEARTBEAT_PATH, REPORT, token)
            storm.answers_s.append(time.perf_counter() - asked_at)
            _count(storm, sender.status)
            storm.tokens.append(token)


def _count(storm: Storm, status: int) -> None:
    storm.statuses[status] = storm.statuses.get(status, 0) + 1


async def _in_turns(url: str, bare: str, tokens: Sequence[str]) -> tuple[float, float]:
    """Both rates of the round whose ratio is the median; the floor runs before and after each."""
    turns: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        used = [tokens[(number * EACH + place) % len(tokens)] for place in range(EACH)]
        before = await _rate(bare, "/bare", used)
        value = await _rate(url, HEARTBEAT_PATH, used)
        after = await _rate(bare, "/bare", used)
        turns.append((value, (before + after) / 2))
    return sorted(turns, key=lambda turn: turn[0] / turn[1])[ROUNDS // 2]


async def _rate(url: str, path: str, tokens: Sequence[str]) -> float:
    """Requests a second, over as many connections as kiosks come by."""
    left = list(tokens)

    async def send() -> None:
        async with Sender(url) as sender:
            while left:
                await sender.post(path, REPORT, left.pop())
                assert sender.status in {200, 201}, sender.status

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(SENDERS // 2)))
    return len(tokens) / (time.perf_counter() - began)


@asynccontextmanager
async def _served(settings: Settings, what: str) -> AsyncGenerator[Served]:
    """A process of the platform, or of the floor on a database of its own."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **environ_of(settings), "CAREFERRY__WEB__PORT": str(port)}
    command = [sys.executable, "-m", "tests.bench.fleet_serving", what, str(port)]
    process = await asyncio.create_subprocess_exec(*command, env=environ)
    try:
        await _until_answering(url)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _until_answering(url: str) -> None:
    async with asyncio.timeout(START_WITHIN_S), httpx.AsyncClient(base_url=url) as client:
        while True:
            try:
                await client.get("/nowhere")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return


def _percentile(values: Sequence[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


def _tell(storm: Storm, faults: int) -> None:
    p50, p99 = (_percentile(storm.answers_s, part) for part in (0.5, 0.99))
    sys.stderr.write(
        f"fleet: {len(storm.tokens)} kiosks back, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms,"
        f" 5xx {faults}, answers {dict(sorted(storm.statuses.items()))} at {TOKEN_PATH} and {HEARTBEAT_PATH}\n"
    )
