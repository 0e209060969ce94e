"""Finds every text to translate and keeps the catalogues in step.

`python -m server.web.extraction` updates them; with `check` it only tells what is not translated.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2 import ext

from server.web.catalogue import FOLDER

ROOT = Path(__file__).parents[2]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
# Babel's and Jinja's declarations of an extractor differ; each takes the other's.
jinja_texts: Any = ext.babel_extract
# Shown to nobody but ourselves.
STYLE_GUIDE = "server/web/templates/web/"
FAULT_WORDS = frozenset({"title", "kept", "next_step"})
FAULTS = frozenset({"Fault", "KioskFault"})


class Texts(NamedTuple):
    """The packages whose texts one folder of catalogues holds."""

    packages: tuple[str, ...]
    folder: Path
    are_details_told: bool = True
    """Whether what a fault is raised with is shown; a kiosk's is for its log."""


PLATFORM = Texts(("server", "mobile_bridge"), FOLDER)
KIOSK = Texts(("kiosk",), ROOT / "kiosk" / "ui" / "locale", are_details_told=False)
"""A kiosk has nothing of the platform: its texts are its own."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")


def extract_texts(texts: Texts = PLATFORM) -> Catalog:
    """Every text of the pages, of the Python code and of the faults, each with the files it is in."""
    catalog = Catalog(project="Careferry", fuzzy=False)
    for path in _files(texts, "*.html"):
        options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
        for _, message, _, meaning in extract(jinja_texts, BytesIO(path.read_bytes()), KEYWORDS, options=options):
            _add(catalog, message, path, meaning)
    trees = {path: ast.parse(path.read_bytes()) for path in _files(texts, "*.py")}
    faults = _fault_names(trees.values())
    for path, tree in trees.items():
        for _, message, _, meaning in extract("python", BytesIO(path.read_bytes()), KEYWORDS):
            _add(catalog, message, path, meaning)
        for message in _class_texts(tree, faults):
            _add(catalog, message, path, None)
        for message in _detail_texts(tree, faults) if texts.are_details_told else ():
            _add(catalog, message, path, None)
    return catalog


def update_catalogues(texts: Texts) -> None:
    """New texts are added untranslated, texts that are gone are dropped; nothing is guessed."""
    found = extract_texts(texts)
    for path in sorted(texts.folder.glob("*.po")):
        catalog = _read(path)
        found.creation_date = catalog.creation_date
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as target:
            write_po(target, catalog, width=110, include_lineno=False, sort_output=True)


def find_gaps(texts: Texts = PLATFORM) -> dict[str, list[str]]:
    """By language, the texts that are missing, untranslated, or have lost or gained a placeholder."""
    found = [message for message in extract_texts(texts) if message.id]
    gaps: dict[str, list[str]] = {}
    for path in sorted(texts.folder.glob("*.po")):
        catalog = _read(path)
        gaps[path.stem] = [str(text.id) for text in found if not _is_translated(catalog.get(text.id, text.context))]
    return gaps


def find_composed_details() -> list[str]:
    """Where a fault's detail is put together in place (an f-string): no catalogue can hold it."""
    trees = {path: ast.parse(path.read_bytes()) for path in _files(PLATFORM, "*.py")}
    faults = _fault_names(trees.values())
    return [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in faults
        if any(isinstance(argument, (ast.JoinedStr, ast.BinOp, ast.Call)) for argument in node.args[:1])
    ]


def _files(texts: Texts, pattern: str) -> Iterator[Path]:
    for package in texts.packages:
        for path in sorted((ROOT / package).rglob(pattern)):
            if not path.relative_to(ROOT).as_posix().startswith(STYLE_GUIDE):
                yield path


def _add(catalog: Catalog, message: Any, path: Path, meaning: str | None) -> None:
    catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=meaning)


def _read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.stem, abort_invalid=True)


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = _forms(message.string)
    return all(strings) and _placeholders(strings[-1]) == _placeholders(_forms(message.id)[-1])


def _forms(words: Any) -> tuple[str, ...]:
    """Singular and plural, or the one form there is; what is said of one may leave the number out."""
    return (words,) if isinstance(words, str) else tuple(words or ())


def _placeholders(words: str) -> set[str]:
    return set(_PLACEHOLDER.findall(words))


def _fault_names(trees: Any) -> frozenset[str]:
    """The names of all classes that descend from a fault: what they say is shown as a page."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = set(FAULTS)
    while grown := {name for name, parents in bases.items() if parents & found} - found:
        found |= grown
    return frozenset(found)


def _class_texts(tree: ast.Module, faults: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in faults:
            yield from _class_words(node)


def _detail_texts(tree: ast.Module, faults: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in faults:
            yield from (text for text in map(_constant_text, node.args[:1]) if text)


def _class_words(fault: ast.ClassDef) -> Iterator[str]:
    for statement in fault.body:
        names = {target.id for target in _targets(statement) if isinstance(target, ast.Name)}
        if names & FAULT_WORDS and isinstance(statement, (ast.Assign, ast.AnnAssign)):
            text = _constant_text(statement.value)
            if text:
                yield text


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def _constant_text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def main(arguments: list[str]) -> int:
    gaps: list[str] = []
    for texts in (PLATFORM, KIOSK):
        if arguments != ["check"]:
            update_catalogues(texts)
        gaps += [f"{language}: {text}" for language, missing in find_gaps(texts).items() for text in missing]
    sys.stdout.writelines(f"{gap}\n" for gap in gaps)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
