"""Parses the command line and runs one command; whatever refuses to start says why and exits with 78."""

import argparse
import sys
from collections.abc import Callable, Sequence

from server.cli import bundles, card, demo, fleet, jobs, keys, migrations, organisations, serving
from server.core.audit import commands as audit
from server.core.faults import Fault
from server.settings import SettingsRefused

EXIT_REFUSED = 78  # EX_CONFIG of sysexits.h
EXIT_FAULT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the process's exit status."""
    options = create_parser().parse_args(arguments)
    handler: Callable[[argparse.Namespace], int] = options.handler
    try:
        return handler(options)
    except SettingsRefused as refused:
        sys.stderr.write(f"careferry: {refused}\n")
        return EXIT_REFUSED
    except Fault as fault:
        sys.stderr.write(f"careferry: {fault}\n")
        return EXIT_FAULT


def create_parser() -> argparse.ArgumentParser:
    """Every command registers itself; each sub-parser sets `handler`."""
    parser = argparse.ArgumentParser(prog="careferry", description="Store-and-forward care.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for module in (serving, demo, migrations, organisations, keys, jobs, audit, card, bundles, fleet):
        module.register(commands)
    return parser
