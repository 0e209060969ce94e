"""The launcher: it switches when nobody is at the screen, believes what is well, and goes back from what is not."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.update.launching import STARTS_AT_MOST, Launcher, Patience
from kiosk.update.slots import Program
from kiosk.update.state import Phase, Release, Slot, State, begun, believed, ready, tried
from tests.journeys.waiting import until
from tests.kiosk.update.conftest import Environment

QUICK = Patience(look_every_s=0.01, ask_every_s=0.05, healthy_for_s=0.2, within_s=1.0)
WITHIN_S = 30.0


class Kept:
    """A launcher over a folder, with a screen that may be busy and a link that may be gone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.program = folder, Program(folder)
        self.is_busy, self.has_link = False, True
        self._launcher: Launcher | None = None

    def put_in(self, environment: Path, version: str = "2.0") -> State:
        """As the updater leaves it: whole in slot B, and ready."""
        slot = self.program.slot(Slot.B)
        slot.unlink(missing_ok=True)
        slot.symlink_to(environment)
        wanted = Release(version, 2)
        return self.program.save(ready(begun(self.program.load(), wanted), wanted))

    def begin(self) -> None:
        self._launcher = Launcher(
            self.folder, rest=lambda: not self.is_busy, reach=lambda: self.has_link, patience=QUICK
        )
        self._launcher.begin()

    def end(self) -> None:
        if self._launcher:
            self._launcher.end()
            self._launcher = None

    async def look_until(self, phase: Phase, runs: str) -> State:
        async def come() -> bool:
            assert self._launcher is not None
            self._launcher.look()
            return self.program.load().phase is phase and self.running() == runs

        await until(come, within_s=WITHIN_S, what=f"{phase} with {runs}")
        return self.program.load()

    def look(self) -> int | None:
        assert self._launcher is not None
        return self._launcher.look()

    def running(self) -> str:
        path = self.folder / "runs"
        return path.read_text() if path.exists() else ""

    def links(self) -> tuple[str, str]:
        return tuple((self.program.folder / name).readlink().name for name in ("current", "healthy"))  # pyright: ignore[reportReturnType]  (two)


@pytest.fixture
def kept(folder: Path) -> Iterator[Kept]:
    made = Kept(folder)
    yield made
    made.end()


async def test_what_is_ready_runs_is_watched_and_is_in_charge_then(kept: Kept, environment: Environment) -> None:
    kept.begin()
    await kept.look_until(Phase.IDLE, "1.0")
    kept.put_in(environment("2.0", ""))
    state = await kept.look_until(Phase.IDLE, "2.0")
    assert (state.current, state.healthy, kept.links()) == (Slot.B, Slot.B, ("b", "b"))
    assert state.outcome is not None
    assert (state.outcome.version, state.outcome.succeeded) == ("2.0", True)
    assert kept.look() == -1, "the new slot's launcher takes over"


async def test_nobody_is_interrupted(kept: Kept, environment: Environment) -> None:
    kept.is_busy = True
    kept.begin()
    await kept.look_until(Phase.IDLE, "1.0")
    kept.put_in(environment("2.0", ""))
    for _ in range(20):
        assert kept.look() is None
    assert (kept.program.load().phase, kept.running()) == (Phase.READY, "1.0")
    kept.is_busy = False
    await kept.look_until(Phase.TRYING, "2.0")
    kept.is_busy = True
    await kept.look_until(Phase.IDLE, "2.0")
    assert [kept.look() for _ in range(5)] == [None] * 5, "also not by the new slot's launcher"


