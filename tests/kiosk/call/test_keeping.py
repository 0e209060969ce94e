"""What a call leaves with its case: durable at once, sealed, and sent as an addition that the server's receipt ends."""

from pathlib import Path
from uuid import uuid4

import av
import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.call.keeping import CaseOfCall, Keeper
from kiosk.call.recording import BEFORE_S, Recorder
from kiosk.call.voice import CHUNK_SAMPLES
from kiosk.camera.stills import make_still
from kiosk.spool.database import open_database
from kiosk.spool.model import Rank
from kiosk.spool.opening import open_spool
from kiosk.spool.spool import Spool
from server.contract.case import PartsAdded, PhotographPart, VoicePart
from server.contract.wire import Coding
from server.core.keys.sealing import SealingKeys, tag_of

CASE = CaseOfCall(case_id=uuid4(), patient_id=uuid4(), site=Coding(system="careferry", code="cheek"))


@pytest.fixture
def keeper(spool: Spool, public_key: bytes) -> Keeper:
    return Keeper(spool, lambda: public_key, CASE, "Africa/Freetown")


def opened(spool: Spool, recipient: X25519PrivateKey) -> tuple[PartsAdded, dict[str, bytes]]:
    """The one addition, as the server opens it."""
    public = recipient.public_key().public_bytes_raw()
    keys = SealingKeys({tag_of(public): recipient}, ())
    (standing,) = spool.standings()
    items = spool.items_of(standing.case_id)
    (contract,) = [item for item in items if item.rank is Rank.CONTRACT]
    media = {item.plain_sha256: keys.open(spool.read(item))[1] for item in items if item.rank is Rank.PHOTOGRAPH}
    header, content = keys.open(spool.read(contract))
    added = msgspec.json.decode(content, type=PartsAdded)
    assert header.case_id == header.part_id == added.addition_id, "else the server takes it for a part of a case"
    return added, media


def test_a_still_is_an_addition_to_its_case_with_what_the_check_says(
    keeper: Keeper, spool: Spool, recipient: X25519PrivateKey
) -> None:
    taken, still_id = make_still(np.full((480, 640, 3), 3, np.uint8)), uuid4()
    kept = keeper.keep_still(still_id, taken)
    added, media = opened(spool, recipient)
    (part,) = added.parts
    assert isinstance(part, PhotographPart)
    assert (added.case_id, part.part_id) == (CASE.case_id, still_id)
    assert media == {kept.sha256: taken.jpeg}
    assert kept.flaws
    assert [flaw.name for flaw in kept.flaws] == list(part.verdict.flaw_names)
    task = spool.next_task()
    assert task is not None
    assert (task.belongs_to, task.is_urgent) == (CASE.case_id, True)


def test_an_addition_is_found_again_when_the_database_is_lost(keeper: Keeper, spool: Spool, tmp_path: Path) -> None:
    keeper.keep_still(uuid4(), make_still(np.full((48, 64, 3), 90, np.uint8)))
    spool.close()
    for file in (tmp_path / "spool").glob("spool.sqlite*"):
        file.unlink()
    again = open_spool(tmp_path / "spool").spool
    task = again.next_task()
    assert task is not None
    assert task.belongs_to == CASE.case_id
    again.close()


def test_a_spool_from_before_there_were_calls_is_opened(tmp_path: Path) -> None:
    database = open_database(tmp_path / "old.sqlite")
    database.execute("ALTER TABLE entry DROP COLUMN adds_to")
    database.close()
    columns = {row["name"] for row in open_database(tmp_path / "old.sqlite").execute("PRAGMA table_info(entry)")}
    assert "adds_to" in columns


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def speak(recorder: Recorder, clock: Clock, seconds: float) -> None:
    loud = np.full(CHUNK_SAMPLES, 900, np.int16)
    for _ in range(round(seconds * 50)):
        clock.now_s += 0.02
        recorder.hear(loud)


def test_a_recording_begins_before_the_link_was_called_dead_and_ends_with_it(
    keeper: Keeper, spool: Spool, recipient: X25519PrivateKey, tmp_path: Path
) -> None:
    clock = Clock()
    recorder = Recorder(keeper.keep_voice, clock)
    speak(recorder, clock, 30)
    recorder.begin()
    speak(recorder, clock, 30)
    recorder.end()
    speak(recorder, clock, 30)
    added, media = opened(spool, recipient)
    (part,) = added.parts
    assert isinstance(part, VoicePart)
    (recording,) = media.values()
    assert recording.startswith(b"OggS")
    assert BEFORE_S + 29.9 <= seconds_of(recording, tmp_path) <= BEFORE_S + 30.2


def test_nothing_is_kept_while_somebody_hears(keeper: Keeper, spool: Spool) -> None:
    clock = Clock()
    recorder = Recorder(keeper.keep_voice, clock)
    speak(recorder, clock, 20)
    recorder.end()
    assert spool.standings() == []


def seconds_of(recording: bytes, folder: Path) -> float:
    path = folder / "recording.ogg"
    path.write_bytes(recording)
    with av.open(str(path)) as opened:
        return sum(frame.samples for frame in opened.decode(audio=0)) / 48_000
