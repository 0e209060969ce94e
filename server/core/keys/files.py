"""Reads and writes the files of a key folder: private to their owner, durable before anything depends on them."""

import fcntl
import os
import re
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.settings import SettingsRefused

KeyKind = Literal["master", "receipts", "audit", "sealing"]
KEY_KINDS: tuple[KeyKind, ...] = ("master", "receipts", "audit", "sealing")
KEY_SUFFIX = ".key"
KEY_ID = re.compile(r"(?P<kind>master|receipts|audit|sealing)-(?P<sequence>[0-9]{4,9})-(?P<check>[0-9a-f]{8})")

# Kubernetes mounts secrets readable by the pod's group, so reading by the group is accepted and nothing more.
FORBIDDEN_MODE_BITS = stat.S_IRWXO | stat.S_IWGRP


Public = TypeVar("Public", bound=msgspec.Struct)
PUBLIC_SUFFIX = ".pub"


class KeysRefused(SettingsRefused):
    """Start-up is refused because of a key file or its folder; the message names the path."""


def key_id(kind: KeyKind, sequence: int, check: str) -> str:
    """The id of a key, which is also its file's name: kind, place in the succession, check value."""
    return f"{kind}-{sequence:04d}-{check}"


def sequence_of(key_id: str) -> int:
    """The place of a key in the succession of its kind, from 1."""
    match = KEY_ID.fullmatch(key_id)
    if match is None:
        raise ValueError(f"not a key id: {key_id!r}")
    return int(match["sequence"])


def check_of(key_id: str) -> str:
    """The check value (first 8 hex digits of a SHA-256) that the id claims for its key."""
    return key_id.rpartition("-")[2]


def list_keys(folder: Path, kind: KeyKind) -> list[Path]:
    """The key files of `kind`, oldest first; KeysRefused for a file whose name says no kind."""
    found: list[Path] = []
    for path in folder.glob(f"*{KEY_SUFFIX}"):
        match = KEY_ID.fullmatch(path.stem)
        if match is None:
            raise KeysRefused(f"{path} is not named like a key file (kind-sequence-check{KEY_SUFFIX})")
        if match["kind"] == kind:
            found.append(path)
    return sorted(found, key=lambda path: (sequence_of(path.stem), path.stem))


def read_private(path: Path) -> bytes:
    """The content of a key file that nobody but its owner (and its group, to read) can reach."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & FORBIDDEN_MODE_BITS:
                raise KeysRefused(f"{path} has mode {mode:04o}: others can reach it; set 0600")
            return file.read()
    except OSError as error:
        raise KeysRefused(f"{path} cannot be read: {error.strerror}") from error


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Create a file that is durable, with its folder entry, on return; FileExistsError if there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the folder (created for its owner alone) against another process that would add a key too."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_pem(path: Path) -> PrivateKeyTypes:
    """The private key of whatever kind; KeysRefused where the file holds none."""
    try:
        return load_pem_private_key(read_private(path), password=None)
    except ValueError as error:
        raise KeysRefused(f"{path} is not a private key in PEM form") from error


def read_public_half(path: Path, kind: type[Public]) -> Public:
    """What lies beside the private key at `path`; KeysRefused where that cannot be read."""
    public_path = path.with_suffix(PUBLIC_SUFFIX)
    try:
        return msgspec.json.decode(public_path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise KeysRefused(f"{public_path} cannot be read: {error}") from error
