"""Appends checkpoints to the folder outside the database: durable on return, never overwritten.

All workers of an installation share one folder (a mounted share if they run on several machines): two folders
that grow apart would look like a fork, and rightly so.
"""

import errno
import fcntl
import os
from pathlib import Path
from uuid import UUID

import msgspec

from server.core.audit.checkpoint_files import checkpoint_file, decode_checkpoint
from server.core.audit.statements import Checkpoint
from server.core.db.errors import stop_process
from server.core.faults import StorageFull

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
TAIL_BYTES = 8192
"""Many times the length of a checkpoint's line."""


def last_checkpoint(folder: Path, organisation_id: UUID) -> Checkpoint | None:
    path = checkpoint_file(folder, organisation_id)
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return _last(descriptor, path)[0]
    finally:
        os.close(descriptor)


def append_checkpoint(folder: Path, checkpoint: Checkpoint) -> bool:
    """Append it durably; False, and nothing written, if another writer has taken its number meanwhile."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    path = checkpoint_file(folder, checkpoint.organisation_id)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        last, end = _last(descriptor, path)
        if checkpoint.number != (last.number if last else 0) + 1:
            return False
        _write(descriptor, msgspec.json.encode(checkpoint) + b"\n", end)
        _sync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folder(folder)
    return True


def _last(descriptor: int, path: Path) -> tuple[Checkpoint | None, int]:
    """The last checkpoint and where its line ends; a part behind it was left by a crash or a full disk."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - TAIL_BYTES)
    tail = os.pread(descriptor, TAIL_BYTES, start)
    end = tail.rfind(b"\n") + 1
    lines = tail[:end].splitlines()
    if not lines:
        return None, start + end
    return decode_checkpoint(lines[-1], path, "(last)"), start + end


def _write(descriptor: int, line: bytes, at: int) -> None:
    """Write `line` after the last whole one, in place of what an interrupted append left there."""
    try:
        os.ftruncate(descriptor, at)
        if os.pwrite(descriptor, line, at) == len(line):
            return
        os.ftruncate(descriptor, at)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise StorageFull("The folder of audit checkpoints has no room.") from error
    raise StorageFull("The folder of audit checkpoints has no room.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        stop_process(f"an audit checkpoint could not be made durable: {error}")