@pytest.mark.parametrize("ailment", ["spool", "camera", "screen", "heartbeat", "ended", "nonsense"])
async def test_what_is_not_well_in_its_time_goes_back_with_the_reason(
    kept: Kept, environment: Environment, ailment: str
) -> None:
    kept.begin()
    kept.put_in(environment("2.0", "ended" if ailment == "ended" else f":{ailment}"))
    if ailment != "ended":  # which is over before anybody could look
        await kept.look_until(Phase.TRYING, "2.0")
    state = await kept.look_until(Phase.IDLE, "1.0")
    reason = "does-not-start" if ailment == "nonsense" else ailment
    assert (state.current, state.healthy, kept.links()) == (Slot.A, Slot.A, ("a", "a"))
    assert state.faulty == {"2.0": reason}
    assert state.outcome is not None
    assert (state.outcome.succeeded, state.outcome.reason) == (False, reason)


async def test_going_back_does_not_interrupt_a_visit_either(kept: Kept, environment: Environment) -> None:
    kept.begin()
    kept.put_in(environment("2.0", ":camera"))
    await kept.look_until(Phase.TRYING, "2.0")
    kept.is_busy = True
    begun_at = kept._launcher._began_at  # pyright: ignore[reportOptionalMemberAccess]
    while time.monotonic() - begun_at < QUICK.within_s * 1.5:
        kept.look()
    assert kept.program.load().phase is Phase.TRYING
    kept.is_busy = False
    await kept.look_until(Phase.IDLE, "1.0")


async def test_a_link_that_is_gone_is_not_the_new_version_s_fault(kept: Kept, environment: Environment) -> None:
    kept.has_link = False
    kept.begin()
    kept.put_in(environment("2.0", ":heartbeat"))
    await kept.look_until(Phase.TRYING, "2.0")
    assert (await kept.look_until(Phase.IDLE, "2.0")).healthy is Slot.B


async def test_a_version_that_takes_the_machine_down_is_not_started_for_ever(
    kept: Kept, environment: Environment
) -> None:
    kept.begin()
    kept.put_in(environment("2.0", ":camera"))
    await kept.look_until(Phase.TRYING, "2.0")
    for _ in range(STARTS_AT_MOST - 1):
        kept.end()
        kept.begin()
        assert kept.program.load().phase is Phase.TRYING
    kept.end()
    kept.begin()
    state = await kept.look_until(Phase.IDLE, "1.0")
    assert state.faulty == {"2.0": "too-many-starts"}


async def test_a_kiosk_that_ends_outside_of_a_trial_ends_the_launcher(kept: Kept, environment: Environment) -> None:
    (kept.program.folder / "slots/a").unlink()
    (kept.program.folder / "slots/a").symlink_to(environment("1.1", "ended"))
    kept.begin()

    async def ended() -> bool:
        return kept.look() == 3

    await until(ended, within_s=WITHIN_S, what="the launcher to end")


def test_a_state_that_the_disk_damaged_is_set_aside_and_the_links_say_what_ran_well(
    kept: Kept, environment: Environment
) -> None:
    kept.program.settle(State(current=Slot.B, healthy=Slot.B))
    (kept.program.folder / "update.json").write_bytes(b"\0\0\0")
    state = kept.program.load()
    assert (state.current, state.healthy, state.phase) == (Slot.B, Slot.B, Phase.IDLE)
    assert (kept.program.folder / "update.json.damaged").exists()


def test_the_launcher_of_the_slot_in_charge_takes_over(kept: Kept, environment: Environment) -> None:
    """From the machine's own program, which systemd starts; the real process."""
    kept.put_in(environment("2.0", ""))
    kept.program.save(believed(tried(kept.program.load()), datetime.now(UTC)))
    command = [sys.executable, "-m", "kiosk", "keep", "--data", str(kept.folder)]
    subprocess.run(command, check=True, timeout=WITHIN_S)
    assert (kept.folder / "kept").read_text() == "2.0"
    assert kept.links() == ("b", "b")


def test_the_machine_s_own_program_is_left_when_every_slot_is_gone(tmp_path: Path) -> None:
    program = Program(tmp_path)
    (program.folder / "slots/a").mkdir(parents=True)
    program.settle(program.recover())
    assert (program.folder / "current").resolve() == Path(sys.prefix).resolve()
