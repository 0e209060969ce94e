"""`careferry fleet release`: makes the update repository, puts releases into it, and keeps it fresh."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from server.fleet.repository import (
    STICK_FRESH_FOR,
    RepositoryRefused,
    add_release,
    init_repository,
    refresh,
    utc_now,
    write_stick,
)

EXIT_REFUSED = 1


def register(commands: Any) -> None:
    fleet: argparse.ArgumentParser = commands.add_parser("fleet", help="releases for kiosks")
    release = fleet.add_subparsers(required=True, metavar="VERB").add_parser("release", help="the update repository")
    verbs = release.add_subparsers(required=True, metavar="VERB")
    init = _verb(verbs, "init", "make the keys and an empty repository", _init)
    init.add_argument("--offline", type=Path, required=True, help="a stick: root and targets keys, on no server")
    add = _verb(verbs, "add", "sign a version's wheels and settings", _add)
    add.add_argument("--offline", type=Path, required=True, help="the stick with the targets key")
    add.add_argument("--version", required=True)
    add.add_argument("files", type=Path, nargs="+", metavar="FILE")
    stick = _verb(verbs, "stick", "write one version to a USB stick, for kiosks without a link", _stick)
    stick.add_argument("--version", required=True)
    stick.add_argument("--to", type=Path, required=True, metavar="DIR", help="the stick")
    _verb(verbs, "refresh", "sign that nothing newer is there; daily", _refresh)


def _verb(verbs: Any, name: str, told: str, handler: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=told)
    parser.add_argument("--repository", type=Path, required=True, help="what `updates` in the settings names")
    parser.add_argument("--online", type=Path, required=True, help="folder of the snapshot and timestamp keys")
    parser.set_defaults(handler=partial(_carry_out, handler))
    return parser


def _carry_out(handler: Any, options: argparse.Namespace) -> int:
    try:
        handler(options)
    except (RepositoryRefused, OSError) as refused:
        sys.stderr.write(f"careferry: {refused}\n")
        return EXIT_REFUSED
    return 0


def _init(options: argparse.Namespace) -> None:
    root = init_repository(options.repository, options.offline, options.online, utc_now())
    sys.stdout.write(f"kiosks trust {root}: put it into their image\n")


def _add(options: argparse.Namespace) -> None:
    paths = add_release(options.repository, options.offline, options.online, options.version, options.files, utc_now())
    sys.stdout.write("".join(f"{path}\n" for path in paths))


def _refresh(options: argparse.Namespace) -> None:
    refresh(options.repository, options.online, utc_now())


def _stick(options: argparse.Namespace) -> None:
    folder = write_stick(options.repository, options.online, options.version, options.to, utc_now())
    sys.stdout.write(f"{folder} goes with the stick; kiosks take it for {STICK_FRESH_FOR.days} days\n")
