"""`careferry migrate`: bring the database to the newest schema."""

import argparse
from typing import Any

from server.cli.connected import run_connected
from server.core.db.migrate import migrate


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("migrate", help="bring the database to the newest schema")
    parser.set_defaults(handler=run)


def run(_: argparse.Namespace) -> int:
    """Runs what is missing and nothing else; safe to repeat."""
    run_connected(migrate)
    return 0
