"""`careferry card`: the printable card that gives photographs scale and colour."""

import argparse
import sys
from pathlib import Path
from typing import Any

KINDS = ("credit-card", "a4")


def register(commands: Any) -> None:
    card: argparse.ArgumentParser = commands.add_parser("card", help="make the printable card for scale and colour")
    card.add_argument("--size", choices=KINDS, default="credit-card", help="four small cards, or one that fills a page")
    card.add_argument("--batch", type=_batch, default=0, metavar="NN", help="the print run, 0 to 99 (default 0)")
    card.add_argument("--out", type=Path, default=Path("careferry-card.pdf"), metavar="FILE", help="where to write it")
    card.set_defaults(handler=make)


def make(options: argparse.Namespace) -> int:
    """Writes the PDF and prints its name."""
    # Only this command needs OpenCV: a web process that starts must not load it.
    from server.cli.card_sheet import print_cards  # noqa: PLC0415  (only this command needs OpenCV)

    options.out.write_bytes(print_cards(options.size, options.batch))
    sys.stdout.write(f"{options.out}\n")
    return 0


def _batch(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 99:
        raise argparse.ArgumentTypeError("a batch is 0 to 99")
    return value
