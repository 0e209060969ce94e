"""The updater as a process: the kiosk's settings, its group's wish, the day's budget and the pinned root."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from kiosk.__main__ import main
from kiosk.settings import GROUP_FILE, SETTINGS_FILE, GroupSettings, Link, Settings
from kiosk.spool.opening import open_spool
from kiosk.supervisor import SPOOL
from kiosk.update import updating
from kiosk.update.repository import PINNED
from kiosk.update.slots import Program
from kiosk.update.state import Phase, gone_back
from kiosk.update.turning import RootRefused, pin_root, turn
from kiosk.uplink.allowance import UPDATES_SHARE, Allowance
from server.contract.fleet import ROOT_NAME, KioskSettings
from server.fleet.repository import utc_now
from tests.kiosk.update.served import Releases, Served
from tests.kiosk.update.test_updating import well

pytestmark = pytest.mark.usefixtures("installed_fast")


@pytest.fixture
def wanting(folder: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kiosk whose group wants 2.0."""
    settle(folder, served)
    monkeypatch.setattr(updating.Updater.__init__, "__kwdefaults__", {**_defaults(), "prove": well})
    return folder


def _defaults() -> dict[str, object]:
    return dict(updating.Updater.__init__.__kwdefaults__ or {})


def settle(folder: Path, served: Served, link: Link | None = None, wanted: str = "2.0") -> None:
    own = Settings(server_url=served.url, region="SL-W", sticks=str(folder / "sticks"), link=link or Link())
    (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(own))
    group = GroupSettings(version="0a0b0c0d-1", settings=KioskSettings(program_version=wanted))
    (folder / GROUP_FILE).write_bytes(msgspec.json.encode(group))


def test_a_turn_takes_what_the_group_wants_and_counts_it_into_the_day(wanting: Path) -> None:
    assert turn(wanting).phase is Phase.READY
    spool = open_spool(wanting / SPOOL).spool
    assert spool.sent_bytes_of(utc_now().date().isoformat()) > 1000
    spool.close()


def metered() -> Link:
    return Link(is_metered=True)


def used_up() -> Link:
    return Link(daily_bytes=1)


def quiet_now() -> Link:
    hour = utc_now().hour
    return Link(quiet_from_hour=hour, quiet_until_hour=(hour + 2) % 24)


@pytest.mark.parametrize("make", [metered, used_up, quiet_now])
def test_the_link_s_settings_hold_an_update_back(wanting: Path, served: Served, make: Callable[[], Link]) -> None:
    link = make()
    settle(wanting, served, link)
    spool = open_spool(wanting / SPOOL).spool
    Allowance(spool, link, "UTC").count(1)
    spool.close()
    assert turn(wanting).trouble == "held-back"
    assert served.asked == []


def test_an_update_leaves_half_of_the_day_to_cases(folder: Path) -> None:
    spool = open_spool(folder / SPOOL).spool
    allowance = Allowance(spool, Link(daily_bytes=1000), "UTC")
    allowance.count(int(1000 * UPDATES_SHARE) - 1)
    assert allowance.is_open_for_updates()
    allowance.count(1)
    assert not allowance.is_open_for_updates()
    spool.close()


def test_the_command_says_how_far_it_is_and_tries_again_when_told(
    wanting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Program(wanting)
    assert main(["update", "--data", str(wanting)]) == 0
    assert capsys.readouterr().out == "ready\n"
    program.save(gone_back(program.load(), "screen", utc_now()))
    assert main(["update", "--data", str(wanting)]) == 0
    assert capsys.readouterr().out == "idle\n"
    assert main(["update", "--data", str(wanting), "--again"]) == 0
    assert capsys.readouterr().out == "ready\n"


def test_the_root_is_the_server_s_when_the_kiosk_is_registered(
    folder: Path, served: Served, releases: Releases
) -> None:
    pin_root(folder, served.url)
    root = (releases.folder / "metadata" / ROOT_NAME).read_bytes()
    assert (Program(folder).folder / PINNED).read_bytes() == root


def test_the_root_is_the_image_s_where_it_has_one(folder: Path, served: Served, tmp_path: Path) -> None:
    (tmp_path / "root").write_bytes(b"{}")
    pin_root(folder, served.url, tmp_path / "root")
    assert served.asked == []
    assert (Program(folder).folder / PINNED).read_bytes() == b"{}"


def test_no_root_yet_is_no_fault_and_a_false_one_is(folder: Path, served: Served) -> None:
    pin_root(folder, "http://127.0.0.1:9")
    assert not (Program(folder).folder / PINNED).exists()
    served.change = lambda _, content: content.replace(b"2", b"3")
    with pytest.raises(RootRefused):
        pin_root(folder, served.url)
