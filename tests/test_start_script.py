"""`./dev` sets up what is missing, once, and then gets out of the way. A recording stands in for Python."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Writes down how it was called; as `python -m venv DIR` it fills DIR with itself.
RECORDING = """#!/bin/sh
printf '%s %s\\n' "${0##*/}" "$*" >>"$RECORD"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    for program in python careferry; do cp "$0" "$3/bin/$program"; done
fi
case "$*" in *"$FAILING"*) exit 7 ;; esac
"""


@dataclass
class Tree:
    """A tree that holds the start script and the files it looks at."""

    root: Path

    def run(self, *arguments: str, failing: str = "nothing") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.root / 'programs'}:/usr/bin:/bin",
            "RECORD": str(self.record),
            "FAILING": failing,
        }
        self.record.write_text("")
        command = [str(self.root / "dev"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)

    @property
    def record(self) -> Path:
        return self.root / "record"

    def calls(self) -> list[str]:
        """What was run, less the two questions to a Python whether it will do."""
        return [line for line in self.record.read_text().splitlines() if " -c " not in line]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    shutil.copy(ROOT / "dev", tmp_path)
    for name in ("requirements.lock", "pyproject.toml", "browser_build.py"):
        (tmp_path / name).write_text(name)
    (tmp_path / "programs").mkdir()
    for name in ("python3.11", "bwrap", "chromium"):
        program = tmp_path / "programs" / name
        program.write_text(RECORDING)
        program.chmod(0o755)
    return Tree(tmp_path)


def test_first_run_sets_up_and_then_runs_the_verb(tree: Tree) -> None:
    assert tree.run("demo", "--port", "0").returncode == 0
    venv, locked, itself, browser, verb = tree.calls()
    assert venv == f"python3.11 -m venv {tree.root}/.venv"
    assert locked.endswith(f"install --quiet --quiet --no-deps --require-hashes -r {tree.root}/requirements.lock")
    assert itself.endswith(f"install --quiet --quiet --no-deps --no-build-isolation -e {tree.root}")
    assert browser == f"python -I -S {tree.root}/browser_build.py"
    assert verb == "careferry demo --port 0"


def test_second_run_finds_everything_done(tree: Tree) -> None:
    tree.run("demo")
    tree.run("migrate")
    assert tree.calls() == [f"python -I -S {tree.root}/browser_build.py", "careferry migrate"]


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_changed_pins_are_installed(tree: Tree, name: str) -> None:
    tree.run("demo")
    (tree.root / name).write_text("something else")
    tree.run("demo")
    assert len(tree.calls()) == 5


def test_interrupted_set_up_starts_from_nothing(tree: Tree) -> None:
    assert tree.run("demo", failing="--require-hashes").returncode == 7
    left_behind = tree.root / ".venv/half-made"
    left_behind.touch()
    assert tree.run("demo").returncode == 0
    assert not left_behind.exists()


def test_failed_build_keeps_what_was_installed(tree: Tree) -> None:
    assert tree.run("demo", failing="--no-build-isolation").returncode == 7
    installed = tree.root / ".venv/installed"
    installed.touch()
    assert tree.run("demo").returncode == 0
    assert installed.exists()


def test_moved_tree_is_set_up_anew(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    tree.run("demo")
    moved = Tree(tmp_path_factory.mktemp("elsewhere") / "tree")
    shutil.move(tree.root, moved.root)
    moved.run("demo")
    assert moved.calls()[0] == f"python3.11 -m venv {moved.root}/.venv"


def test_failing_verb_fails(tree: Tree) -> None:
    assert tree.run("migrate", failing="migrate").returncode == 7


def test_soak_asks_for_journeys_at_length_calls_over_a_bad_link_and_histories_of_bookings(tree: Tree) -> None:
    tree.run("soak", "-x")
    suites = "tests/journeys tests/kiosk/call/test_bad_link.py tests/scheduling/test_slots.py"
    assert tree.calls()[-1] == f"python -m pytest {suites} tests/scheduling/test_histories.py -x"


def test_machine_without_python_is_told_what_is_missing(tree: Tree) -> None:
    programs = tree.root / "programs"
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    refused = tree.run("demo")
    assert refused.returncode == 1
    assert "Python 3.11 or newer is missing" in refused.stderr


def test_unknown_verb_shows_the_verbs(tree: Tree) -> None:
    refused = tree.run("dance")
    assert refused.returncode == 2
    assert "usage: ./dev VERB" in refused.stderr
    assert tree.calls() == []
