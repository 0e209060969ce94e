"""A turn of the updater: what it takes, what it leaves, and what it never tries again by itself."""

import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from kiosk.spool import room
from kiosk.update.ailments import Ailment
from kiosk.update.installing import NotInstalled, install
from kiosk.update.proving import rehearse
from kiosk.update.repository import Wheel
from kiosk.update.slots import Program
from kiosk.update.state import Phase, Release, Slot, State, WrongStep, begun, believed, gone_back, ready, tried
from kiosk.update.updating import TRIES
from server.fleet.repository import add_release, utc_now
from tests.kiosk.update.conftest import Turns
from tests.kiosk.update.served import Releases, Served
from tests.kiosk.update.tiny import digest_of, make_wheel

AT = utc_now()
fast = pytest.mark.usefixtures("installed_fast")


def well(*_: Path) -> None:
    """Of a rehearsal that is not what the test is about."""


def ailing(*_: Path) -> Ailment:
    return Ailment.SCREEN


def runs(program: Program, slot: Slot) -> str:
    """The version that the slot's own Python finds."""
    told = [str(program.python(slot)), "-P", "-c", "import importlib.metadata as m; print(m.version('careferry'))"]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()


def test_what_the_group_wants_is_made_in_the_other_slot_and_waits(turns: Turns, program: Program) -> None:
    state = turns.turn(prove=rehearse)
    assert (state.phase, state.wanted, state.current) == (Phase.READY, Release("2.0", 2), Slot.A)
    assert runs(program, Slot.B) == "2.0"
    assert runs(program, Slot.A) == "1.0"
    assert turns.counted > 0


@fast
def test_nothing_is_asked_while_the_kiosk_runs_what_is_wanted(turns: Turns, served: Served) -> None:
    for wanted in ("1.0", ""):
        assert turns.turn(wanted).phase is Phase.IDLE
    assert served.asked == []


@fast
def test_a_turn_that_changes_nothing_writes_nothing(turns: Turns, program: Program) -> None:
    turns.turn("1.0")
    written = (program.folder / "update.json").stat().st_mtime_ns
    turns.turn("1.0")
    assert (program.folder / "update.json").stat().st_mtime_ns == written


@fast
def test_a_build_that_fails_its_rehearsal_is_reported_and_left_alone(
    turns: Turns, releases: Releases, served: Served
) -> None:
    releases.add("2.1", "rehearsal:camera")
    state = turns.turn("2.1", prove=partial(rehearse, within_s=2))
    assert (state.phase, state.current) == (Phase.IDLE, Slot.A)
    assert state.outcome is not None
    assert (state.outcome.version, state.outcome.succeeded, state.outcome.reason) == ("2.1", False, "camera")
    asked = len(served.asked)
    assert turns.turn("2.1") == state, "the same faulty release is not tried again"
    assert len(served.asked) == asked


@fast
def test_what_was_asked_for_anew_after_something_else_is_tried_again(turns: Turns) -> None:
    assert turns.turn(prove=ailing).faulty == {"2.0": "screen"}
    assert turns.turn(prove=well).phase is Phase.IDLE
    turns.turn("1.0")
    assert turns.turn(prove=well).phase is Phase.READY


def test_a_release_that_cannot_be_installed_here_is_faulty(turns: Turns, releases: Releases) -> None:
    wheel = make_wheel(releases.folder.parent / "broken", "2.2")
    wheel.write_bytes(wheel.read_bytes()[:-40])
    add_release(releases.folder, releases.offline, releases.online, "2.2", [wheel], utc_now())
    state = turns.turn("2.2")
    assert (state.faulty, state.current) == ({"2.2": "install"}, Slot.A)


@fast
def test_a_cut_and_a_busy_server_are_waited_out_with_drawn_pauses(
    turns: Turns, releases: Releases, served: Served
) -> None:
    releases.add("2.1", weight=bytes(200_000))
    served.cut_after, served.busy_times = 50_000, 0
    assert turns.turn("2.1").phase is Phase.READY
    assert len(turns.slept) == 1


@fast
def test_a_server_that_says_later_is_left_alone_at_least_as_long(turns: Turns, served: Served) -> None:
    served.busy_times = 2
    assert turns.turn().phase is Phase.READY
    assert len(turns.slept) == 2
    assert all(7 <= pause <= 14 for pause in turns.slept)
    assert turns.slept[0] != turns.slept[1], "kiosks that were sent away together must not come back together"


