"""`./dev bench [NAME…] [--json]`: runs the measurements and tells each figure beside its floor of the same run.

A measurement is a module of this package with `measure()`; `--json` tells one object a line. Exit status 1 where a
figure misses its goal.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import msgspec
import structlog

from tests.bench.figure import Figure

FOLDER = Path(__file__).parent
Measure = Callable[[], Figure | Sequence[Figure]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was named, or everything; answers the process's exit status."""
    options = _parser().parse_args(arguments)
    known = measurements()
    unknown = sorted(set(options.names) - known.keys())
    if unknown:
        sys.stderr.write(f"there is no measurement {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    _silence()
    held = [_tell(figure, as_json=options.json) for name in options.names or known for figure in _figures(known[name])]
    return 0 if all(held) else 1


def measurements() -> dict[str, str]:
    """The names that can be asked for, with the module of each; nothing is imported."""
    found = sorted(path.stem for path in FOLDER.glob("*.py"))
    return {name: f"{__package__}.{name}" for name in found if _measures(name)}


def _measures(name: str) -> bool:
    """By the module's text: importing one may take what another measures."""
    return "\ndef measure(" in FOLDER.joinpath(f"{name}.py").read_text()


def _figures(module: str) -> Iterator[Figure]:
    measured = cast("Measure", importlib.import_module(module).measure)()
    yield from [measured] if isinstance(measured, Figure) else measured


def _tell(figure: Figure, *, as_json: bool) -> bool:
    sys.stdout.write(_as_json(figure) if as_json else _as_text(figure))
    sys.stdout.flush()
    return figure.holds


def _as_json(figure: Figure) -> str:
    return msgspec.json.encode(figure).decode() + "\n"


def _as_text(figure: Figure) -> str:
    verdict = "holds" if figure.holds else "MISSED"
    return (
        f"{figure.name:<36} {figure.value:>12,.2f} {figure.unit:<8} floor {figure.floor:>12,.2f}"
        f"  ratio {figure.ratio:>7.2f}  {figure.goal:<20} {verdict}\n"
    )


def _silence() -> None:
    """The platform's own log lines would stand between the figures."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Each figure beside a floor of the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure; everything without a name")
    parser.add_argument("--json", action="store_true", help="one object a line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
