"""What verifies a log imports nothing that stores one, so that it can be read, and run, on its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
ENTRY = "server.core.audit.verify"
STORES = ("server.core.db", "server.core.platform", "server.core.objects", "server.core.vault", "piccolo", "asyncpg")


def _imports(module: str) -> Iterator[str]:
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _reached() -> set[str]:
    """Every module that the verifier's own modules import, and theirs in turn."""
    reached, ahead = {ENTRY}, [ENTRY]
    while ahead:
        for name in _imports(ahead.pop()):
            if name not in reached:
                reached.add(name)
                ahead.append(name)
    return reached


def test_the_verifier_reaches_no_store() -> None:
    reached = _reached()
    assert "server.core.audit.walk" in reached
    assert [name for name in reached if name.startswith(STORES)] == []
