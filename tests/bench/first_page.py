"""How long a warm start of `careferry serve` takes to its first page, beside a bare Litestar that does the same."""

import os
import subprocess
import sys
import tempfile
import time
from asyncio import run
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import msgspec

from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.platform import open_platform
from server.settings import Settings, Web
from tests.bench.figure import Figure, bounded
from tests.journeys.stack import environ_of
from tests.support.platforms import settings_in
from tests.support.seaweedfs import free_ports

ROUNDS = 3
GOAL_S = 3.0
GIVE_UP_AFTER_S = 120.0
LOOK_EVERY_S = 0.01
BARE = """
import sys, uvicorn
from litestar import Litestar, get

@get("/", media_type="text/html")
async def page() -> str:
    return "<p>first page</p>"

uvicorn.run(Litestar([page], openapi_config=None), port=int(sys.argv[1]), log_level="error")
"""


def measure(rounds: int = ROUNDS) -> Figure:
    """The best of `rounds` after one that does not count, both taken in turns."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _installation(Path(folder))
        environ = {**os.environ, **environ_of(settings)}
        careferry = [str(Path(sys.executable).with_name("careferry")), "serve"]
        bare = [sys.executable, "-c", BARE, str(settings.web.port)]
        taken_s = [
            (_start(careferry, environ, settings.web.public_url), _start(bare, environ, settings.web.public_url))
            for _ in range(rounds + 1)
        ][1:]
    value_s, floor_s = (min(each) for each in zip(*taken_s, strict=True))
    return bounded("first_page", value_s, floor_s, "s", GOAL_S)


def _installation(folder: Path) -> Settings:
    """Migrated and with its keys, as one that was started before."""
    (port,) = free_ports(1)
    settings = settings_in(folder, f"sqlite:///{folder / 'careferry.sqlite'}")
    web = Web(public_url=f"http://127.0.0.1:{port}", port=port)
    settings = msgspec.structs.replace(settings, web=web, mode="demo")
    create_keys(settings.keys.folder)
    run(_migrate(settings))
    return settings


async def _migrate(settings: Settings) -> None:
    platform = open_platform(settings)
    await migrate()
    await platform.engine.close_connection_pool()


def _start(command: Sequence[str], environ: Mapping[str, str], url: str) -> float:
    """Seconds from the start of the process to its first whole page."""
    start = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not _has_page(url):
                if process.poll() is not None or time.perf_counter() - start > GIVE_UP_AFTER_S:
                    raise RuntimeError(f"{command[0]} shows no page (exit status {process.returncode})")
                time.sleep(LOOK_EVERY_S)
            return time.perf_counter() - start
        finally:
            process.kill()


def _has_page(url: str) -> bool:
    try:
        return httpx.get(url, timeout=GIVE_UP_AFTER_S).status_code == 200
    except httpx.TransportError:
        return False
