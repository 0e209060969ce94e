"""An export holds everything up to its moment, and an untouched one is intact."""

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from server.core.audit import export as export_module
from server.core.audit.export import NoTrail, export_trail
from server.core.keys import load_keys, rotate_audit
from server.core.platform import Platform, bind_platform
from tests.core.audit.exporting import export, grow, grow_and_export
from tests.core.audit.recording import record_events
from tests.core.audit.tampering import checkpoints_of, closing_of, events_of
from tests.support.platforms import FakeClock


async def test_an_untouched_export_is_intact(trail: Platform, clock: FakeClock, tmp_path: Path) -> None:
    exported = await grow_and_export(trail, tmp_path / "log.jsonl", clock)
    report = exported.verify()
    assert report.findings == ()
    assert (report.events, len(report.checkpoints)) == (13, 4)
    assert exported.verify(exported.folder).findings == ()


async def test_it_holds_what_was_not_chained_yet_and_itself(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    organisation_id = uuid4()
    await record_events(organisation_id, 2, clock)
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    assert [line.event.tag for line in events_of(exported.lines)] == ["case:read", "case:read", "audit:exported"]
    assert [checkpoint.sequence for checkpoint in checkpoints_of(exported.lines)] == [3]


async def test_it_holds_one_organisation_only(sqlite_trail: Platform, clock: FakeClock, tmp_path: Path) -> None:
    await grow(uuid4(), 3, clock)
    exported = await grow_and_export(sqlite_trail, tmp_path / "log.jsonl", clock)
    assert {line.event.organisation_id for line in events_of(exported.lines)} == {exported.organisation_id}


async def test_it_is_read_page_by_page(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "PAGE_EVENTS", 3)
    exported = await grow_and_export(sqlite_trail, tmp_path / "log.jsonl", clock)
    assert [line.event.sequence for line in events_of(exported.lines)] == list(range(1, 14))
    assert exported.found() == set()


async def test_checkpoints_written_after_the_export_are_no_finding(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    exported = await grow_and_export(sqlite_trail, tmp_path / "log.jsonl", clock)
    await grow(exported.organisation_id, 2, clock)
    assert exported.found(exported.folder) == set()


async def test_events_chained_after_the_last_checkpoint_are_covered_by_the_closing(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker may seal between the export's checkpoint and its reading."""
    organisation_id = uuid4()
    await grow(organisation_id, 4, clock)

    async def leave(_: object) -> bool:
        return False

    monkeypatch.setattr(export_module, "write_checkpoint", leave)
    exported = await export(sqlite_trail, organisation_id, tmp_path / "log.jsonl")
    assert closing_of(exported.lines).sequence == 5
    assert exported.found(exported.folder) == set()


async def test_the_first_public_key_vouches_for_its_successors(
    sqlite_trail: Platform, clock: FakeClock, tmp_path: Path
) -> None:
    organisation_id = uuid4()
    await grow(organisation_id, 2, clock)
    rotate_audit(sqlite_trail.settings.keys.folder, clock.now())
    rotated = msgspec.structs.replace(sqlite_trail, keys=load_keys(sqlite_trail.settings.keys.folder))
    bind_platform(rotated)
    exported = await export(rotated, organisation_id, tmp_path / "log.jsonl")
    assert len({checkpoint.key_id for checkpoint in checkpoints_of(exported.lines)}) == 2
    assert exported.found(exported.folder) == set()


async def test_there_is_no_export_of_nothing(sqlite_trail: Platform, tmp_path: Path) -> None:
    with pytest.raises(NoTrail):
        await export_trail(uuid4(), tmp_path / "log.jsonl")
    assert not (tmp_path / "log.jsonl").exists()
