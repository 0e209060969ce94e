"""`careferry bundle import`: brings in what a kiosk without a link wrote on a USB stick, any number of times."""

import argparse
from pathlib import Path
from typing import Any

from server.cases import service as cases
from server.cli.connected import run_connected
from server.core.db import working_for
from server.identity import service as identity


def register(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("bundle", help="bring in what kiosks without a link kept")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    bring: argparse.ArgumentParser = verbs.add_parser("import", help="take in a bundle, each of its cases once")
    bring.add_argument("file", type=Path)
    bring.add_argument(
        "--as",
        dest="worker",
        required=True,
        metavar="CONTACT",
        help="e-mail address or phone number of the clinic's worker in whose name the kiosk sends",
    )
    bring.set_defaults(handler=bring_in)


def bring_in(options: argparse.Namespace) -> int:
    """Prints what was taken in, and each case that was refused; 1 if any was."""
    taken = run_connected(lambda: _bring_in(options.worker, options.file))
    print(f"{taken.cases} cases and {taken.photographs} photographs are here")  # noqa: T201  (the answer)
    for case_id, why in taken.refused:
        print(f"{case_id} was not taken: {why}")  # noqa: T201  (the answer)
    return 1 if taken.refused else 0


async def _bring_in(worker: str, path: Path) -> cases.TakenIn:
    actor = await identity.worker_named(worker)
    with working_for(actor):
        return await cases.take_in_bundle(actor, path)
