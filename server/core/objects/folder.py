"""An object store over a local folder: written beside, flushed, linked into place, never overwritten."""

import asyncio
import errno
import itertools
import os
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from server.core.db.errors import stop_process
from server.core.faults import StorageFull
from server.core.objects.port import BadObjectKey, Data, ObjectExists, ObjectInfo, ObjectMissing, check_key

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
UNFINISHED_SUFFIX = ".part"
LISTING_BATCH = 256


class FolderStore:
    """Objects as files under `root`; a key's segments are its folders."""

    def __init__(self, root: Path, free_disk_bytes: int) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._root = root.resolve()
        self._free_disk_bytes = free_disk_bytes

    async def put(self, key: str, data: Data) -> None:
        await asyncio.to_thread(self._put, self._path(key), memoryview(data).cast("B"))

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        return await asyncio.to_thread(_read, self._path(key), start, length)

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(_size, self._path(key))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(_delete, self._path(key))

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        walk = self._walk(self._root, "", prefix)
        while batch := await asyncio.to_thread(_take, walk):
            for info in batch:
                yield info

    async def close(self) -> None:
        pass

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _put(self, path: Path, data: memoryview) -> None:
        try:
            self._make_folder(path.parent)
            self._refuse_without_room(data.nbytes)
            self._write(path, data)
        except (NotADirectoryError, IsADirectoryError) as error:
            raise BadObjectKey(f"{path.name}: an object and a folder cannot share a name") from error
        except OSError as error:
            if error.errno in NO_ROOM:
                raise StorageFull("The object store has no room on its disk.") from error
            raise

    def _refuse_without_room(self, size_bytes: int) -> None:
        room = os.statvfs(self._root)
        if room.f_bavail * room.f_frsize - size_bytes < self._free_disk_bytes:
            raise StorageFull("The object store's disk has less free space than it must keep.")

    def _write(self, path: Path, data: memoryview) -> None:
        unfinished = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED_SUFFIX}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_durably(descriptor, data)
            _link(unfinished, path, data.nbytes)
        finally:
            os.close(descriptor)
            os.unlink(unfinished)
        _sync_folder(path.parent)

    def _make_folder(self, folder: Path) -> None:
        """Create the folders of a key; each new one is durable in its parent before anything is written in it."""
        if folder.is_dir():
            return
        if folder != self._root:
            self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(folder.parent)

    def _walk(self, folder: Path, above: str, prefix: str) -> Iterator[ObjectInfo]:
        for entry in _in_key_order(folder):
            key = above + entry.name
            if entry.is_dir(follow_symlinks=False):
                inside = key + "/"
                if inside.startswith(prefix) or prefix.startswith(inside):
                    yield from self._walk(folder / entry.name, inside, prefix)
            elif key.startswith(prefix) and not entry.name.startswith("."):
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    stored_at = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield ObjectInfo(key=key, size_bytes=status.st_size, stored_at=stored_at)


def _in_key_order(folder: Path) -> list["os.DirEntry[str]"]:
    """The entries in the order of the keys they lead to: a folder sorts as its name and a slash."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name + ("/" if entry.is_dir(follow_symlinks=False) else ""))
    except FileNotFoundError:
        return []


def _write_durably(descriptor: int, data: memoryview) -> None:
    written = 0
    while written < data.nbytes:
        written += os.write(descriptor, data[written:])
    _sync(os.fdatasync, descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(os.fsync, descriptor)
    finally:
        os.close(descriptor)


def _sync(flush: Callable[[int], None], descriptor: int) -> None:
    """Flush; a full disk is told, anything else ends the process: the kernel may have dropped what it could not write."""
    try:
        flush(descriptor)
    except OSError as error:
        if error.errno not in NO_ROOM:
            stop_process(f"flushing an object failed: {error.strerror}")
        raise


def _link(unfinished: Path, path: Path, size_bytes: int) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        if _size(path) != size_bytes:
            raise ObjectExists from error


def _read(path: Path, start: int, length: int | None) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read() if length is None else file.read(length)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise ObjectMissing from error


def _size(path: Path) -> int | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return
    _sync_folder(path.parent)


def _take(walk: Iterator[ObjectInfo]) -> list[ObjectInfo]:
    return list(itertools.islice(walk, LISTING_BATCH))
