"""The real kiosk, rehearsed as an update is: its own check finds it well, and finds what is not."""

import sys
from pathlib import Path

import msgspec
import pytest

from kiosk.fleet.health import program_version
from kiosk.fleet.heard import HEARD_FILE, Heard, is_heard_lately, note_heard
from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.spool.database import DATABASE
from kiosk.spool.opening import open_spool
from kiosk.supervisor import SPOOL
from kiosk.update import checking
from kiosk.update.ailments import Ailment
from kiosk.update.checking import look
from kiosk.update.proving import REHEARSAL, ask, rehearse
from tests.support.seaweedfs import free_ports

PYTHON = Path(sys.executable)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = Settings(server_url="http://127.0.0.1:9", region="SL-W", camera="v4l2:0", port=free_ports(1)[0])
    (tmp_path / SETTINGS_FILE).write_bytes(msgspec.json.encode(own))
    open_spool(tmp_path / SPOOL).spool.close()
    return tmp_path


@pytest.mark.timeout(300)
def test_this_program_passes_its_rehearsal_and_leaves_nothing(folder: Path) -> None:
    assert rehearse(PYTHON, folder, folder) is None
    assert not (folder / REHEARSAL).exists()


def test_a_kiosk_that_does_not_run_is_not_well(folder: Path) -> None:
    assert ask(PYTHON, folder) is Ailment.CAMERA


def test_a_program_that_is_not_there_does_not_start(folder: Path) -> None:
    assert ask(folder / "bin/python", folder) is Ailment.NO_START


def test_a_spool_that_is_damaged_is_found_and_left_where_it_is(folder: Path) -> None:
    (folder / SPOOL / DATABASE).write_bytes(b"no database" * 1000)
    assert look(folder, folder / SPOOL) is Ailment.SPOOL
    assert (folder / SPOOL / DATABASE).exists()


def test_only_a_heartbeat_of_this_version_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_camera_answers", _yes)
    monkeypatch.setattr(checking, "_screen_answers", _yes)
    assert look(folder, folder / SPOOL) is Ailment.HEARTBEAT
    (folder / HEARD_FILE).write_bytes(msgspec.json.encode(Heard("0.0.1")))
    assert look(folder, folder / SPOOL) is Ailment.HEARTBEAT
    note_heard(folder)
    assert msgspec.json.decode((folder / HEARD_FILE).read_bytes(), type=Heard) == Heard(program_version() or "")
    assert look(folder, folder / SPOOL) is None
    assert is_heard_lately(folder)
    assert not is_heard_lately(folder, within_s=-1)


def _yes(*_: object) -> bool:
    return True
