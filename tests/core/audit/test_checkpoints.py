"""Checkpoints: signed, outside the database, each covering the one before, refused for a log that was changed."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from server.core.audit import checkpoint_append
from server.core.audit.checkpoint_append import append_checkpoint
from server.core.audit.checkpoint_files import CheckpointsUnreadable, checkpoint_file, read_checkpoints
from server.core.audit.checkpoints import (
    TrailContradictsCheckpoint,
    is_checkpoint_due,
    write_checkpoint,
    write_checkpoints,
)
from server.core.audit.sealer import seal_pending
from server.core.audit.statements import Checkpoint, digest, signed_bytes
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.faults import StorageFull
from server.core.keys.signing import verify_signature
from server.core.platform import Platform
from tests.core.audit.recording import record_events
from tests.core.audit.tampering import open_to_tampering
from tests.support.platforms import FakeClock


@pytest.fixture
def folder(sqlite_trail: Platform) -> Path:
    return sqlite_trail.settings.audit.checkpoints


async def _grow(organisation_id: UUID, count: int, clock: FakeClock) -> None:
    await record_events(organisation_id, count, clock)
    await seal_pending()
    clock.advance(minutes=1)
    await write_checkpoints()


async def test_each_covers_the_one_before(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 3, clock)
    await _grow(organisation_id, 2, clock)
    first, second = read_checkpoints(folder, organisation_id)
    assert (first.number, first.sequence, first.events, first.previous) == (1, 3, 3, "")
    assert (second.number, second.sequence, second.events, second.previous) == (2, 5, 5, digest(first))


async def test_it_is_signed_by_the_audit_key(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    (checkpoint,) = read_checkpoints(folder, organisation_id)
    key = sqlite_trail.keys.audit.public()[-1]
    assert checkpoint.key_id == key.key_id
    assert verify_signature(key.public_key, checkpoint.signature, signed_bytes(checkpoint))


async def test_a_log_that_has_not_grown_gets_no_other(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    assert await write_checkpoints() == 0
    assert len(read_checkpoints(folder, organisation_id)) == 1


async def test_the_next_is_due_after_the_settings_interval(trail: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    assert not await is_checkpoint_due()
    await _grow(organisation_id, 1, clock)
    assert not await is_checkpoint_due()
    await record_events(organisation_id, 1, clock)
    await seal_pending()
    assert not await is_checkpoint_due()
    assert await write_checkpoints() == 0
    clock.advance(seconds=trail.settings.audit.checkpoint_every_s)
    assert await is_checkpoint_due()
    assert await write_checkpoints() == 1


async def test_one_that_was_written_just_before_a_crash_is_not_written_again(
    sqlite_trail: Platform, clock: FakeClock, folder: Path
) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    await AuditHead.update({AuditHead.checkpoint_sequence: 0}, force=True)
    clock.advance(minutes=1)
    assert await write_checkpoints() == 0
    clock.advance(minutes=1)
    assert not await is_checkpoint_due()
    assert len(read_checkpoints(folder, organisation_id)) == 1


async def test_it_works_on_both_databases(trail: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 2, clock)
    (checkpoint,) = read_checkpoints(trail.settings.audit.checkpoints, organisation_id)
    last = await AuditEvent.objects().get(AuditEvent.sequence == 2)
    assert last is not None
    assert checkpoint.head == last.chain.hex()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET chain = X'00' WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 3",
    ],
)
async def test_a_changed_log_gets_no_other(sqlite_trail: Platform, clock: FakeClock, folder: Path, change: str) -> None:
    changed, other = uuid4(), uuid4()
    await _grow(changed, 3, clock)
    async with open_to_tampering():
        await sqlite_trail.engine.run_ddl(change)
    await _grow(changed, 1, clock)
    await _grow(other, 1, clock)
    assert len(read_checkpoints(folder, changed)) == 1
    assert not await is_checkpoint_due()
    assert len(read_checkpoints(folder, other)) == 1
    with pytest.raises(TrailContradictsCheckpoint):
        await write_checkpoint(changed)


async def test_an_event_deleted_between_two_is_counted(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 2, clock)
    await record_events(organisation_id, 3, clock)
    await seal_pending()
    async with open_to_tampering():
        await sqlite_trail.engine.run_ddl("DELETE FROM audit_event WHERE sequence = 4")
    clock.advance(minutes=1)
    await write_checkpoints()
    last = read_checkpoints(folder, organisation_id)[-1]
    assert (last.sequence, last.events) == (5, 4)


async def _next(folder: Path, organisation_id: UUID) -> Checkpoint:
    last = read_checkpoints(folder, organisation_id)[-1]
    return msgspec.structs.replace(last, number=last.number + 1, previous=digest(last))


async def test_the_second_of_two_writers_writes_nothing(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    following = await _next(folder, organisation_id)
    assert append_checkpoint(folder, following)
    assert not append_checkpoint(folder, following)
    assert read_checkpoints(folder, organisation_id)[1:] == [following]


async def test_an_interrupted_append_is_no_checkpoint(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    (first,) = read_checkpoints(folder, organisation_id)
    with checkpoint_file(folder, organisation_id).open("ab") as file:
        file.write(b'{"type":"checkpoint","sch' + b"x" * 1000)
    assert read_checkpoints(folder, organisation_id) == [first]
    await _grow(organisation_id, 1, clock)
    assert [checkpoint.number for checkpoint in read_checkpoints(folder, organisation_id)] == [1, 2]
    assert checkpoint_file(folder, organisation_id).read_bytes().endswith(b'"}\n')


async def test_damage_in_the_middle_is_named(sqlite_trail: Platform, clock: FakeClock, folder: Path) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    path = checkpoint_file(folder, organisation_id)
    path.write_bytes(path.read_bytes() + b"nothing\n")
    with pytest.raises(CheckpointsUnreadable, match=r"line 2"):
        read_checkpoints(folder, organisation_id)
    assert await write_checkpoints() == 0


async def test_a_folder_without_room_leaves_whole_lines_only(
    sqlite_trail: Platform, clock: FakeClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_id = uuid4()
    await _grow(organisation_id, 1, clock)
    before = checkpoint_file(folder, organisation_id).read_bytes()
    write = os.pwrite

    def write_part(descriptor: int, data: bytes, at: int) -> int:
        return write(descriptor, data[:20], at)

    monkeypatch.setattr(checkpoint_append.os, "pwrite", write_part)
    with pytest.raises(StorageFull):
        append_checkpoint(folder, await _next(folder, organisation_id))
    assert checkpoint_file(folder, organisation_id).read_bytes() == before


async def test_the_file_and_its_folder_are_flushed_before_it_counts(
    sqlite_trail: Platform, clock: FakeClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_id = uuid4()
    flushed: list[str] = []
    flush = os.fsync

    def note(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        flush(descriptor)

    monkeypatch.setattr(checkpoint_append.os, "fsync", note)
    await _grow(organisation_id, 1, clock)
    assert flushed == [f"{organisation_id}.jsonl", folder.name]


async def test_a_failed_flush_stops_the_process(
    sqlite_trail: Platform, clock: FakeClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    def stop(reason: str) -> None:
        raise SystemExit(reason)

    monkeypatch.setattr(checkpoint_append.os, "fsync", fail)
    monkeypatch.setattr(checkpoint_append, "stop_process", stop)
    with pytest.raises(SystemExit, match="durable"):
        await _grow(uuid4(), 1, clock)
