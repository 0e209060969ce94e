"""Files that are whole and durable once they have their name, and the faults of a disk in words."""

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.faults import SpoolFull, SpoolReadOnly

EXIT_IO_ERROR = 74  # EX_IOERR of sysexits.h
PARTIAL_SUFFIX = ".partial"


@contextmanager
def telling_disk() -> Generator[None]:
    """SpoolFull and SpoolReadOnly for what the system says of the disk."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise SpoolFull(str(error)) from error
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise SpoolReadOnly(str(error)) from error
        raise


def write_durable(path: Path, content: bytes) -> None:
    """A file that has all of `content` after any crash, or is not there; one of the name is replaced."""
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    with telling_disk():
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            _sync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make what is in the file durable, whoever wrote it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> Path:
    """The folder, for its owner alone, durable with its own name."""
    with telling_disk():
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            sync_folder(folder.parent)
    return folder


def _sync(descriptor: int) -> None:
    """After a failed fsync the kernel may call the next one good though pages are lost: the process ends instead."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        sys.stderr.write(f"kiosk: stopping: fsync failed: {error}\n")
        sys.stderr.flush()
        os._exit(EXIT_IO_ERROR)
