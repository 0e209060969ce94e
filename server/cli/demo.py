"""`careferry demo`: everything in one process over SQLite and a folder, with people and cases to look at."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from server.cli.serving import listen, run_both
from server.core.db import platform_wide
from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.log import configure_logging
from server.core.platform import open_platform
from server.settings import Audit, Database, Keys, Objects, Settings, Web

DEFAULT_DATA = Path("careferry-demo")
DEFAULT_PORT = 8080
LOG = "log.jsonl"


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("demo", help="try everything on this machine")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, metavar="DIR", help="where the demo keeps its data")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="use the photographs in DIR instead of drawn ones")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Seeds on the first start only; what was done since survives a restart."""
    data: Path = options.data.absolute()
    settings = demo_settings(data, options.port)
    with listen(settings.web) as listener:
        create_keys(settings.keys.folder)
        configure_logging(data / LOG)
        asyncio.run(_prepare(settings, options.photos))
        print(_greeting(data, settings.web.public_url), flush=True)  # noqa: T201
        return run_both(settings, listener)


def demo_settings(data: Path, port: int) -> Settings:
    """Settings whose every file lies under `data`; loopback only."""
    return Settings(
        mode="demo",
        database=Database(url=f"sqlite:///{data / 'careferry.sqlite'}"),
        objects=Objects(folder=data / "objects"),
        keys=Keys(folder=data / "keys"),
        web=Web(public_url=f"http://localhost:{port}", host="127.0.0.1", port=port),
        audit=Audit(checkpoints=data / "checkpoints"),
    )


async def _prepare(settings: Settings, photos: Path | None) -> None:
    from server.cli.seed import seed  # noqa: PLC0415  (draws and decodes: no other command needs OpenCV)

    platform = open_platform(settings)
    try:
        await migrate()
        with platform_wide():
            await seed(photos, tell=lambda line: print(line, flush=True))  # noqa: T201  (progress for whoever waits)
    finally:
        await platform.engine.close_connection_pool()


def _greeting(data: Path, address: str) -> str:
    return (
        "\nCareferry demo: people and photographs are made up; not for real patients.\n"
        f"  Start here, sign in as anyone:  {address}/demo/sign-in\n"
        f"  Messages that would be sent:    {address}/demo/messages\n"
        f"  Data, and the log ({LOG}):   {data}\n"
        "  Stop with Ctrl-C; start again and everything is still there.\n"
    )
