"""Any sequence of requests, splits, duplicates, crashes and restarts leaves each upload a true prefix of its file."""

import asyncio
import hashlib
import shutil
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from server.core import vault
from server.core.keys import create_keys
from server.core.platform import Platform, bind_platform, open_platform
from server.intake import queries, service
from server.intake.faults import (
    ChecksumMismatch,
    DigestMismatch,
    SenderGone,
    UploadBusy,
    UploadEnded,
    WrongOffset,
)
from server.intake.lifecycle import UploadState
from server.intake.receiving import gathering
from server.intake.receiving.body import Receive
from server.intake.receiving.desk import desk
from server.intake.receiving.digests import RunningDigests
from server.intake.receiving.room import Room
from server.intake.schemas import Checksum, NewUpload
from server.intake.service import ledger, receiving
from server.intake.service.ending import ORPHAN_AFTER
from server.intake.service.pieces import open_pieces
from server.settings import Settings
from tests.intake.bodies import cut_off, patch, whole
from tests.intake.clinic import Clinic, declare, make_clinic
from tests.intake.records import jobs_of, objects
from tests.support.platforms import FakeClock, Templates, settings_in

SMALL = 64
LARGEST = 1_500
ResultT = TypeVar("ResultT")


class ProcessDied(BaseException):
    """Stands for kill -9: whatever would tidy up afterwards does not run."""


