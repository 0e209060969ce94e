"""The spool: what is confirmed is there after anything, sealed, in the order that matters, and once."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.faults import KioskFault, PhotographMissing, SpoolFull, SpoolReadOnly
from kiosk.spool import room
from kiosk.spool.database import DATABASE
from kiosk.spool.files import write_durable
from kiosk.spool.model import Entry, EntryState, Rank
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import Visit, confirm_visit
from kiosk.spool.spool import PartLost, Spool
from server.contract.case import CaseSubmission, PhotographPart
from server.contract.preview import preview_id
from server.core.keys.sealing import SealingKeys, tag_of
from tests.kiosk.visits import make_registration, make_visit, noise

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
Confirm = Callable[..., Entry]


@pytest.fixture
def confirm(spool: Spool, public_key: bytes) -> Confirm:
    def act(visit: Visit, at: datetime = AT) -> Entry:
        return confirm_visit(spool, public_key, visit, at)

    return act


@pytest.fixture
def photo() -> bytes:
    return noise(Random(1))


def drain(spool: Spool) -> list[tuple[str, Rank]]:
    """What would go, in order."""
    order: list[tuple[str, Rank]] = []
    while task := spool.next_task():
        order.append((str(task.case_id), task.item.rank))
        spool.mark_done(task.case_id, task.item)
    return order


def test_a_confirmed_case_is_there_after_another_start_and_opens_with_the_servers_key_alone(
    spool: Spool, confirm: Confirm, recipient: X25519PrivateKey, public_key: bytes, photo: bytes
) -> None:
    visit = make_visit(uuid4(), photo, words="It burns.")
    entry = confirm(visit)
    again = open_spool(spool.folder).spool
    assert [each.case_id for each in again.standings()] == [entry.case_id]
    keys = SealingKeys({tag_of(public_key): recipient}, ())
    contract, photograph = again.items_of(entry.case_id)
    opened = msgspec.json.decode(keys.open(again.read(contract))[1], type=CaseSubmission)
    assert opened == visit.submission
    assert keys.open(again.read(photograph))[1] == photo
    again.close()


def test_urgent_cases_go_first_and_in_each_the_contract_before_photographs(confirm: Confirm, spool: Spool) -> None:
    photos = [noise(Random(n)) for n in range(6)]
    first = confirm(make_visit(uuid4(), *photos[:2], registration=make_registration()))
    urgent = confirm(make_visit(uuid4(), *photos[2:4], is_urgent=True))
    last = confirm(make_visit(uuid4(), *photos[4:]))
    photographs = [Rank.PHOTOGRAPH, Rank.PHOTOGRAPH]
    wanted = [
        *((str(urgent.case_id), rank) for rank in [Rank.CONTRACT, *photographs]),
        *((str(first.case_id), rank) for rank in [Rank.REGISTRATION, Rank.CONTRACT]),
        (str(last.case_id), Rank.CONTRACT),
        *((str(first.case_id), rank) for rank in photographs),
        *((str(last.case_id), rank) for rank in photographs),
    ]
    assert drain(spool) == wanted


def test_previews_are_sealed_each_for_its_own_place_and_go_before_the_photographs_of_any_case(
    confirm: Confirm, spool: Spool, recipient: X25519PrivateKey, public_key: bytes
) -> None:
    visits = [make_visit(uuid4(), noise(Random(n)), noise(Random(n + 9)), has_previews=True) for n in range(2)]
    first, last = (str(confirm(visit).case_id) for visit in visits)
    keys = SealingKeys({tag_of(public_key): recipient}, ())
    opened = [keys.open(spool.read(item)) for item in spool.items_of(visits[0].submission.case_id)]
    found = {header.part_id: content for header, content in opened}
    for part in visits[0].submission.parts:
        for preview in part.previews if isinstance(part, PhotographPart) else ():
            assert found[preview_id(part.part_id, preview.step)] == visits[0].previews[preview.sha256]
    to_begin = [Rank.CONTRACT, Rank.SMALL_PREVIEW, Rank.SMALL_PREVIEW]
    rest = [[Rank.LARGE_PREVIEW] * 2, [Rank.PHOTOGRAPH] * 2]
    wanted = [(case_id, rank) for ranks in (to_begin, *rest) for case_id in (first, last) for rank in ranks]
    assert drain(spool) == wanted


def test_a_preview_that_is_not_at_hand_is_missing_like_a_photograph(confirm: Confirm, spool: Spool) -> None:
    visit = make_visit(uuid4(), noise(Random(1)), has_previews=True)
    with pytest.raises(PhotographMissing):
        confirm(msgspec.structs.replace(visit, previews={}))
    assert spool.standings() == []


def test_an_urgent_case_overtakes_one_that_is_under_way(confirm: Confirm, spool: Spool, photo: bytes) -> None:
    confirm(make_visit(uuid4(), photo))
    task = spool.next_task()
    assert task is not None
    spool.note_upload(task, "/somewhere", 10)
    urgent = confirm(make_visit(uuid4(), is_urgent=True))
    found = spool.next_task()
    assert found is not None
    assert found.case_id == urgent.case_id


def test_a_clock_that_jumps_reorders_and_expires_nothing(spool: Spool, confirm: Confirm) -> None:
    clocks = [AT, datetime(1970, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC), AT - timedelta(days=3000)]
    entries = [confirm(make_visit(uuid4()), at) for at in clocks]
    spool.sweep()
    assert [case_id for case_id, _ in drain(spool)] == [str(entry.case_id) for entry in entries]


def test_nothing_of_fifty_marked_strings_is_on_the_disk(spool: Spool, confirm: Confirm) -> None:
    marks = [f"MARKED-{number:02}-{uuid4().hex}" for number in range(50)]
    for number, mark in enumerate(marks):
        photo = noise(Random(number)) + mark.encode()
        confirm(make_visit(uuid4(), photo, words=f"She says {mark}.", registration=make_registration(mark)))
    names_and_bytes = b"".join(_everything(spool.folder))
    assert len(names_and_bytes) > 50 * 1000
    assert [mark for mark in marks if mark.encode() in names_and_bytes] == []
    assert b"Sesay" not in names_and_bytes


def test_what_was_sent_leaves_no_file_behind(spool: Spool, confirm: Confirm, photo: bytes) -> None:
    entry = confirm(make_visit(uuid4(), photo))
    spool.mark_sent(entry.case_id, b"{}", AT)
    assert [path for folder in ("parts", "cases") for path in (spool.folder / folder).iterdir()] == []
    assert [each.state for each in spool.standings()] == [EntryState.SENT]
    assert spool.next_task() is None


@pytest.mark.parametrize("damage", ["zeroed", "truncated", "text", "deleted"])
def test_a_damaged_database_is_set_aside_and_every_confirmed_case_is_found_again(
    spool: Spool, confirm: Confirm, photo: bytes, damage: str
) -> None:
    entries = [confirm(make_visit(uuid4(), photo, is_urgent=number == 2)) for number in range(4)]
    spool.mark_sent(entries[0].case_id, b"{}", AT)
    spool.close()
    _damage(spool.folder / DATABASE, damage)
    opened = open_spool(spool.folder)
    assert (opened.quarantined is None) == (damage == "deleted")
    assert opened.found_again == 3
    order = list(dict.fromkeys(case_id for case_id, _ in drain(opened.spool)))
    assert order == [str(entries[number].case_id) for number in (2, 1, 3)]
    opened.spool.close()


def test_a_damaged_manifest_loses_nothing_while_the_database_is_whole(spool: Spool, confirm: Confirm) -> None:
    entry = confirm(make_visit(uuid4()))
    (spool.folder / "cases" / f"{entry.case_id}.json").write_bytes(b"\0\0")
    assert len(drain(open_spool(spool.folder).spool)) == 1


def test_a_part_that_the_disk_lost_is_noticed(spool: Spool, confirm: Confirm, photo: bytes) -> None:
    entry = confirm(make_visit(uuid4(), photo))
    contract, photograph = entry.items
    spool.path_of(contract.sha256).write_bytes(b"short")
    spool.path_of(photograph.sha256).unlink()
    assert not spool.is_whole(contract)
    with pytest.raises(PartLost):
        spool.read(photograph, 0, 10)


def test_without_room_nothing_is_kept_and_the_words_say_so(
    spool: Spool, confirm: Confirm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RESERVE_BYTES", 1 << 60)
    with pytest.raises(SpoolFull) as caught:
        confirm(make_visit(uuid4()))
    assert caught.value.kept
    assert caught.value.next_step
    assert spool.standings() == []


def test_what_a_crash_left_without_a_row_is_swept_and_the_rest_stays(
    spool: Spool, confirm: Confirm, photo: bytes
) -> None:
    entry = confirm(make_visit(uuid4(), photo))
    (spool.folder / "parts" / ("0" * 64)).write_bytes(b"of a case that was never confirmed")
    spool.sweep()
    assert {path.name for path in (spool.folder / "parts").iterdir()} == {item.sha256 for item in entry.items}


def test_a_visit_whose_photograph_is_missing_is_not_kept(spool: Spool, confirm: Confirm, photo: bytes) -> None:
    visit = msgspec.structs.replace(make_visit(uuid4(), photo), photographs={})
    with pytest.raises(PhotographMissing):
        confirm(visit)
    assert spool.standings() == []


def test_what_was_refused_stays_and_goes_again_when_a_worker_asks(spool: Spool, confirm: Confirm) -> None:
    entry = confirm(make_visit(uuid4()))
    spool.mark_trouble(entry.case_id, EntryState.REFUSED, "Nothing here.")
    assert spool.next_task() is None
    assert [each.case_id for each in spool.unsent_entries()] == [entry.case_id]
    spool.try_again(entry.case_id)
    assert spool.next_task() is not None


def test_only_so_many_sent_cases_are_remembered(spool: Spool, confirm: Confirm) -> None:
    for _ in range(3):
        spool.mark_sent(confirm(make_visit(uuid4())).case_id, b"{}", AT)
    statement = "SELECT COUNT(*) FROM entry"
    assert spool._one(statement)[0] == 3
    assert {each.reference for each in spool.standings()} == {str(e.case_id).upper()[-6:] for e in spool.standings()}


@pytest.mark.requires("mount")
def test_a_full_and_a_read_only_disk_are_told_apart_and_lose_nothing(tmp_path: Path, public_key: bytes) -> None:
    with _small_disk(tmp_path / "disk") as disk:
        spool = open_spool(disk / "spool").spool
        kept = confirm_visit(spool, public_key, make_visit(uuid4()), AT)
        (disk / "ballast").write_bytes(bytes(_free(disk) - 8192))
        with pytest.raises(SpoolFull):
            confirm_visit(spool, public_key, make_visit(uuid4(), bytes(200_000)), AT)
        (disk / "ballast").unlink()
        spool.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(SpoolReadOnly):
            open_spool(disk / "spool")
        with pytest.raises(SpoolReadOnly):
            write_durable(disk / "spool" / "parts" / "one", b"more")
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        spool = open_spool(disk / "spool").spool
        assert [each.case_id for each in spool.standings()] == [kept.case_id]
        confirm_visit(spool, public_key, make_visit(uuid4()), AT)
        spool.close()


@contextmanager
def _small_disk(at: Path) -> Generator[Path]:
    """A disk of 4 MiB, with no reserve asked of it."""
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(at)], check=True)
    reserve, room.RESERVE_BYTES = room.RESERVE_BYTES, -(1 << 30)
    try:
        yield at
    finally:
        room.RESERVE_BYTES = reserve
        subprocess.run(["umount", "-l", str(at)], check=True)


def _free(disk: Path) -> int:
    told = os.statvfs(disk)
    return told.f_bavail * told.f_frsize


def _everything(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        yield path.name.encode()
        if path.is_file():
            yield path.read_bytes()


def _damage(path: Path, how: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = path.read_bytes()
    match how:
        case "zeroed":
            path.write_bytes(content[:4096] + bytes(len(content) - 4096))
        case "truncated":
            path.write_bytes(content[: len(content) // 2 + 100])
        case "text":
            path.write_bytes(b"nothing of a database" * 999)
        case _:
            path.unlink()


def test_every_fault_says_what_happened_what_is_kept_and_what_to_do() -> None:
    for fault in KioskFault.__subclasses__():
        assert fault.title != KioskFault.title
        assert fault.kept
        assert fault.next_step
