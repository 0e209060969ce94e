"""`careferry migrate`: bring the database to the newest schema."""

import argparse
import asyncio
import os
from typing import Any

from msgspec import structs

from server.core.db.migrate import migrate
from server.core.db.roles import admit
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
    """As the owner, where the settings name one: the application's role is then let in."""
    settings = load(os.environ)
    owner_url, app_url = settings.database.owner_url, settings.database.url
    if owner_url:
        settings = structs.replace(settings, database=structs.replace(settings.database, url=owner_url))
    platform = open_platform(settings)
    try:
        await migrate()
        if owner_url:
            await admit(platform.engine, app_url)
    finally:
        await platform.engine.close_connection_pool()
