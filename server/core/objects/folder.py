"""An object store over a local folder: written beside, flushed, linked into place, never overwritten."""

import asyncio
import errno
import itertools
import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from server.core.db.errors import stop_process
from server.core.faults import StorageFull, Unavailable
from server.core.objects.port import BadObjectKey, Data, ObjectExists, ObjectInfo, ObjectMissing, check_key

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
INCOMING = ".incoming"
ABANDONED_AFTER_S = 24 * 3600
LINK_ATTEMPTS = 8
LISTING_BATCH = 256


class FolderStore:
    """Objects as files under `root`; a key's segments are its folders."""

    def __init__(self, root: Path, free_disk_bytes: int) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._root = root.resolve()
        self._free_disk_bytes = free_disk_bytes
        self._incoming = self._root / INCOMING
        self._incoming.mkdir(exist_ok=True, mode=0o700)
        self._remove_abandoned()

    async def put(self, key: str, data: Data) -> None:
        await asyncio.to_thread(self._put, self._path(key), memoryview(data).cast("B"))

    async def require_room(self, size_bytes: int) -> None:
        await asyncio.to_thread(self._refuse_without_room, size_bytes)

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        return await asyncio.to_thread(_read, self._path(key), start, length)

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(_size, self._path(key))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, self._path(key))

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
        unfinished = self._incoming / secrets.token_hex(16)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_durably(descriptor, data)
            self._link(unfinished, path, data.nbytes)
        finally:
            os.close(descriptor)
            unfinished.unlink()
        self._sync_folders(path.parent)

    def _link(self, unfinished: Path, path: Path, size_bytes: int) -> None:
        """Give the finished file its name, which fails where there is one; missing folders are made."""
        for _ in range(LINK_ATTEMPTS):
            try:
                os.link(unfinished, path)
            except FileExistsError as error:
                if _size(path) != size_bytes:
                    raise ObjectExists from error
            except FileNotFoundError:
                # Or another process just removed the folder as empty: then the next round makes it again.
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                continue
            return
        raise Unavailable("The object's folder could not be made.")

    def _sync_folders(self, folder: Path) -> None:
        """Make the names on the way from the root durable, whoever made them; a clean folder costs next to nothing."""
        while folder != self._root:
            with suppress(FileNotFoundError):  # the object was deleted meanwhile, and its folder with it
                _sync_folder(folder)
            folder = folder.parent
        _sync_folder(self._root)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return
        folder = path.parent
        while folder != self._root and _remove_if_empty(folder):
            folder = folder.parent
        _sync_folder(folder)

    def _remove_abandoned(self) -> None:
        """Delete what processes that were killed left half written, a day after they did."""
        # File times are the machine's, so its clock is the one to compare with.
        before = time.time() - ABANDONED_AFTER_S
        for unfinished in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if unfinished.stat().st_mtime < before:
                    unfinished.unlink()

    def _walk(self, folder: Path, above: str, prefix: str) -> Iterator[ObjectInfo]:
        for entry in _entries(folder):
            key = above + entry.name
            if entry.is_dir(follow_symlinks=False):
                inside = key + "/"
                if inside.startswith(prefix) or prefix.startswith(inside):
                    yield from self._walk(folder / entry.name, inside, prefix)
            elif key.startswith(prefix):
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    stored_at = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield ObjectInfo(key=key, size_bytes=status.st_size, stored_at=stored_at)


def _entries(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """What is in the folder, nothing if it was just removed as empty; unfinished writes are not in the store."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.name != INCOMING)


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
    """Flush; a full disk is told, anything else ends the process: the kernel may have dropped the unwritten pages."""
    try:
        flush(descriptor)
    except OSError as error:
        if error.errno not in NO_ROOM:
            stop_process(f"flushing an object failed: {error.strerror}")
        raise


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


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            return False
        raise
    return True


def _take(walk: Iterator[ObjectInfo]) -> list[ObjectInfo]:
    return list(itertools.islice(walk, LISTING_BATCH))
