"""Ten thousand kiosks: all back within a minute, and heartbeats per second beside a bare one-row insert.

The process is `careferry web` on SQLite with synchronous=FULL. A kiosk that comes back opens a connection, asks for a
token and reports; all of them do within 60 s, each at a moment of its own, as their jitter spreads them, whether or not
those before have been answered. One that is told to come back later does, as kiosks do. What it prints: the 99th
percentile of one answer, and of the time from a kiosk's moment until its heartbeat is answered, whatever it waited for;
how many answers were faults of ours, and how many kiosks did not come back. Then the kiosks report as fast as they are
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

from kiosk.uplink.backoff import Backoff
from server.contract.fleet import HEARTBEAT_PATH
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
CONNECTIONS = 16
NO_ANSWER = 599
"""Counted as the server's fault: the connection was refused or broke."""
ROUNDS, EACH = 5, 400
START_WITHIN_S = 60


class Storm(NamedTuple):
    """The seconds that each answer took, and the statuses by how often they came.

    `back_s` is of the kiosks that were back: from each one's moment until its heartbeat was answered.
    """

    answers_s: list[float]
    back_s: list[float]
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
            before, began = platform.cpu_s(), time.perf_counter()
            storm = await _come_back(platform.url, registered, within_s)
            cores = (platform.cpu_s() - before) / (time.perf_counter() - began)
            value, floor = await _in_turns(platform.url, bare.url, storm.tokens)
    faults = sum(count for status, count in storm.statuses.items() if status >= 500)
    _tell(storm, faults)
    return (
        bounded("fleet_back_p99", _percentile(storm.answers_s, 0.99), 0.0, "s", P99_GOAL_S),
        bounded("fleet_back_kiosk_p99", _percentile(storm.back_s, 0.99), 0.0, "s", P99_GOAL_S),
        bounded("fleet_back_faults", faults, 0.0, "answers", 0),
        bounded("fleet_back_missing", kiosks - len(storm.back_s), 0.0, "kiosks", 0),
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
    """Each kiosk at a moment of its own."""
    draw = random.Random(1)
    moments = sorted(draw.uniform(0, within_s) for _ in kiosks)
    storm = Storm([], [], {}, [])
    began = time.perf_counter()
    async with asyncio.TaskGroup() as coming:
        for moment, kiosk in zip(moments, kiosks, strict=True):
            due = began + moment
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            coming.create_task(_bring_back(url, kiosk, due, storm))
    return storm


async def _bring_back(url: str, kiosk: Registered, due: float, storm: Storm) -> None:
    """The first wait begins at the kiosk's moment, its connection's included; no connection is held while it rests."""
    backoff, asked_at = Backoff(), due
    while True:
        try:
            async with Sender(url) as sender:
                if await _ask(sender, kiosk, asked_at, storm):
                    storm.back_s.append(time.perf_counter() - due)
        except (OSError, EOFError):
            _note(storm, NO_ANSWER, asked_at)
            return
        if sender.status != httpx.codes.TOO_MANY_REQUESTS:
            return
        await asyncio.sleep(backoff.next_s(sender.again_after_s))
        asked_at = time.perf_counter()


async def _ask(sender: Sender, kiosk: Registered, asked_at: float, storm: Storm) -> bool:
    """Whether the heartbeat was taken."""
    token = await sender.token(token_form(kiosk))
    _note(storm, sender.status, asked_at)
    if not token:
        return False
    asked_at = time.perf_counter()
    await sender.post(HEARTBEAT_PATH, REPORT, token)
    _note(storm, sender.status, asked_at)
    storm.tokens.append(token)
    return sender.status == httpx.codes.OK


def _note(storm: Storm, status: int, asked_at: float) -> None:
    storm.answers_s.append(time.perf_counter() - asked_at)
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
    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    return len(tokens) / (time.perf_counter() - began)


@asynccontextmanager
async def _served(settings: Settings, what: str) -> AsyncGenerator[Served]:
    """A process of the platform, or of the floor on a database of its own."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **environ_of(settings), "CAREFERRY__WEB__PORT": str(port)}
    command = [sys.executable, "-m", "tests.bench.fleet_serving", what]
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
    for what, taken_s in (("an answer", storm.answers_s), ("a kiosk", storm.back_s)):
        told = ", ".join(f"p{part} {_percentile(taken_s, part / 100) * 1000:.0f} ms" for part in (50, 95, 99, 100))
        sys.stderr.write(f"fleet: {len(taken_s)} times {what}: {told}\n")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    sys.stderr.write(f"fleet: 5xx {faults}, answers {dict(sorted(storm.statuses.items()))}, load {load}\n")
