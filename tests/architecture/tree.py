"""The files that are committed or about to be: what git knows and does not ignore."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("server", "workers", "kiosk", "mobile_bridge", "imaging", "tests")


@cache
def committed_files() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def texts_of(*suffixes: str) -> list[tuple[Path, str]]:
    """Path within the tree and text of every committed file, or of those with one of these suffixes."""
    chosen = (path for path in committed_files() if not suffixes or path.suffix in suffixes)
    return [(path.relative_to(ROOT), text) for path in chosen if (text := _text(path)) is not None]


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def is_written_by_hand(path: Path) -> bool:
    """Piccolo writes migrations from the tables."""
    return "piccolo_migrations" not in path.parts
