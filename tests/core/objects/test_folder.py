"""The folder store: the shared suite, and what only a disk can do to it."""

import asyncio
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.core.faults import StorageFull
from server.core.objects import BadObjectKey, ObjectStore, folder, open_objects
from server.core.objects.folder import ABANDONED_AFTER_S, INCOMING, FolderStore
from server.settings import Limits, Objects
from tests.core.objects.suite import ObjectStoreSuite, keys_of

NO_LIMIT = Limits(free_disk_bytes=0)


class ProcessStopped(BaseException):
    """Stands for the end of the process."""


class TestFolderStore(ObjectStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        return open_objects(Objects(folder=tmp_path / "objects"), NO_LIMIT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> FolderStore:
    return FolderStore(root, 0)


def failing_with(code: int) -> Callable[[int], None]:
    def flush(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    return flush


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_files_and_folders_are_their_owners_alone(store: FolderStore, root: Path) -> None:
    await store.put("a/b", b"1")
    assert [mode_of(path) for path in (root / "a/b", root / "a", root)] == [0o600, 0o700, 0o700]


async def test_an_object_and_a_folder_cannot_share_a_name(store: FolderStore) -> None:
    await store.put("a", b"1")
    with pytest.raises(BadObjectKey):
        await store.put("a/b", b"1")
    assert await keys_of(store) == ["a"]


async def test_deleting_leaves_no_empty_folder(store: FolderStore, root: Path) -> None:
    await store.put("a/b/c", b"1")
    await store.put("a/d", b"1")
    await store.delete("a/b/c")
    assert names_in(root / "a") == ["d"]
    await store.delete("a/d")
    assert names_in(root) == [INCOMING]


async def test_refuses_bytes_before_the_disk_has_less_room_than_it_must_keep(root: Path) -> None:
    room = os.statvfs(root.parent)
    store = FolderStore(root, room.f_bavail * room.f_frsize * 2)
    for attempt in (store.put("k", b"1"), store.require_room(0)):
        with pytest.raises(StorageFull):
            await attempt
    assert await keys_of(store) == []


async def test_room_is_judged_with_what_is_to_come(store: FolderStore, root: Path) -> None:
    room = os.statvfs(root)
    await store.require_room(0)
    with pytest.raises(StorageFull):
        await store.require_room(room.f_blocks * room.f_frsize)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_a_disk_that_fills_while_flushing_keeps_nothing(
    store: FolderStore, root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(folder.os, "fdatasync", failing_with(code))
    with pytest.raises(StorageFull):
        await store.put("a/k", b"1")
    assert await keys_of(store) == []
    assert names_in(root / INCOMING) == []


@pytest.mark.parametrize("flush", ["fdatasync", "fsync"])
async def test_any_other_failure_to_flush_ends_the_process(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch, flush: str
) -> None:
    def stop(reason: str) -> None:
        raise ProcessStopped(reason)

    monkeypatch.setattr(folder, "stop_process", stop)
    monkeypatch.setattr(folder.os, flush, failing_with(errno.EIO))
    with pytest.raises(ProcessStopped, match="Input/output error"):
        await store.put("k", b"1")


async def test_a_name_is_given_only_after_the_content_is_flushed_and_kept_by_flushing_every_folder(
    store: FolderStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def noting(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def noted(*arguments: object) -> None:
            on = arguments[0] if name != "link" else arguments[1]
            path = Path(f"/proc/self/fd/{on}").resolve() if isinstance(on, int) else Path(str(on))
            steps.append(f"{name} {'incoming' if path.parent.name == INCOMING else path.relative_to(root)}")
            call(*arguments)

        return noted

    (root / "a/b").mkdir(parents=True)
    for name in ("fdatasync", "link", "fsync"):
        monkeypatch.setattr(folder.os, name, noting(name, getattr(os, name)))
    await store.put("a/b/k", b"1")
    assert steps == ["fdatasync incoming", "link a/b/k", "fsync a/b", "fsync a", "fsync ."]


async def test_what_killed_processes_left_is_deleted_after_a_day(store: FolderStore, root: Path) -> None:
    old, young = root / INCOMING / "old", root / INCOMING / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    day_ago = young.stat().st_mtime - ABANDONED_AFTER_S - 60
    os.utime(old, (day_ago, day_ago))
    reopened = FolderStore(root, 0)
    assert (old.exists(), young.exists()) == (False, True)
    assert await keys_of(reopened) == []


WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from server.core.objects.folder import FolderStore

async def write() -> None:
    store = FolderStore(Path(sys.argv[1]), 0)
    for number in range(10_000):
        await store.put(f"k/{number}", bytes([number % 256]) * 3_000_000)
        print(number, flush=True)

asyncio.run(write())
"""


async def test_a_killed_writer_leaves_whole_objects_and_every_acknowledged_one(store: FolderStore, root: Path) -> None:
    acknowledged = await asyncio.to_thread(acknowledged_by_killed_writer, root)
    assert len(acknowledged) >= 5
    for number in acknowledged:
        assert await store.get(f"k/{number}") == bytes([number % 256]) * 3_000_000
    assert {info.size_bytes async for info in store.list()} == {3_000_000}


def acknowledged_by_killed_writer(root: Path) -> list[int]:
    """Start a writer, SIGKILL it after its fifth acknowledgement, and return all that it gave."""
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(5)]
        writer.kill()
        return [int(number) for number in [*acknowledged, *writer.stdout]]


FILLS_ITS_DISK = """
import asyncio, sys
from pathlib import Path
from server.core.faults import StorageFull
from server.core.objects.folder import FolderStore

async def fill() -> None:
    store = FolderStore(Path(sys.argv[1]), 0)
    stored = 0
    try:
        while True:
            await store.put(f"k/{stored}", bytes(200_000))
            stored += 1
    except StorageFull:
        kept = [info async for info in store.list()]
        assert len(kept) == stored > 2, (len(kept), stored)
        assert all(info.size_bytes == 200_000 for info in kept)
        await store.delete("k/0")
        await store.put("k/again", bytes(100_000))
        print("refused, kept, and went on")

asyncio.run(fill())
"""


@pytest.mark.requires("mount")
async def test_a_disk_that_is_really_full_is_told_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    script = f'mount -t tmpfs -o size=1m none "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, FILLS_ITS_DISK]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("refused, kept, and went on\n", "")
