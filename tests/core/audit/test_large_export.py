"""A log of 100,000 events: verified whole, and how long that took is told (`pytest -rP` shows it)."""

import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from server.core.audit.chain import ChainedEvent, TrailEvent, genesis, link
from server.core.audit.findings import Kind
from server.core.audit.statements import Checkpoint, ExportClosed, ExportKey, ExportOpened, Line, digest, signed_bytes
from server.core.keys import create_keys, load_keys
from server.core.keys.signing import Signer
from tests.core.audit.exporting import Exported

EVENTS = 100_000
EVENTS_PER_CHECKPOINT = 100
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _event(organisation_id: UUID, sequence: int) -> TrailEvent:
    return TrailEvent(
        sequence=sequence,
        event_id=uuid4(),
        recorded_at=START + timedelta(milliseconds=137 * sequence),
        organisation_id=organisation_id,
        actor_id=uuid4(),
        actor_kind="person",
        actor_organisation_id=organisation_id,
        purpose="TREAT",
        tag="case:read",
        subject_id=uuid4(),
        patient_id=uuid4(),
        session_id=uuid4(),
        detail='{"version":3}',
    )


def _chain(organisation_id: UUID) -> list[ChainedEvent]:
    previous, chained = genesis(organisation_id), list[ChainedEvent]()
    for sequence in range(1, EVENTS + 1):
        event = _event(organisation_id, sequence)
        previous = link(previous, event)
        chained.append(ChainedEvent(event=event, chain=previous.hex()))
    return chained


def _checkpoints(chained: list[ChainedEvent], signer: Signer) -> list[Checkpoint]:
    signed: list[Checkpoint] = []
    for line in islice(chained, EVENTS_PER_CHECKPOINT - 1, None, EVENTS_PER_CHECKPOINT):
        statement = Checkpoint(
            organisation_id=line.event.organisation_id,
            number=len(signed) + 1,
            sequence=line.event.sequence,
            events=line.event.sequence,
            head=line.chain,
            signed_at=line.event.recorded_at,
            previous=digest(signed[-1]) if signed else "",
        )
        key_id, signature = signer.sign(signed_bytes(statement))
        signed.append(msgspec.structs.replace(statement, key_id=key_id, signature=signature))
    return signed


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """As the platform would write it, without the hours of a database's work."""
    folder, organisation_id = tmp_path_factory.mktemp("large"), uuid4()
    create_keys(folder / "keys")
    signer = load_keys(folder / "keys").audit
    chained = _chain(organisation_id)
    checkpoints = _checkpoints(chained, signer)
    closed = ExportClosed(
        organisation_id=organisation_id,
        exported_at=START + timedelta(days=1),
        sequence=EVENTS,
        head=chained[-1].chain,
        checkpoints=len(checkpoints),
        last_checkpoint=digest(checkpoints[-1]),
    )
    key_id, signature = signer.sign(signed_bytes(closed))
    closed = msgspec.structs.replace(closed, key_id=key_id, signature=signature)
    lines: list[Line] = [ExportOpened(organisation_id=organisation_id), ExportKey(key=signer.public()[0])]
    exported = Exported(path=folder / "log.jsonl", organisation_id=organisation_id, folder=folder, keys=signer.public())
    exported.replace([*lines, *checkpoints, *chained, closed])
    return exported


def test_it_is_intact(large: Exported) -> None:
    started_at = time.perf_counter()
    report = large.verify()
    sys.stdout.write(f"{report.events} events verified in {time.perf_counter() - started_at:.2f} s\n")
    assert report.findings == ()
    assert report.events == EVENTS


def test_one_changed_byte_near_the_end_is_found(large: Exported, tmp_path: Path) -> None:
    lines = large.path.read_bytes().splitlines(keepends=True)
    lines[-10] = lines[-10].replace(b'"version":3', b'"version":4').replace(b'version\\":3', b'version\\":4')
    tampered = msgspec.structs.replace(large, path=tmp_path / "log.jsonl")
    tampered.path.write_bytes(b"".join(lines))
    (finding,) = tampered.verify().findings
    assert (finding.kind, finding.first) == (Kind.EDITED, EVENTS - 8)
