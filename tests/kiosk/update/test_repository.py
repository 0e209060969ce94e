"""What a kiosk believes of a repository: only what its pinned root leads to, never older, never without an end."""

import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tuf.api.exceptions import DownloadError

from kiosk.update.repository import METADATA, PINNED, NoRoot, Repository, TooOld, Untrusted, Wheel, is_for_machine
from kiosk.update.slots import Program
from kiosk.update.sources import PIECE_BYTES, HeldBack, LinkSource, StickSource
from kiosk.update.state import Release
from server.fleet.repository import utc_now
from tests.kiosk.update.served import Releases, Served


def fetch(repository: Repository, version: str = "2.0") -> Path:
    repository.refresh()
    (wheel,) = repository.wheels(version)
    return repository.bring(wheel)


def test_what_was_signed_comes_whole_and_is_not_fetched_twice(
    repository: Repository, releases: Releases, served: Served
) -> None:
    wheel = releases.add("2.1", weight=b"more")
    repository.refresh()
    assert repository.releases() == [Release("2.0", 2), Release("2.1", 3)]
    assert fetch(repository, "2.1").read_bytes() == wheel.read_bytes()
    fetch(repository, "2.1")
    assert len(served.targets_asked()) == 1


def test_nothing_is_believed_before_a_root_is_pinned(program: Program, http: httpx.Client) -> None:
    with pytest.raises(NoRoot):
        Repository(program.folder, LinkSource(http)).refresh()


def test_the_first_root_stays_whatever_the_server_says_later(
    repository: Repository, program: Program, releases: Releases, tmp_path: Path
) -> None:
    pinned = (program.folder / PINNED).read_bytes()
    (tmp_path / "other").mkdir()
    other = Releases(tmp_path / "other")
    shutil.rmtree(releases.folder)
    shutil.copytree(other.folder, releases.folder)
    repository.pin()
    assert (program.folder / PINNED).read_bytes() == pinned


def test_another_repository_s_keys_are_refused(repository: Repository, releases: Releases, tmp_path: Path) -> None:
    (tmp_path / "forged").mkdir()
    forged = Releases(tmp_path / "forged")
    forged.add("6.6.6")
    shutil.rmtree(releases.folder)
    shutil.copytree(forged.folder, releases.folder)
    with pytest.raises(Untrusted):
        repository.refresh()


def test_a_root_that_does_not_sign_itself_is_not_pinned(program: Program, http: httpx.Client, served: Served) -> None:
    served.change = lambda name, content: content.replace(b"2", b"3") if "root" in name else content
    with pytest.raises(Untrusted):
        Repository(program.folder, LinkSource(http)).pin()
    assert not (program.folder / PINNED).exists()


def test_changed_metadata_are_refused(repository: Repository, served: Served) -> None:
    served.change = lambda name, content: content.replace(b"2.0", b"2.9") if "targets" in name else content
    with pytest.raises(Untrusted):
        repository.refresh()


def test_an_older_timestamp_than_was_seen_is_refused_also_after_a_restart(
    repository: Repository, releases: Releases, program: Program, http: httpx.Client
) -> None:
    before = (releases.folder / "metadata/timestamp.json").read_bytes()
    releases.refresh()
    repository.refresh()
    (releases.folder / "metadata/timestamp.json").write_bytes(before)
    with pytest.raises(Untrusted):
        Repository(program.folder, LinkSource(http)).refresh()


def test_targets_of_another_moment_than_the_snapshot_are_refused(repository: Repository, releases: Releases) -> None:
    """Mix and match: the newest snapshot with the targets before it."""
    repository.refresh()
    releases.add("2.1")
    metadata = releases.folder / METADATA
    shutil.copyfile(metadata / "2.targets.json", metadata / "3.targets.json")
    with pytest.raises(Untrusted):
        repository.refresh()


def test_a_repository_that_is_held_back_is_known_by_its_age(program: Program, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = Releases(tmp_path / "old", utc_now() - timedelta(days=8))
    frozen = Repository(program.folder, StickSource(old.folder))
    frozen.pin()
    with pytest.raises(TooOld):
        frozen.refresh()
    old.refresh()
    frozen.refresh()


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "2.root"])
def test_metadata_without_an_end_are_refused_before_they_fill_anything(
    repository: Repository, releases: Releases, served: Served, role: str
) -> None:
    if role == "2.root":
        metadata = releases.folder / METADATA
        shutil.copyfile(metadata / "1.root.json", metadata / "2.root.json")
    served.endless = role
    with pytest.raises(Untrusted):
        repository.refresh()
    assert served.sent_bytes < 20_000_000


