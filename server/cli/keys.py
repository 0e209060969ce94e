"""`careferry keys`: create the first keys and rotate them; key material is never made by starting a server."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.core.keys import create_keys, rotate_audit, rotate_master, rotate_receipts
from server.settings import load

ROTATIONS: dict[str, Callable[[Path], str]] = {
    "rotate-master": rotate_master,
    "rotate-receipts": rotate_receipts,
    "rotate-audit": rotate_audit,
}


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("keys", help="create and rotate key files")
    parser.add_argument("verb", choices=["init", *ROTATIONS])
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Prints the ids of the keys that were made; restart the processes to use them."""
    folder = load(os.environ).keys.folder
    made = create_keys(folder) if options.verb == "init" else (ROTATIONS[options.verb](folder),)
    sys.stdout.write("".join(f"{key_id}\n" for key_id in made) or "every kind of key is there already\n")
    return 0
