"""`careferry migrate`: bring the database to the newest schema."""

import argparse
import asyncio
import os
from typing import Any

from server.core.db.migrate import migrate
from server.core.platform import open_platform
from server.settings import load


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("migrate", help="bring the database to the newest schema")
    parser.set_defaults(handler=run)


def run(_: argparse.Namespace) -> int:
    """Runs what is missing and nothing else; safe to repeat."""
    asyncio.run(_migrate())
    return 0


async def _migrate() -> None:
    platform = open_platform(load(os.environ))
    try:
        await migrate()
    finally:
        await platform.engine.close_connection_pool()
