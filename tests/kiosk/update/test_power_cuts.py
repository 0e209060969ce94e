"""kill -9 before every durable step of an update: afterwards the kiosk runs the new version or the old one, whole."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.update.repository import Repository
from kiosk.update.slots import Program
from kiosk.update.sources import StickSource
from kiosk.update.state import Phase, Slot
from tests.kiosk.update.conftest import Environment
from tests.kiosk.update.served import Releases

STEPS_AT_LEAST = 12


@pytest.mark.timeout(600)
@pytest.mark.parametrize("ails, ends_in, told", [("", Slot.B, "2.0"), (":camera", Slot.A, "1.0")], ids=["good", "bad"])
def test_an_update_goes_on_from_every_step(
    folder: Path, environment: Environment, tmp_path: Path, ails: str, ends_in: Slot, told: str
) -> None:
    (tmp_path / "server").mkdir()
    releases = Releases(tmp_path / "server")
    releases.add("2.0", ails)
    stick = releases.write_stick("2.0", tmp_path / "sticks")
    Repository(Program(folder).folder, StickSource(stick)).pin()
    base, step = environment("1.0", ""), 0
    while True:
        step += 1
        kiosk = tmp_path / f"kiosk-{step}"
        shutil.copytree(folder, kiosk, symlinks=True)
        is_over = _live(kiosk, stick, base, step) == 0
        assert _live(kiosk, stick, base, 0) == 0
        state = Program(kiosk).load()
        assert (state.phase, state.current, state.healthy) == (Phase.IDLE, ends_in, ends_in), f"killed at step {step}"
        assert [(kiosk / "program" / name).readlink().name for name in ("current", "healthy")] == [ends_in] * 2
        assert (kiosk / "runs").read_text() == told
        assert state.outcome is not None
        assert state.outcome.succeeded is not bool(ails)
        shutil.rmtree(kiosk)
        if is_over:
            break
    assert step > STEPS_AT_LEAST


def _live(kiosk: Path, stick: Path, base: Path, dies_at: int) -> int:
    command = [sys.executable, "-m", "tests.kiosk.update.mortal", str(kiosk), str(stick), str(base), str(dies_at)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode
