"""Releases are signed by keys that are on no server, and a real TUF client refuses what is forged, old or held back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from tuf.api.exceptions import DownloadError, DownloadHTTPError, ExpiredMetadataError, RepositoryError
from tuf.ngclient import FetcherInterface, Updater

from server.cli.main import main
from server.contract.fleet import STICK_FOLDER
from server.core.platform import Platform, bind_platform
from server.fleet import updates
from server.fleet.repository import RepositoryRefused, add_release, init_repository, refresh, utc_now
from server.settings import Fleet
from tests.fleet.kiosk import FakeKiosk, KioskKey
from tests.support.applications import application

WHEEL = b"PK wheel of a kiosk" * 1000
BASE = "https://server.example/updates/"


class FolderFetcher(FetcherInterface):
    """Fetches from the folder as the server serves it."""

    def __init__(self, folder: Path, change: Callable[[str, bytes], bytes] = lambda _, content: content) -> None:
        self._folder, self._change = folder, change

    def _fetch(self, url: str) -> Iterator[bytes]:
        file = self._folder / url.removeprefix(BASE)
        if not file.exists():
            raise DownloadHTTPError("not found", 404)
        yield self._change(file.name, file.read_bytes())


class Release:
    """A repository with one release, and the state of one kiosk that follows it."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.repository, self.offline, self.online = (folder / name for name in ("repository", "stick", "online"))
        self.kiosk = folder / "kiosk"
        self.kiosk.mkdir()
        self.root = init_repository(self.repository, self.offline, self.online, at).read_bytes()
        self.wheel = folder / "careferry-1.4.0-py3-none-any.whl"
        self.wheel.write_bytes(WHEEL)
        self.add("1.4.0", at)

    def add(self, version: str, at: datetime) -> None:
        add_release(self.repository, self.offline, self.online, version, [self.wheel], at)

    def fetch(self, version: str = "1.4.0", **fetcher: Callable[[str, bytes], bytes]) -> bytes:
        """What a kiosk gets that trusts the first root and remembers what it saw."""
        client = Updater(
            str(self.kiosk),
            f"{BASE}metadata/",
            str(self.kiosk),
            f"{BASE}targets/",
            fetcher=FolderFetcher(self.repository, **fetcher),
            bootstrap=self.root,
        )
        client.refresh()
        info = client.get_targetinfo(f"releases/{version}/{self.wheel.name}")
        assert info is not None
        return Path(client.download_target(info)).read_bytes()


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path, utc_now())


def test_a_kiosk_gets_what_was_signed(release: Release) -> None:
    assert release.fetch() == WHEEL
    release.wheel.write_bytes(WHEEL + b"newer")
    release.add("1.5.0", utc_now())
    assert release.fetch("1.5.0") == WHEEL + b"newer"
    assert release.fetch("1.4.0") == WHEEL


def test_a_changed_wheel_is_refused(release: Release) -> None:
    def changed(name: str, content: bytes) -> bytes:
        return content[:-1] + b"!" if name.endswith(".whl") else content

    with pytest.raises((RepositoryError, DownloadError)):
        release.fetch(change=changed)


def test_changed_metadata_are_refused(release: Release) -> None:
    targets = release.repository / "metadata/2.targets.json"
    targets.write_bytes(targets.read_bytes().replace(b"1.4.0", b"1.4.9"))
    with pytest.raises(RepositoryError):
        release.fetch()


def test_endless_data_is_refused(release: Release) -> None:
    def endless(name: str, content: bytes) -> bytes:
        return content * 400 if name.endswith(".whl") else content

    with pytest.raises((RepositoryError, DownloadError)):
        release.fetch(change=endless)


def test_an_older_timestamp_than_the_kiosk_saw_is_refused(release: Release) -> None:
    before = (release.repository / "metadata/timestamp.json").read_bytes()
    refresh(release.repository, release.online, utc_now())
    release.fetch()
    (release.repository / "metadata/timestamp.json").write_bytes(before)
    with pytest.raises(RepositoryError):
        release.fetch()


def test_a_repository_that_is_held_back_is_known_by_its_age(tmp_path: Path) -> None:
    release = Release(tmp_path, utc_now() - timedelta(days=8))
    with pytest.raises(ExpiredMetadataError):
        release.fetch()
    refresh(release.repository, release.online, utc_now())
    assert release.fetch() == WHEEL


