"""What measuring in photographs is worth, on scenes whose truth is known; one module for each kind of ground."""

from collections.abc import Iterator
from importlib import import_module

from tests.bench.figure import Figure

GROUNDS = ("card_ground", "followup_ground")
"""Modules of this package, each with `figures()`."""


def measure() -> Iterator[Figure]:
    for name in GROUNDS:
        yield from import_module(f"{__package__}.{name}").figures()