@fast
def test_a_server_that_stays_busy_ends_the_turn_and_faults_nothing(turns: Turns, served: Served) -> None:
    served.busy_times = TRIES
    state = turns.turn()
    assert (state.phase, state.trouble, state.faulty) == (Phase.IDLE, "server-busy", {})
    state = turns.turn()
    assert (state.phase, state.trouble) == (Phase.READY, "")


@fast
@pytest.mark.parametrize("hours", [24 * 365 * 14, -24 * 365 * 56])
def test_a_clock_of_another_year_takes_no_update(turns: Turns, served: Served, hours: int) -> None:
    served.ahead = timedelta(hours=hours)
    assert turns.turn().trouble == "clock"


@fast
def test_quiet_hours_and_a_spent_day_hold_it_back_and_say_so(turns: Turns, served: Served) -> None:
    turns.may_go_on = lambda: False
    assert turns.turn().trouble == "held-back"
    assert served.asked == []


@fast
def test_a_forged_repository_is_trouble_and_no_fault_of_the_release(turns: Turns, served: Served) -> None:
    turns.turn("1.9")
    served.change = lambda name, content: content.replace(b"2.0", b"2.9") if "targets" in name else content
    (Path(turns._folder) / "program/metadata/targets.json").unlink()
    state = turns.turn()
    assert (state.trouble, state.faulty, state.current) == ("untrusted", {}, Slot.A)


@fast
def test_a_version_that_is_not_there_is_said(turns: Turns) -> None:
    assert turns.turn("9.9").trouble == "not-there"


@fast
def test_an_older_release_is_refused_but_the_one_before_is_gone_back_to(
    turns: Turns, program: Program, releases: Releases, served: Served
) -> None:
    releases.add("2.1")
    state = turns.turn("2.1")
    program.save(believed(tried(state), AT))
    assert turns.turn("2.0").trouble == "older", "nobody leads a kiosk back to old faults"
    asked = len(served.asked)
    back = turns.turn("1.0")
    assert (back.phase, back.wanted) == (Phase.READY, Release("1.0"))
    assert len(served.asked) == asked, "it lies in the other slot"


@fast
def test_wheels_that_did_not_change_are_not_fetched_again(turns: Turns, releases: Releases, served: Served) -> None:
    same = releases.folder.parent / "made/2.0/careferry-2.0-py3-none-any.whl"
    turns.turn(prove=ailing)
    fetched = len(served.targets_asked())
    add_release(releases.folder, releases.offline, releases.online, "2.0.1", [same], utc_now())
    assert turns.turn("2.0.1").phase is Phase.READY
    assert len(served.targets_asked()) == fetched


@fast
def test_wheels_of_releases_before_do_not_fill_the_disk(turns: Turns, releases: Releases, program: Program) -> None:
    turns.turn(prove=ailing)
    wheel = releases.add("2.1")
    turns.turn("2.1")
    assert [path.name for path in (program.folder / "wheels").iterdir()] == [digest_of(wheel)]


@fast
def test_two_updaters_never_work_at_once(turns: Turns) -> None:
    states: list[State] = []

    def meanwhile(*_: Path) -> None:
        states.append(turns.turn())

    assert turns.turn(prove=meanwhile).phase is Phase.READY
    assert [state.phase for state in states] == [Phase.INSTALLING]


@fast
def test_a_stick_brings_an_update_where_there_is_no_link(
    turns: Turns, releases: Releases, served: Served, tmp_path: Path, program: Program
) -> None:
    turns.turn("1.9")
    releases.add("2.1")
    stick = releases.write_stick("2.1", tmp_path)
    served.asked.clear()
    state = turns.turn("", sticks=(stick,), is_heard=False)
    assert (state.phase, state.wanted) == (Phase.READY, Release("2.1", 3))
    assert served.asked == []
    assert runs(program, Slot.B) == "2.1"


@fast
def test_a_kiosk_that_hears_its_group_takes_from_a_stick_only_what_that_wants(
    turns: Turns, releases: Releases, tmp_path: Path
) -> None:
    turns.turn("1.9")
    stick = releases.write_stick("2.0", tmp_path)
    assert turns.turn("1.0", sticks=(stick,)).phase is Phase.IDLE
    assert turns.turn("2.0", sticks=(stick,)).phase is Phase.READY


