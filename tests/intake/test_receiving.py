"""What one PATCH keeps: whole, cut off, silent, slow, contested, under a checksum."""

import asyncio
import hashlib
import threading
from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from server.core.platform import Platform, bind_platform
from server.intake import queries, service
from server.intake.faults import (
    ChecksumMismatch,
    DigestMismatch,
    LeaseLost,
    SenderGone,
    SenderSilent,
    UploadBusy,
    UploadEnded,
)
from server.intake.receiving import body as receiving_body
from server.intake.receiving.desk import desk
from server.intake.receiving.digests import RunningDigests
from server.intake.receiving.gathering import SMALL_PIECE_BYTES
from server.intake.schemas import Checksum
from server.intake.service import ledger, reception
from server.intake.tables import Upload, UploadPiece
from tests.intake.bodies import cut_off, patch, running_patch, silent, upload_whole, whole
from tests.intake.clinic import Clinic, declare
from tests.intake.records import audited, jobs_of, objects

CONTENT = Random(7).randbytes(600_000)
HALF = len(CONTENT) // 2


@pytest.fixture
async def token(clinic: Clinic) -> str:
    """An upload of CONTENT that has no bytes yet."""
    return (await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))).token


async def row(clinic: Clinic, token: str) -> Upload:
    return await queries.get_own_upload(clinic.worker, token)


async def read(clinic: Clinic, token: str) -> bytes:
    return await service.read_upload(clinic.worker, (await row(clinic, token)).id)


async def test_what_was_sent_in_parts_is_read_back_whole(clinic: Clinic, token: str) -> None:
    await patch(clinic.worker, token, 0, whole(CONTENT[:1], CONTENT[1:HALF]))
    progress = await patch(clinic.worker, token, HALF, whole(CONTENT[HALF:]))
    assert progress.is_whole
    assert await read(clinic, token) == CONTENT


async def test_a_link_that_dies_keeps_what_arrived(clinic: Clinic, token: str) -> None:
    with pytest.raises(SenderGone):
        await patch(clinic.worker, token, 0, cut_off(CONTENT[:1000], CONTENT[1000:1777]))
    assert (await row(clinic, token)).received_bytes == 1777
    assert (await patch(clinic.worker, token, 1777, whole(CONTENT[1777:]))).is_whole
    assert await read(clinic, token) == CONTENT


async def test_a_link_that_dies_with_the_last_byte_completes_the_upload(clinic: Clinic, token: str) -> None:
    with pytest.raises(SenderGone):
        await patch(clinic.worker, token, 0, cut_off(CONTENT))
    assert (await service.upload_progress(clinic.worker, token)).is_whole


async def test_a_link_that_falls_silent_keeps_what_arrived_and_lets_go(
    clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving_body, "SILENT_AFTER_S", 0.05)
    with pytest.raises(SenderSilent):
        await patch(clinic.worker, token, 0, silent(CONTENT[:1000]))
    assert (await row(clinic, token)).received_bytes == 1000
    assert (await patch(clinic.worker, token, 1000, whole(CONTENT[1000:]))).is_whole


async def test_what_trickles_in_counts_before_the_body_ends(
    clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "FLUSH_AFTER_S", 0.01)
    async with running_patch(clinic.worker, token, 0) as (sender, running):
        sender.send(CONTENT[:500])
        await _until_offset(clinic, token, 500)
        sender.send(CONTENT[500:900])
        await _until_offset(clinic, token, 900)
        sender.end()
        assert (await running).received_bytes == 900


async def test_small_pieces_are_replaced_by_longer_ones(clinic: Clinic, token: str, platform: Platform) -> None:
    step = 7_000
    for offset in range(0, len(CONTENT), step):
        await patch(clinic.worker, token, offset, whole(CONTENT[offset : offset + step]))
    pieces = await queries.pieces_of(await row(clinic, token))
    assert len(pieces) <= 1 + len(CONTENT) // SMALL_PIECE_BYTES
    assert await objects(platform) == {piece.object_key for piece in pieces}
    assert await read(clinic, token) == CONTENT