def test_another_repository_s_keys_are_refused(release: Release, tmp_path: Path) -> None:
    (tmp_path / "forged").mkdir()
    forged = Release(tmp_path / "forged", utc_now())
    forged.root = release.root
    with pytest.raises(RepositoryError):
        forged.fetch()


def test_the_online_key_alone_makes_no_release(release: Release, tmp_path: Path) -> None:
    with pytest.raises(RepositoryRefused, match="targets key"):
        add_release(release.repository, tmp_path / "none", release.online, "6.6.6", [release.wheel], utc_now())
    # Signed with what the server has.
    (release.online / "targets.pem").write_bytes((release.online / "snapshot.pem").read_bytes())
    add_release(release.repository, release.online, release.online, "6.6.6", [release.wheel], utc_now())
    with pytest.raises(RepositoryError):
        release.fetch("6.6.6")


def test_keys_and_versions_are_never_overwritten(release: Release, tmp_path: Path) -> None:
    with pytest.raises(RepositoryRefused, match="already"):
        release.add("1.4.0", datetime.now(UTC))
    with pytest.raises(RepositoryRefused, match="never overwritten"):
        init_repository(tmp_path / "second", release.offline, release.online, utc_now())
    assert (release.offline / "root.pem").stat().st_mode & 0o077 == 0


def test_the_command_makes_a_repository_and_a_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = tmp_path / "careferry-2.0-py3-none-any.whl"
    wheel.write_bytes(WHEEL)
    where = ["--repository", str(tmp_path / "r"), "--online", str(tmp_path / "on")]
    stick = ["--offline", str(tmp_path / "stick")]
    assert main(["fleet", "release", "init", *where, *stick]) == 0
    assert main(["fleet", "release", "add", *where, *stick, "--version", "2.0", str(wheel)]) == 0
    assert f"releases/2.0/{wheel.name}" in capsys.readouterr().out
    assert main(["fleet", "release", "refresh", *where]) == 0
    assert main(["fleet", "release", "stick", *where, "--version", "2.0", "--to", str(tmp_path / "usb")]) == 0
    assert "for 60 days" in capsys.readouterr().out
    (copied,) = (tmp_path / "usb" / STICK_FOLDER / "targets/releases/2.0").iterdir()
    assert copied.read_bytes() == WHEEL
    assert main(["fleet", "release", "stick", *where, "--version", "9", "--to", str(tmp_path / "usb")]) == 1
    assert main(["fleet", "release", "add", *where, *stick, "--version", "2.0", str(wheel)]) == 1


async def test_the_repository_is_served_and_nothing_beside_it(
    sqlite_platform: Platform, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = msgspec.structs.replace(sqlite_platform.settings, fleet=Fleet(updates=release.repository))
    served = msgspec.structs.replace(sqlite_platform, settings=settings)
    bind_platform(served)
    app: Litestar = application(served)
    client = FakeKiosk(app, KioskKey()).client
    metadata = await client.get("/updates/metadata/timestamp.json")
    assert metadata.content == (release.repository / "metadata/timestamp.json").read_bytes()
    (wheel,) = (release.repository / "targets/releases/1.4.0").iterdir()
    assert (await client.get(f"/updates/targets/releases/1.4.0/{wheel.name}")).content == WHEEL
    rest = await client.get(f"/updates/targets/releases/1.4.0/{wheel.name}", headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, WHEEL[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(WHEEL) - 1}/{len(WHEEL)}"
    for other in ("bytes=5-9", "bytes=-5", f"bytes={len(WHEEL)}-", "bytes=0-", "lines=3-"):
        whole = await client.get(f"/updates/targets/releases/1.4.0/{wheel.name}", headers={"Range": other})
        assert (whole.status_code, whole.content) == (200, WHEEL), other
    for path in ("../stick/root.pem", "metadata/../../stick/root.pem", "%2e%2e/stick/root.pem", "metadata/no.json"):
        assert (await client.get(f"/updates/{path}")).status_code == 404
    monkeypatch.setattr(updates, "DOWNLOADS_AT_ONCE", 0)
    refused = await client.get(f"/updates/targets/releases/1.4.0/{wheel.name}")
    assert (refused.status_code, 60 <= int(refused.headers["Retry-After"]) < 600) == (429, True)
    assert updates.Downloads.under_way == 0
