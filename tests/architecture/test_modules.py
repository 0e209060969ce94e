"""Modules are small, say in their first line what they are for, and have names that say something."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, committed_files, is_written_by_hand, texts_of

MOST_LINES = 400
SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


@pytest.mark.parametrize("package", PACKAGES)
def test_top_level_name_is_of_this_tree(package: str) -> None:
    """The names are generic, and Piccolo's wheel brings a `tests` of its own."""
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).is_relative_to(ROOT)


def test_no_module_is_long() -> None:
    texts = texts_of(".py", ".ts", ".css", ".html", ".sh")
    lengths = {path: text.count("\n") for path, text in texts if is_written_by_hand(path)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_name_says_something() -> None:
    assert [path for path in committed_files() if path.stem in SAY_NOTHING and path.suffix in {".py", ".ts"}] == []


def test_every_module_says_what_it_is_for() -> None:
    """All but the empty files that only make a folder a package."""
    texts = [(path, text) for path, text in texts_of(".py") if text and is_written_by_hand(path)]
    assert [path for path, text in texts if ast.get_docstring(ast.parse(text)) is None] == []


def test_server_package_is_empty() -> None:
    """A kiosk's wheel ships this file beside `server/contract` and nothing of what it might import."""
    assert (ROOT / "server/__init__.py").read_text() == ""
