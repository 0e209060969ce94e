"""Parses the command line and runs one command; whatever refuses to start says why and exits with 78."""

import argparse
import sys
from collections.abc import Callable, Sequence

from server.cli import demo, keys, migrations, serving
from server.core.audit import commands as audit
from server.settings import SettingsRefused

EXIT_REFUSED = 78  # EX_CONFIG of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the process's exit status."""
    options = create_parser().parse_args(arguments)
    handler: Callable[[argparse.Namespace], int] = options.handler
    try:
        return handler(options)
    except SettingsRefused as refused:
        sys.stderr.write(f"careferry: {refused}\n")
        return EXIT_REFUSED


def create_parser() -> argparse.ArgumentParser:
    """Every command registers itself; each sub-parser sets `handler`."""
    parser = argparse.ArgumentParser(prog="careferry", description="Store-and-forward care.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for module in (serving, demo, migrations, keys, audit):
        module.register(commands)
    return parser