@fast
def test_a_stick_with_an_older_release_than_runs_is_left(
    turns: Turns, releases: Releases, tmp_path: Path, program: Program
) -> None:
    stick = releases.write_stick("2.0", tmp_path)
    releases.add("2.1")
    program.save(believed(tried(turns.turn("2.1")), AT))
    assert turns.turn("2.1", sticks=(stick,), is_heard=False).phase is Phase.IDLE


@fast
def test_a_forged_stick_does_not_keep_the_link_s_update_away(turns: Turns, tmp_path: Path, program: Program) -> None:
    turns.turn("1.9")
    (tmp_path / "forged").mkdir()
    forged = Releases(tmp_path / "forged")
    forged.add("6.6.6")
    stick = forged.write_stick("6.6.6", tmp_path)
    assert turns.turn("1.0", sticks=(stick,), is_heard=False).trouble == "untrusted"
    assert turns.turn("2.0", sticks=(stick,), is_heard=False).wanted == Release("2.0", 2)


@fast
def test_a_stick_is_good_for_weeks_and_then_too_old(turns: Turns, releases: Releases, tmp_path: Path) -> None:
    turns.turn("1.9")
    stick = releases.write_stick("2.0", tmp_path, utc_now() - timedelta(days=40))
    assert turns.turn("", sticks=(stick,), is_heard=False).phase is Phase.READY
    late = releases.write_stick("2.0", tmp_path / "late", utc_now() - timedelta(days=61))
    Program(Path(turns._folder)).save(State(installed={Slot.A: Release("1.0")}))
    assert turns.turn("", sticks=(late,), is_heard=False).trouble == "too-old"


@fast
def test_after_a_stick_the_repository_s_next_refresh_is_newer(turns: Turns, releases: Releases, tmp_path: Path) -> None:
    turns.turn("1.9")
    turns.turn("", sticks=(releases.write_stick("2.0", tmp_path),), is_heard=False, prove=ailing)
    releases.add("2.1")
    assert turns.turn("2.1").phase is Phase.READY


@fast
def test_a_full_disk_is_no_fault_of_the_release(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RESERVE_BYTES", 2**60)
    state = turns.turn()
    assert (state.trouble, state.faulty) == ("no-room", {})


def test_a_wheel_s_hash_binds_what_pip_installs(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "2.0")
    with pytest.raises(NotInstalled, match="HASHES"):
        install([(Wheel(wheel.name, "0" * 64, 0, ""), wheel)], tmp_path / "slot")


def test_a_package_that_is_not_in_the_release_comes_from_nowhere(tmp_path: Path) -> None:
    wheel = tmp_path / "lonely-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr(
            "lonely-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lonely\nVersion: 1.0\nRequires-Dist: six\n"
        )
        made.writestr("lonely-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("lonely-1.0.dist-info/RECORD", "")
    with pytest.raises(NotInstalled):
        install([(Wheel(wheel.name, digest_of(wheel), 0, ""), wheel)], tmp_path / "slot")


def test_phases_follow_each_other_as_they_are_listed() -> None:
    """Every step that a verb makes from every phase, against a list written on its own."""
    allowed = {
        ("begun", "idle"), ("begun", "installing"),
        ("ready", "idle"), ("ready", "installing"),
        ("tried", "ready"), ("tried", "trying"),
        ("believed", "installing"), ("believed", "ready"), ("believed", "trying"),
        ("gone_back", "installing"), ("gone_back", "ready"), ("gone_back", "trying"),
    }  # fmt: skip
    wanted = Release("2.0", 2)
    made: dict[str, Callable[[State], State]] = {
        "begun": lambda state: begun(state, wanted),
        "ready": lambda state: ready(state, wanted),
        "tried": tried,
        "believed": lambda state: believed(state, AT),
        "gone_back": lambda state: gone_back(state, "screen", AT),
    }
    for phase in Phase:
        for name, verb in made.items():
            state = State(phase=phase, wanted=wanted)
            try:
                verb(state)
            except WrongStep:
                assert (name, phase) not in allowed
            else:
                assert (name, phase) in allowed


@fast
def test_the_state_is_json_that_the_other_slot_s_program_reads(program: Program, turns: Turns) -> None:
    state = turns.turn()
    assert json.loads((program.folder / "update.json").read_bytes())["phase"] == "ready"
    assert msgspec.json.decode(msgspec.json.encode(state), type=State) == state
