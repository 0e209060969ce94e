"""`careferry audit`: what it needs, what it says, and its exit statuses."""

import asyncio
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from server.core.audit.commands import INTACT, NOT_VERIFIED, TAMPERED
from server.core.platform import Platform
from tests.core.audit.commanding import configure, run
from tests.core.audit.exporting import Exported, grow_and_export
from tests.core.audit.tampering import replace_event, retag
from tests.support.platforms import FakeClock


@pytest.fixture
async def exported(sqlite_trail: Platform, clock: FakeClock, tmp_path: Path) -> Exported:
    return await grow_and_export(sqlite_trail, tmp_path / "log.jsonl", clock)


@pytest.fixture
def key(sqlite_trail: Platform) -> Path:
    (path,) = sqlite_trail.settings.keys.folder.glob("audit-*.pub")
    return path


def test_an_intact_export(exported: Exported, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run("audit", "verify", exported.path, "--public-key", key, "--checkpoints", exported.folder)
    assert told == INTACT
    assert f"Intact: the audit log of organisation {exported.organisation_id}" in capsys.readouterr().out


def test_a_tampered_export(exported: Exported, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported.replace(replace_event(exported.lines, 6, retag))
    assert run("audit", "verify", exported.path, "--public-key", key) == TAMPERED
    assert "- edited: event 6 (case:never) does not match its link" in capsys.readouterr().out


def test_many_findings_are_cut_short(exported: Exported, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = exported.lines
    exported.replace([*lines[:-1], *([lines[-2]] * 100), lines[-1]])
    assert run("audit", "verify", exported.path, "--public-key", key) == TAMPERED
    assert "… and 50 more" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"nothing\n", b'{"type":"closed"}\n', b"\xff" * 100])
def test_what_is_no_export(exported: Exported, key: Path, content: bytes) -> None:
    exported.path.write_bytes(content)
    assert run("audit", "verify", exported.path, "--public-key", key) == NOT_VERIFIED


def test_what_is_no_key(exported: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "verify", exported.path, "--public-key", exported.path) == NOT_VERIFIED
    assert "is not a public key" in capsys.readouterr().err


def test_what_is_not_there(tmp_path: Path, exported: Exported, key: Path) -> None:
    assert run("audit", "verify", tmp_path / "absent", "--public-key", key) == NOT_VERIFIED


def test_verification_needs_no_settings_and_no_database(exported: Exported, key: Path, tmp_path: Path) -> None:
    """In a process of its own, with an empty environment, in another folder, and the database gone."""
    (tmp_path / "careferry.sqlite").unlink()
    program = (
        "import argparse, sys\n"
        "from server.core.audit.commands import register\n"
        "parser = argparse.ArgumentParser()\n"
        "register(parser.add_subparsers())\n"
        "parsed = parser.parse_args()\n"
        "sys.exit(parsed.handler(parsed))\n"
    )
    command = [sys.executable, "-c", program, "audit", "verify", str(exported.path), "--public-key", str(key)]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:6]) == (INTACT, "Intact")


async def test_export_and_verify(
    sqlite_trail: Platform, exported: Exported, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, sqlite_trail)
    out = tmp_path / "second.jsonl"
    told = await asyncio.to_thread(run, "audit", "export", "--organisation", exported.organisation_id, "--out", out)
    assert told == 0
    assert run("audit", "verify", out, "--public-key", key, "--checkpoints", exported.folder) == INTACT
    assert out.read_bytes().count(b'"tag":"audit:exported"') == 2


async def test_export_of_an_unknown_organisation(
    sqlite_trail: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, sqlite_trail)
    out = tmp_path / "log.jsonl"
    assert await asyncio.to_thread(run, "audit", "export", "--organisation", uuid4(), "--out", out) == 1
