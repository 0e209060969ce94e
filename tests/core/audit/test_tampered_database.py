"""What was done to the database before a genuine export was made of it is found by what lies outside."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from server.core.audit.findings import Kind
from server.core.audit.sealer import seal_pending
from server.core.audit.tables import AuditEvent
from server.core.platform import Platform
from tests.core.audit.exporting import Exported, export, grow
from tests.core.audit.recording import record_events
from tests.core.audit.tampering import open_to_tampering, rechain_database
from tests.support.platforms import FakeClock

DELETE = "DELETE FROM audit_event WHERE sequence"
EDIT = "UPDATE audit_event SET tag = 'case:never' WHERE sequence"


async def _tamper_and_export(
    platform: Platform, clock: FakeClock, path: Path, statement: str, *, is_linked_anew: bool = True
) -> Exported:
    """Twelve events under three checkpoints, changed by someone who owns the database, then exported."""
    organisation_id = uuid4()
    for _ in range(3):
        await grow(organisation_id, 4, clock)
    async with open_to_tampering():
        await platform.engine.run_ddl(statement)
        if is_linked_anew:
            await rechain_database(organisation_id)
    return await export(platform, organisation_id, path)


@pytest.mark.parametrize(
    "statement, kinds",
    [
        (f"{EDIT} = 10", {Kind.REWRITTEN}),
        (f"{EDIT} >= 1", {Kind.REWRITTEN}),
        (f"{DELETE} = 6", {Kind.REWRITTEN}),
        (f"{DELETE} > 10", {Kind.TRUNCATED}),
    ],
)
async def test_a_rewritten_database_is_found(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path, statement: str, kinds: set[Kind]
) -> None:
    exported = await _tamper_and_export(sqlite_trail, clock, tmp_path / "log.jsonl", statement)
    assert exported.found() == kinds
    assert exported.found(exported.folder) == kinds


async def test_a_full_rewrite_is_called_one(sqlite_trail: Platform, clock: FakeClock, tmp_path: Path) -> None:
    exported = await _tamper_and_export(sqlite_trail, clock, tmp_path / "log.jsonl", f"{EDIT} >= 1")
    (finding,) = exported.verify().findings
    assert finding.sentence.startswith("events 1 to 4 rewritten after signing (no checkpoint agrees: the whole log)")


@pytest.mark.parametrize("statement, kind", [(f"{EDIT} = 10", Kind.EDITED), (f"{DELETE} = 6", Kind.DELETED)])
async def test_a_change_that_was_not_linked_anew_is_found(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path, statement: str, kind: Kind
) -> None:
    exported = await _tamper_and_export(sqlite_trail, clock, tmp_path / "log.jsonl", statement, is_linked_anew=False)
    assert exported.found() == {kind}


async def test_deletion_before_a_checkpoint_is_told_by_its_count(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    """The tail was sealed, and deleted without moving the head back, before any checkpoint covered it."""
    organisation_id = uuid4()
    await grow(organisation_id, 4, clock)
    await record_events(organisation_id, 4, clock)
    await seal_pending()
    async with open_to_tampering():
        await sqlite_trail.engine.run_ddl(f"{DELETE} = 6")
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    sentences = [finding.sentence for finding in exported.verify().findings]
    assert "checkpoint 2 counted 8 events at 9: some were deleted before it was signed" in sentences


async def test_a_rewrite_with_its_checkpoints_is_found_by_a_kept_copy(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    """Everything the platform has was rewritten; only a copy of the checkpoints was out of reach."""
    organisation_id = uuid4()
    await grow(organisation_id, 4, clock)
    folder = sqlite_trail.settings.audit.checkpoints
    shutil.copytree(folder, tmp_path / "kept")
    async with open_to_tampering():
        await AuditEvent.update({AuditEvent.tag: "case:never"}, force=True)
        await rechain_database(organisation_id)
    shutil.rmtree(folder)
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    assert exported.found() == set()
    assert Kind.REWRITTEN in exported.found(tmp_path / "kept")
    assert Kind.FORKED in exported.found(tmp_path / "kept")


async def test_a_log_cut_back_with_its_checkpoints_is_found_by_a_kept_copy(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    organisation_id = uuid4()
    await grow(organisation_id, 4, clock)
    await grow(organisation_id, 4, clock)
    folder = sqlite_trail.settings.audit.checkpoints
    shutil.copytree(folder, tmp_path / "kept")
    async with open_to_tampering():
        await sqlite_trail.engine.run_ddl(f"{DELETE} > 4")
        await rechain_database(organisation_id)
    shutil.rmtree(folder)
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    assert exported.found() == set()
    assert Kind.TRUNCATED in exported.found(tmp_path / "kept")


async def test_checkpoints_taken_out_of_the_folder_are_missed(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    organisation_id = uuid4()
    for _ in range(3):
        await grow(organisation_id, 2, clock)
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    (path,) = exported.folder.iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    for kept in ([*lines[:1], *lines[2:]], lines[1:], lines[:-1], []):
        path.write_bytes(b"".join(kept))
        assert exported.found(exported.folder) == {Kind.CHECKPOINT_MISSING}
