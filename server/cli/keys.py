"""`careferry keys`: create the first keys and rotate them; key material is never made by starting a server."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from server.cli.connected import run_connected
from server.core import vault
from server.core.keys import create_keys, rotate_audit, rotate_master, rotate_receipts, rotate_sealing
from server.settings import load

ROTATIONS: dict[str, Callable[[Path], str]] = {
    "rotate-master": rotate_master,
    "rotate-receipts": rotate_receipts,
    "rotate-audit": rotate_audit,
    "rotate-sealing": rotate_sealing,
}


def register(commands: Any) -> None:
    keys: argparse.ArgumentParser = commands.add_parser("keys", help="create and rotate keys")
    verbs = keys.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("init", help="make the key files that are missing").set_defaults(handler=init)
    for name, rotate in ROTATIONS.items():
        verbs.add_parser(name, help="add a newer key file").set_defaults(handler=rotate_file, rotate=rotate)
    rewrap = verbs.add_parser("rewrap-master", help="wrap every organisation's key under the newest master key")
    rewrap.set_defaults(handler=rewrap_master)
    organisation = verbs.add_parser("rotate-organisation", help="give one organisation a newer key")
    organisation.add_argument("organisation", type=UUID, metavar="ID")
    organisation.set_defaults(handler=rotate_organisation)


def init(_: argparse.Namespace) -> int:
    """Prints the ids of the keys that were made."""
    made = create_keys(load(os.environ).keys.folder)
    sys.stdout.write("".join(f"{key_id}\n" for key_id in made) or "every kind of key is there already\n")
    return 0


def rotate_file(options: argparse.Namespace) -> int:
    """Prints the new key's id; restart the processes to use it."""
    sys.stdout.write(f"{options.rotate(load(os.environ).keys.folder)}\n")
    return 0


def rewrap_master(_: argparse.Namespace) -> int:
    """Prints how many keys were wrapped anew, and which master keys are still needed."""

    async def work() -> tuple[int, frozenset[str]]:
        return await vault.rewrap_master(), await vault.masters_in_use()

    count, in_use = run_connected(work)
    sys.stdout.write(f"{count} wrapped anew; in use: {' '.join(sorted(in_use))}\n")
    return 0


def rotate_organisation(options: argparse.Namespace) -> int:
    """Prints the key's new version."""
    version = run_connected(lambda: vault.rotate_organisation_key(options.organisation))
    sys.stdout.write(f"version {version}\n")
    return 0