def test_a_wheel_without_an_end_is_refused(repository: Repository, served: Served, program: Program) -> None:
    served.endless = ".whl"
    with pytest.raises(Untrusted):
        fetch(repository)
    assert sum(path.stat().st_size for path in (program.folder / "wheels").rglob("*") if path.is_file()) < 100_000
    served.endless = ""
    fetch(repository)


def test_a_changed_wheel_is_refused_and_the_right_one_taken_afterwards(repository: Repository, served: Served) -> None:
    served.change = lambda name, content: content[:-1] + b"!" if name.endswith(".whl") else content
    with pytest.raises(Untrusted):
        fetch(repository)
    served.change = lambda _, content: content
    fetch(repository)


def test_a_cut_goes_on_where_it_ended(repository: Repository, releases: Releases, served: Served) -> None:
    wheel = releases.add("2.1", weight=bytes(300_000))
    served.cut_after = 100_000
    with pytest.raises(DownloadError):
        fetch(repository, "2.1")
    assert fetch(repository, "2.1").read_bytes() == wheel.read_bytes()
    first, second = served.targets_asked()
    assert first == ""
    assert 100_000 - PIECE_BYTES < int(second.removeprefix("bytes=").rstrip("-")) <= 100_000


def test_a_server_without_ranges_costs_the_bytes_and_nothing_else(
    repository: Repository, releases: Releases, served: Served
) -> None:
    wheel = releases.add("2.1", weight=bytes(300_000))
    served.cut_after, served.has_ranges = 100_000, False
    with pytest.raises(DownloadError):
        fetch(repository, "2.1")
    assert fetch(repository, "2.1").read_bytes() == wheel.read_bytes()


def test_pages_that_a_power_cut_lost_are_fetched_anew(
    repository: Repository, releases: Releases, served: Served, program: Program
) -> None:
    wheel = releases.add("2.1", weight=bytes(300_000))
    served.cut_after = 100_000
    with pytest.raises(DownloadError):
        fetch(repository, "2.1")
    (partial,) = (program.folder / "wheels").rglob("*.partial")
    partial.write_bytes(b"\0" * partial.stat().st_size)
    with pytest.raises(DownloadError):
        fetch(repository, "2.1")
    assert fetch(repository, "2.1").read_bytes() == wheel.read_bytes()


def test_what_the_link_s_settings_hold_back_stops_between_two_pieces(
    repository: Repository, releases: Releases, program: Program, http: httpx.Client
) -> None:
    releases.add("2.1", weight=bytes(1_000_000))
    repository.refresh()
    (wheel,) = repository.wheels("2.1")
    counted: list[int] = []
    thrifty = Repository(program.folder, LinkSource(http, lambda: sum(counted) < 200_000, counted.append))
    with pytest.raises(HeldBack):
        thrifty.bring(wheel)
    assert 200_000 <= sum(counted) < 400_000
    with pytest.raises(HeldBack):
        thrifty.bring(wheel)
    assert sum(counted) < 400_000, "a day that is spent fetches nothing"
    assert repository.bring(wheel).stat().st_size == wheel.size_bytes


def test_a_stick_s_links_and_pipes_are_not_read(repository: Repository, releases: Releases, tmp_path: Path) -> None:
    stick = releases.write_stick("2.0", tmp_path)
    (stick / "metadata/timestamp.json").unlink()
    (stick / "metadata/timestamp.json").symlink_to("/dev/zero")
    with pytest.raises(DownloadError):
        Repository(repository._folder, StickSource(stick)).refresh()


@pytest.mark.parametrize(
    "name, is_ours",
    [
        ("careferry-2.0-py3-none-any.whl", True),
        ("numpy-2.4.0-cp311-cp311-manylinux_2_28_aarch64.whl", True),
        ("numpy-2.4.0-cp311-cp311-manylinux_2_28_x86_64.whl", False),
        ("pillow-13.0-cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", True),
    ],
)
def test_wheels_for_other_machines_stay_where_they_are(name: str, is_ours: bool) -> None:
    assert is_for_machine(Wheel(name, "", 0, ""), "aarch64") is is_ours