class MortalStore:
    """The process's object store; it can be told to die at its next write, before or after the object is there."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.writes_left: int | None = None
        self.dies_after_writing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def put(self, key: str, data: bytes) -> None:
        is_last = self.writes_left == 0
        if is_last and not self.dies_after_writing:
            raise ProcessDied
        await self._store.put(key, data)
        if is_last:
            raise ProcessDied
        if self.writes_left is not None:
            self.writes_left -= 1


class File:
    """The model: what one client sends, and how much of it the server has acknowledged."""

    def __init__(self, new: NewUpload, content: bytes, token: str) -> None:
        self.new = new
        self.content = content
        self.token = token
        self.offset = 0
        self.is_ended = False

    @property
    def is_whole(self) -> bool:
        return self.offset == len(self.content)


class UploadMachine(RuleBasedStateMachine):
    prepared: ClassVar[Path]
    clinic: ClassVar[Clinic]
    files = Bundle[File]("files")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        shutil.copytree(self.prepared, self.folder.name, dirs_exist_ok=True)
        self.clock = FakeClock(datetime.now(UTC))  # the store's own clock is the machine's
        self.platform, self.store = self._open()
        self.known: list[File] = []
        self.worker = self.clinic.worker

    @rule(target=files, size=st.integers(1, LARGEST), seed=st.integers(0, 2**32), is_wrong=st.booleans())
    def create(self, size: int, seed: int, is_wrong: bool) -> File:
        content = Random(seed).randbytes(size)
        sha256 = hashlib.sha256(b"not this").hexdigest() if is_wrong else None
        new = declare(content, self.clinic.patient_id, sha256=sha256)
        file = File(new, content, self.run(service.create_upload(self.worker, new)).token)
        self.known.append(file)
        return file

    @rule(file=files)
    def create_again(self, file: File) -> None:
        token = self.run(service.create_upload(self.worker, file.new)).token
        assert (token == file.token) is not file.is_ended
        if file.is_ended:
            file.token, file.offset, file.is_ended = token, 0, False

    @rule(file=files, cuts=st.lists(st.integers(0, LARGEST), max_size=5))
    def send(self, file: File, cuts: list[int]) -> None:
        chunks = split(file, cuts)
        self.expect(file, sum(map(len, chunks)), whole(*chunks))

    @rule(file=files, cuts=st.lists(st.integers(0, LARGEST), max_size=5), is_right=st.booleans())
    def send_checked(self, file: File, cuts: list[int], is_right: bool) -> None:
        chunks = split(file, cuts)
        digest = hashlib.sha256(b"".join(chunks) if is_right else b"not this").digest()
        checksum = Checksum("sha256", digest)
        self.expect(file, sum(map(len, chunks)) if is_right else 0, whole(*chunks), checksum)

    @rule(file=files, cuts=st.lists(st.integers(0, LARGEST), min_size=1, max_size=5))
    def send_and_lose_the_link(self, file: File, cuts: list[int]) -> None:
        chunks = split(file, cuts)
        self.expect(file, sum(map(len, chunks)), cut_off(*chunks))

    @rule(file=files, wrong=st.integers(0, LARGEST))
    def send_from_another_offset(self, file: File, wrong: int) -> None:
        if wrong == file.offset:
            return
        with pytest.raises(UploadEnded if file.is_ended else WrongOffset):
            self.run(patch(self.worker, file.token, wrong, whole(b"x")))

    @rule(file=files)
    def send_twice_at_once(self, file: File) -> None:
        rest = file.content[file.offset :]

        async def both() -> list[Any]:
            requests = (patch(self.worker, file.token, file.offset, whole(rest)) for _ in range(2))
            return await asyncio.gather(*requests, return_exceptions=True)

        outcomes = self.run(both())
        faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert all(isinstance(fault, (UploadBusy, WrongOffset, UploadEnded, DigestMismatch)) for fault in faults)
        self.advance(file, len(rest))

    @rule(
        file=files,
        cuts=st.lists(st.integers(0, LARGEST), max_size=5),
        writes=st.integers(0, 3),
        dies_after_writing=st.booleans(),
    )
    def die_while_receiving(self, file: File, cuts: list[int], writes: int, dies_after_writing: bool) -> None:
        chunks = split(file, cuts)
        self.store.writes_left, self.store.dies_after_writing = writes, dies_after_writing
        with suppress(ProcessDied, UploadEnded, DigestMismatch):
            self.run(self._patch_without_tidying(file, whole(*chunks)))
        self.restart()
        if not file.is_ended:
            self._see_how_far_it_came(file, sum(map(len, chunks)))

    @rule()
    def restart(self) -> None:
        """The next process knows nothing but the database and the objects; leases of the dead run out."""
        self.run(self.platform.engine.close_connection_pool())
        self.clock.at += ledger.LEASE
        self.platform, self.store = self._open()

    @rule(file=files)
    def terminate(self, file: File) -> None:
        if file.is_ended:
            with pytest.raises(UploadEnded):
                self.run(service.terminate(self.worker, file.token))
        else:
            self.run(service.terminate(self.worker, file.token))
        file.is_ended = True

    @invariant()
    def every_upload_is_a_true_prefix(self) -> None:
        for file in self.known:
            if not file.is_ended:
                assert self.run(self._stored(file)) == file.content[: file.offset]

    def teardown(self) -> None:
        try:
            for file in self.known:
                if not file.is_ended and not file.is_whole:
                    rest = file.content[file.offset :]
                    self.expect(file, len(rest), whole(rest))
            self.run(self._verify_the_end())
        finally:
            self.run(self.platform.engine.close_connection_pool())
            self.runner.close()
            self.folder.cleanup()

    def expect(self, file: File, count: int, body: Receive, checksum: Checksum | None = None) -> None:
        """Send, and hold the outcome against the model: `count` bytes more, unless the upload has ended."""
        try:
            self.run(patch(self.worker, file.token, file.offset, body, checksum=checksum))
        except (SenderGone, ChecksumMismatch):
            pass
        except (UploadEnded, DigestMismatch):
            assert file.is_ended or self.is_misdeclared(file)
        self.advance(file, count)

    def advance(self, file: File, count: int) -> None:
        if not file.is_ended:
            file.offset += count
            file.is_ended = file.is_whole and self.is_misdeclared(file)

    def is_misdeclared(self, file: File) -> bool:
        return file.new.sha256 != hashlib.sha256(file.content).hexdigest()

    def run(self, awaitable: Awaitable[ResultT]) -> ResultT:
        async def wait() -> ResultT:
            return await awaitable

        return self.runner.run(wait())

    def _open(self) -> tuple[Platform, MortalStore]:
        platform = open_platform(settings_of(Path(self.folder.name)), self.clock)
        store = MortalStore(platform.objects)
        bind_platform(msgspec.structs.replace(platform, objects=store))
        self.run(self._forget())
        return platform, store

    async def _forget(self) -> None:
        desk().digests = RunningDigests()

    def _see_how_far_it_came(self, file: File, sent: int) -> None:
        upload = self.run(queries.get_own_upload(self.worker, file.token))
        assert file.offset <= upload.received_bytes <= file.offset + sent
        file.offset = upload.received_bytes
        file.is_ended = upload.state == UploadState.REFUSED
        assert not file.is_ended or self.is_misdeclared(file)

    async def _patch_without_tidying(self, file: File, body: Receive) -> None:
        released = ledger.release_lease
        ledger.release_lease = _do_nothing
        try:
            await patch(self.worker, file.token, file.offset, body)
        finally:
            ledger.release_lease = released

    async def _stored(self, file: File) -> bytes:
        upload = await queries.get_own_upload(self.worker, file.token)
        key = await vault.key(upload.vault_id)
        keys = [piece.object_key for piece in await queries.pieces_of(upload)]
        return b"".join([content async for content in open_pieces(key, keys)])

    async def _verify_the_end(self) -> None:
        """Bytes and digests are equal, each completion was told once, and nothing is left that no upload names."""
        kept = [file for file in self.known if not file.is_ended]
        for file in kept:
            upload = await queries.get_own_upload(self.worker, file.token)
            assert await service.read_upload(self.worker, upload.id) == file.content
        told = [job["upload_id"] for job in await jobs_of("intake.upload_completed")]
        assert len(told) == len(set(told)) >= len(kept)
        for job in await jobs_of("intake.remove_pieces"):
            await service.remove_pieces(UUID(job["upload_id"]))
        self.clock.at += ORPHAN_AFTER + timedelta(minutes=1)
        await service.sweep_orphans()
        assert len(await objects(self.platform)) == len(await queries.named_keys(list(await objects(self.platform))))


async def _do_nothing(*_: Any) -> None:
    pass


def split(file: File, cuts: list[int]) -> list[bytes]:
    """What is left of the file, in chunks that end at `cuts`; bytes after the last cut are not sent."""
    ends = sorted(cut for cut in cuts if file.offset <= cut <= len(file.content)) if cuts else [len(file.content)]
    starts = [file.offset, *ends]
    return [file.content[start:end] for start, end in zip(starts, ends, strict=False)]


def small_pieces(_: Room) -> int:
    return 2 * SMALL


def settings_of(folder: Path) -> Settings:
    return settings_in(folder, f"sqlite:///{folder}/careferry.sqlite")


@pytest.fixture
async def prepared(tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic in a folder that every run of the machine begins with a copy of; pieces are small."""
    monkeypatch.setattr(gathering, "SMALL_PIECE_BYTES", SMALL)
    monkeypatch.setattr(receiving, "SMALL_PIECE_BYTES", SMALL)
    monkeypatch.setattr(Room, "piece_bytes", small_pieces)
    async with templates.copy("sqlite", tmp_path):
        create_keys(tmp_path / "keys")
        platform = open_platform(settings_of(tmp_path), FakeClock())
        UploadMachine.clinic = await make_clinic()
        await platform.engine.close_connection_pool()
    UploadMachine.prepared = tmp_path


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("prepared")
def test_whatever_happens_uploads_stay_true() -> None:
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    bounds = settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(UploadMachine, settings=bounds)
