"""The update repository in a folder (TUF 1.0): an offline root and targets key, an online key for freshness.

Whoever holds the online key can hold an update back for days, and cannot make one: what kiosks install is signed by
keys that are on no server. Nothing here reads the database: the folder is copied to where it is served.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
from tuf.api.metadata import (  # what it re-exports is its interface; its typing does not say so
    Metadata,
    MetaFile,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    Root,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    Snapshot,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    TargetFile,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    Targets,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
    Timestamp,  # pyright: ignore[reportPrivateImportUsage]  # its own documentation imports it so
)

from server.contract.fleet import RELEASE_SERIAL, STICK_FOLDER

ROOT_LASTS, TARGETS_LAST = timedelta(days=730), timedelta(days=365)
FRESH_FOR = timedelta(days=7)
"""Of timestamp and snapshot: a kiosk that is shown older ones knows that updates are held back from it (freeze)."""
STICK_FRESH_FOR = timedelta(days=60)
"""A stick is weeks on its way to a clinic without a link: as long is a kiosk there shown nothing newer."""
OFFLINE, ONLINE = ("root", "targets"), ("snapshot", "timestamp")


class RepositoryRefused(Exception):
    """Nothing was changed; the message names what stands in the way."""


def init_repository(repository: Path, offline: Path, online: Path, at: datetime) -> Path:
    """Make the keys and an empty repository; the file that kiosks are given to trust (`1.root.json`)."""
    if (repository / "metadata").exists():
        raise RepositoryRefused(f"{repository} is a repository already: `add` puts a release into it")
    signers = {role: _make_key(offline if role in OFFLINE else online, role) for role in (*OFFLINE, *ONLINE)}
    root = Root(version=1, expires=at + ROOT_LASTS, consistent_snapshot=True)
    for role, signer in signers.items():
        root.add_key(signer.public_key, role)
    _write(repository, "root", Metadata(root), [signers["root"]])
    _write(repository, "targets", Metadata(Targets(version=1, expires=at + TARGETS_LAST)), [signers["targets"]])
    _freshen(repository, signers, at)
    return repository / "metadata/1.root.json"


def add_release(
    repository: Path, offline: Path, online: Path, version: str, files: Sequence[Path], at: datetime
) -> list[str]:
    """Put the files of a version there and sign them; their target paths. A version is written once.

    Each target says the release's number, so that a kiosk knows which of two signed versions is the newer.
    """
    targets = cast("Metadata[Targets]", _newest(repository, "targets"))
    paths = {f"releases/{version}/{file.name}": file for file in files}
    taken = sorted(path for path in targets.signed.targets if path.startswith(f"releases/{version}/"))
    if taken:
        raise RepositoryRefused(f"{taken[0]} is there already: a version never changes, give this one a new name")
    targets.signed.version += 1
    for path, file in paths.items():
        target = _place(repository, path, file)
        target.unrecognized_fields["custom"] = {RELEASE_SERIAL: targets.signed.version}
        targets.signed.targets[path] = target
    targets.signed.expires = at + TARGETS_LAST
    _write(repository, "targets", targets, [_load_key(offline, "targets")])
    _freshen(repository, {role: _load_key(online, role) for role in ONLINE}, at)
    return sorted(paths)


def refresh(repository: Path, online: Path, at: datetime) -> None:
    """Sign that this is the newest there is; to be done daily, with the online key alone."""
    _freshen(repository, {role: _load_key(online, role) for role in ONLINE}, at)


def write_stick(repository: Path, online: Path, version: str, to: Path, at: datetime) -> Path:
    """A copy with one version's files for a USB stick, signed as the newest for `STICK_FRESH_FOR`; its folder.

    Its number is taken in the repository too, so that the next `refresh` is newer than what the stick says.
    """
    targets = cast("Metadata[Targets]", _newest(repository, "targets"))
    wanted = [target for path, target in targets.signed.targets.items() if path.startswith(f"releases/{version}/")]
    if not wanted:
        raise RepositoryRefused(f"{repository} has no version {version}")
    stick = to / STICK_FOLDER
    shutil.rmtree(stick, ignore_errors=True)
    signers = {role: _load_key(online, role) for role in ONLINE}
    timestamp = _sign_snapshot(repository, signers["snapshot"], at + STICK_FRESH_FOR)
    shutil.copytree(repository / "metadata", stick / "metadata", ignore=shutil.ignore_patterns("timestamp.json"))
    _write(stick, "timestamp", Metadata(timestamp), [signers["timestamp"]])
    for target in wanted:
        folder, _, name = target.path.rpartition("/")
        placed = Path("targets", folder, f"{target.hashes['sha256']}.{name}")
        (stick / placed).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository / placed, stick / placed)
    return stick


def _freshen(repository: Path, signers: dict[str, CryptoSigner], at: datetime) -> None:
    timestamp = _sign_snapshot(repository, signers["snapshot"], at + FRESH_FOR)
    _write(repository, "timestamp", Metadata(timestamp), [signers["timestamp"]])


def _sign_snapshot(repository: Path, signer: CryptoSigner, expires: datetime) -> Timestamp:
    """The next snapshot, written; the timestamp that is to name it, not yet."""
    targets = _newest(repository, "targets")
    number = _next_number(repository, "snapshot")
    meta = {"targets.json": MetaFile(version=targets.signed.version)}
    _write(repository, "snapshot", Metadata(Snapshot(version=number, expires=expires, meta=meta)), [signer])
    return Timestamp(version=number, expires=expires, snapshot_meta=MetaFile(version=number))


def _place(repository: Path, path: str, file: Path) -> TargetFile:
    """The file under its digest's name, as consistent snapshots want it."""
    target = TargetFile.from_file(path, str(file), ["sha256"])
    folder = repository / "targets" / Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    shutil.copyfile(file, folder / f"{digest}.{file.name}")
    return target


def _write(repository: Path, role: str, metadata: Metadata[Any], signers: Iterable[CryptoSigner]) -> None:
    """Timestamp has one name and is replaced whole; every other version has a file of its own."""
    metadata.signatures.clear()
    for signer in signers:
        metadata.sign(signer, append=True)
    folder = repository / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{role}.json" if role == "timestamp" else f"{metadata.signed.version}.{role}.json"
    unfinished = folder / f".{name}"
    unfinished.write_bytes(metadata.to_bytes())
    unfinished.replace(folder / name)


def _newest(repository: Path, role: str) -> Metadata[Any]:
    number = _next_number(repository, role) - 1
    if number == 0:
        raise RepositoryRefused(f"{repository} is no repository yet: `init` makes one")
    return Metadata[Any].from_file(str(repository / f"metadata/{number}.{role}.json"))


def _next_number(repository: Path, role: str) -> int:
    numbers = [int(path.name.partition(".")[0]) for path in (repository / "metadata").glob(f"[0-9]*.{role}.json")]
    return max(numbers, default=0) + 1


def _make_key(folder: Path, role: str) -> CryptoSigner:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{role}.pem"
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise RepositoryRefused(f"{path} is a key already: it is never overwritten") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return CryptoSigner(private)


def _load_key(folder: Path, role: str) -> CryptoSigner:
    path = folder / f"{role}.pem"
    if not path.exists():
        raise RepositoryRefused(f"{path} is not there: put in the stick with the {role} key")
    private = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise RepositoryRefused(f"{path} is not an Ed25519 key")
    return CryptoSigner(private)


def utc_now() -> datetime:
    """Whole seconds, as the metadata writes them."""
    return datetime.now(UTC).replace(microsecond=0)