async def test_pieces_are_not_longer_than_the_room_allows(
    clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    chunks = [CONTENT[start : start + 1000] for start in range(0, len(CONTENT), 1000)]
    await patch(clinic.worker, token, 0, whole(*chunks))
    lengths = [piece.length_bytes for piece in await queries.pieces_of(await row(clinic, token))]
    assert lengths == [132_000, 132_000, 132_000, 132_000, 72_000]
    assert await read(clinic, token) == CONTENT


async def test_another_process_goes_on_where_the_first_stopped(
    clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await patch(clinic.worker, token, 0, whole(CONTENT[:HALF]))
    monkeypatch.setattr(desk(), "digests", RunningDigests())
    assert (await patch(clinic.worker, token, HALF, whole(CONTENT[HALF:]))).is_whole
    assert await read(clinic, token) == CONTENT


async def test_processes_may_take_turns(clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first process's running digest is behind when it gets the third part."""
    first, second = RunningDigests(), RunningDigests()
    monkeypatch.setattr(desk(), "digests", first)
    await patch(clinic.worker, token, 0, whole(CONTENT[:100_000]))
    monkeypatch.setattr(desk(), "digests", second)
    await patch(clinic.worker, token, 100_000, whole(CONTENT[100_000:HALF]))
    monkeypatch.setattr(desk(), "digests", first)
    assert (await patch(clinic.worker, token, HALF, whole(CONTENT[HALF:]))).is_whole


class LateFirst:
    """An object store whose first write ends only after its second."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._second_is_there = asyncio.Event()
        self._writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def put(self, key: str, data: bytes) -> None:
        self._writes += 1
        if self._writes == 1:
            await self._second_is_there.wait()
        await self._store.put(key, data)
        self._second_is_there.set()


async def test_pieces_are_recorded_in_order_whichever_is_durable_first(
    clinic: Clinic, token: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    bind_platform(msgspec.structs.replace(platform, objects=LateFirst(platform.objects)))
    chunks = [CONTENT[start : start + 1000] for start in range(0, len(CONTENT), 1000)]
    assert (await patch(clinic.worker, token, 0, whole(*chunks))).is_whole
    offsets = [piece.offset_bytes for piece in await queries.pieces_of(await row(clinic, token))]
    assert offsets == [0, 132_000, 264_000, 396_000, 528_000]
    assert await read(clinic, token) == CONTENT


class SlowFirst:
    """A digest whose first update gives a second one, if any could begin, the time to overtake it."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._second_began = threading.Event()
        self._updates = 0

    def update(self, data: bytes) -> None:
        self._updates += 1
        if self._updates == 1:
            self._second_began.wait(timeout=0.3)
        else:
            self._second_began.set()
        self._digest.update(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def slow_first(*_: object) -> SlowFirst:
    return SlowFirst()


async def test_pieces_are_digested_in_order(clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    monkeypatch.setattr(RunningDigests, "take", slow_first)
    chunks = [CONTENT[start : start + 1000] for start in range(0, len(CONTENT), 1000)]
    assert (await patch(clinic.worker, token, 0, whole(*chunks))).is_whole


@pytest.mark.parametrize("is_same_process", [True, False])
async def test_a_whole_that_is_not_what_was_declared_is_refused_and_removed(
    clinic: Clinic, token: str, platform: Platform, monkeypatch: pytest.MonkeyPatch, is_same_process: bool
) -> None:
    await patch(clinic.worker, token, 0, whole(CONTENT[:HALF]))
    if not is_same_process:
        monkeypatch.setattr(desk(), "digests", RunningDigests())
    with pytest.raises(DigestMismatch):
        await patch(clinic.worker, token, HALF, whole(CONTENT[HALF:-1], b"\0"))
    with pytest.raises(UploadEnded):
        await service.upload_progress(clinic.worker, token)
    await service.remove_pieces((await row(clinic, token)).id)
    assert not await objects(platform)
    assert not await UploadPiece.exists()


async def test_a_second_patch_is_turned_away_while_the_first_runs(clinic: Clinic, token: str) -> None:
    async with running_patch(clinic.worker, token, 0) as (sender, running):
        with pytest.raises(UploadBusy):
            await patch(clinic.worker, token, 0, whole(CONTENT))
        sender.send(CONTENT)
        sender.end()
        assert (await running).is_whole


async def test_a_patch_that_was_taken_over_can_no_longer_write(clinic: Clinic, token: str, platform: Platform) -> None:
    async with running_patch(clinic.worker, token, 0) as (slow_sender, slow):
        platform.clock.advance(seconds=ledger.LEASE.total_seconds())  # type: ignore[attr-defined]
        async with running_patch(clinic.worker, token, 0) as (sender, running):
            slow_sender.send(b"x" * 1000)
            slow_sender.end()
            with pytest.raises(LeaseLost):
                await slow
            assert (await row(clinic, token)).received_bytes == 0
            sender.send(CONTENT)
            sender.end()
            assert (await running).is_whole
    assert await read(clinic, token) == CONTENT


async def test_a_lease_lasts_as_long_as_bytes_come(
    clinic: Clinic, token: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "FLUSH_AFTER_S", 0.01)
    async with running_patch(clinic.worker, token, 0) as (sender, running):
        for sent in (100, 200, 300):
            platform.clock.advance(seconds=ledger.LEASE.total_seconds() - 1)  # type: ignore[attr-defined]
            sender.send(CONTENT[sent - 100 : sent])
            await _until_offset(clinic, token, sent)
            with pytest.raises(UploadBusy):
                await patch(clinic.worker, token, sent, whole(CONTENT[sent:]))
        sender.end()
        await running


async def test_a_cancelled_patch_gives_its_lease_back(clinic: Clinic, token: str) -> None:
    async with running_patch(clinic.worker, token, 0):
        pass
    assert (await patch(clinic.worker, token, 0, whole(CONTENT))).is_whole


async def test_termination_ends_a_patch_that_is_running(clinic: Clinic, token: str, platform: Platform) -> None:
    async with running_patch(clinic.worker, token, 0) as (sender, running):
        await service.terminate(clinic.worker, token)
        sender.send(CONTENT)
        sender.end()
        with pytest.raises(UploadEnded):
            await running
    await service.remove_pieces((await row(clinic, token)).id)
    assert not await objects(platform)


async def test_nothing_counts_before_the_checksum_holds(
    clinic: Clinic, token: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    wrong = Checksum("sha256", hashlib.sha256(b"other").digest())
    with pytest.raises(ChecksumMismatch):
        await patch(clinic.worker, token, 0, whole(CONTENT[:HALF], CONTENT[HALF:]), checksum=wrong)
    assert (await row(clinic, token)).received_bytes == 0
    assert not await objects(platform)


async def test_a_checked_body_that_is_cut_off_leaves_nothing(
    clinic: Clinic, token: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    right = Checksum("sha256", hashlib.sha256(CONTENT).digest())
    with pytest.raises(SenderGone):
        await patch(clinic.worker, token, 0, cut_off(CONTENT[:HALF], CONTENT[HALF:-1]), checksum=right)
    assert (await row(clinic, token)).received_bytes == 0
    assert not await objects(platform)


async def test_checked_bodies_in_several_pieces_are_kept_together(
    clinic: Clinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk().room, "piece_bytes", lambda: SMALL_PIECE_BYTES)
    await patch(clinic.worker, token, 0, whole(CONTENT[:10]))
    right = Checksum("sha1", hashlib.sha1(CONTENT[10:], usedforsecurity=False).digest())
    progress = await patch(clinic.worker, token, 10, whole(CONTENT[10:HALF], CONTENT[HALF:]), checksum=right)
    assert progress.is_whole
    assert await read(clinic, token) == CONTENT


async def test_moving_on_puts_the_expiry_off(clinic: Clinic, token: str, platform: Platform) -> None:
    before = (await row(clinic, token)).expires_at
    platform.clock.advance(hours=1)  # type: ignore[attr-defined]
    progress = await patch(clinic.worker, token, 0, whole(CONTENT[:10]))
    assert progress.expires_at == before + timedelta(hours=1)
    assert (await row(clinic, token)).expires_at == progress.expires_at


async def test_completion_is_told_to_the_case_once_with_an_audit_event(clinic: Clinic, token: str) -> None:
    await upload_whole(clinic.worker, token, CONTENT)
    await patch(clinic.worker, token, len(CONTENT), whole())
    upload = await row(clinic, token)
    jobs = await jobs_of("intake.upload_completed")
    assert jobs == [
        {
            "organisation_id": str(upload.organisation_id),
            "upload_id": str(upload.id),
            "case_id": str(upload.case_id),
            "part_id": str(upload.part_id),
        }
    ]
    assert await audited(upload.id) == ["upload:completed"]


async def _until_offset(clinic: Clinic, token: str, offset: int) -> None:
    while (await row(clinic, token)).received_bytes != offset:
        pass
