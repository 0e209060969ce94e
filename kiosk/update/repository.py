"""Believes a repository (TUF 1.0) by the root that is pinned, and brings a release's files here, whole and verified."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import cast
from urllib.parse import quote

import msgspec
from tuf.api.exceptions import (
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
)
from tuf.api.metadata import (
    Metadata,
    Root,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    TargetFile,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    Targets,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
)
from tuf.ngclient import Updater, UpdaterConfig

from kiosk.spool.files import PARTIAL_SUFFIX, make_folder, sync_file, sync_folder, telling_disk, write_durable
from kiosk.spool.room import require_room
from kiosk.update.sources import BASE, Fetcher, Source
from kiosk.update.state import Release
from server.contract.fleet import RELEASE_SERIAL, ROOT_NAME

PINNED = "root.json"
METADATA, WHEELS = "metadata", "wheels"
CONFIG = UpdaterConfig(max_root_rotations=32, max_delegations=1)
MOST_FILE_BYTES = 512 * 1024 * 1024


class Untrusted(Exception):
    """Signed by nobody whom this kiosk believes, older than what it saw, too long, or not what was promised."""


class TooOld(Exception):
    """Nobody has signed lately that this is the newest: updates may be held back from this kiosk (freeze)."""


class NoRoot(Exception):
    """Nothing is pinned yet: the server was not met, and the image has none."""


class Wheel(msgspec.Struct, frozen=True):
    name: str
    sha256: str
    size_bytes: int
    path: str
    """In the repository."""


class Repository:
    """`folder` is the program's: root, metadata and wheels outlive every update."""

    def __init__(self, folder: Path, source: Source) -> None:
        self._folder = folder
        self._source = source

    def pin(self) -> None:
        """Trust the first root from now on: the machine image's, or the one that the server has when it is first met.

        DownloadError where there is none; Untrusted for something else.
        """
        if (self._folder / PINNED).exists():
            return
        try:
            fetched = Fetcher(self._source).download_bytes(f"{BASE}metadata/{ROOT_NAME}", CONFIG.root_max_length)
            root = Metadata[Root].from_bytes(fetched)
            root.verify_delegate(Root.type, root)
        except (RepositoryError, DownloadLengthMismatchError, ValueError) as error:
            raise Untrusted("the first root does not sign itself") from error
        make_folder(self._folder)
        write_durable(self._folder / PINNED, fetched)

    def refresh(self) -> None:
        """See what is the newest, durable on return. Untrusted, TooOld, NoRoot, or DownloadError without a link."""
        for name in (METADATA, WHEELS):
            make_folder(self._folder / name)
        try:
            self._updater().refresh()
        except ExpiredMetadataError as error:
            raise TooOld(str(error)) from error
        except (RepositoryError, DownloadLengthMismatchError) as error:
            raise Untrusted(str(error)) from error
        finally:
            self._sync_metadata()

    def releases(self) -> list[Release]:
        """Of the targets that were last believed, the newest last."""
        found: dict[str, int] = {}
        for path, target in self._targets().items():
            version = _version_of(path)
            if version:
                found[version] = max(found.get(version, 0), _serial_of(target))
        return sorted((Release(*each) for each in found.items()), key=lambda release: release.serial)

    def wheels(self, version: str) -> list[Wheel]:
        """All that belong to the version."""
        targets = [target for path, target in self._targets().items() if _version_of(path) == version]
        return [
            Wheel(target.path.rpartition("/")[2], target.hashes["sha256"], target.length, target.path)
            for target in targets
            if target.path.endswith(".whl")
        ]

    def bring(self, wheel: Wheel) -> Path:
        """The wheel's file, verified and durable; one that came with an earlier release is not fetched again.

        What was cut off goes on where it ended. Untrusted, DownloadError, or what the source raises.
        """
        if wheel.size_bytes > MOST_FILE_BYTES:
            raise Untrusted(f"{wheel.name} has {wheel.size_bytes} bytes")
        folder = make_folder(self._folder / WHEELS / wheel.sha256)
        file = folder / wheel.name
        target = TargetFile(wheel.size_bytes, {"sha256": wheel.sha256}, wheel.path)
        if not _is_verified(target, file):
            partial = file.with_name(file.name + PARTIAL_SUFFIX)
            held = partial.stat().st_size if partial.exists() else 0
            self._fetch(wheel, partial, held)
            if not _is_verified(target, partial):
                partial.unlink()
                # What was held may have lost pages in a power cut: only a file fetched in one go accuses its source.
                raise DownloadError(wheel.name) if held else Untrusted(f"{wheel.name} is not what was signed")
            sync_file(partial)
            partial.replace(file)
            sync_folder(folder)
        return file

    def _fetch(self, wheel: Wheel, partial: Path, held: int) -> None:
        require_room(self._folder, max(0, wheel.size_bytes - held))
        if held >= wheel.size_bytes:
            return
        folder, _, name = wheel.path.rpartition("/")
        with telling_disk(), partial.open("ab") as file:
            for piece in self._source.pieces(f"targets/{folder}/{wheel.sha256}.{name}", held):
                held += len(piece)
                if held > wheel.size_bytes:
                    file.truncate(0)
                    raise Untrusted(f"{wheel.name} does not end where it was signed to end")
                file.write(piece)
        if held < wheel.size_bytes:
            raise DownloadError(f"{wheel.name} ended at {held} of {wheel.size_bytes}")

    def _updater(self) -> Updater:
        try:
            root = (self._folder / PINNED).read_bytes()
        except FileNotFoundError as error:
            raise NoRoot from error
        metadata = str(self._folder / METADATA)
        fetcher = Fetcher(self._source)
        return Updater(metadata, f"{BASE}metadata/", fetcher=fetcher, config=CONFIG, bootstrap=root)

    def _sync_metadata(self) -> None:
        """python-tuf replaces its files and syncs none: what was seen once must be remembered against a rollback."""
        for folder in (self._folder / METADATA, self._folder / METADATA / "root_history"):
            if folder.is_dir():
                for path in folder.glob("*.json"):
                    sync_file(path)
                sync_folder(folder)

    def _targets(self) -> dict[str, TargetFile]:
        """python-tuf keeps only what it has verified."""
        path = self._folder / METADATA / "targets.json"
        return Metadata[Targets].from_file(str(path)).signed.targets


def forget_others(folder: Path, wheels: Collection[Wheel]) -> None:
    """Of all that was fetched into the program's folder, leave these: the next release shares most of them."""
    kept = {wheel.sha256 for wheel in wheels}
    for each in (folder / WHEELS).iterdir():
        if each.name not in kept:
            shutil.rmtree(each)


def is_for_machine(wheel: Wheel, machine: str) -> bool:
    """Whether the wheel's platform is any, or this machine's (`aarch64`): a release may serve several kinds."""
    platform = wheel.name.removesuffix(".whl").rpartition("-")[2]
    return platform == "any" or platform.endswith(f"_{machine}")


def _is_verified(target: TargetFile, file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            target.verify_length_and_hashes(opened)
    except (FileNotFoundError, LengthOrHashMismatchError):
        return False
    return True


def _version_of(path: str) -> str:
    """Empty for what is no release's file; quoting shows a name that would leave its folder."""
    parts = path.split("/")
    is_release = len(parts) == 3 and parts[0] == "releases" and quote(path, safe="/+!") == path
    return parts[1] if is_release and not parts[2].startswith(".") else ""


def _serial_of(target: TargetFile) -> int:
    custom = target.custom
    serial = cast("dict[str, object]", custom).get(RELEASE_SERIAL) if isinstance(custom, dict) else None
    return serial if isinstance(serial, int) else 0
