"""Sealing: every committed event once, in order, whoever else seals."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from server.core.access import system_actor
from server.core.audit import record, sealer
from server.core.audit.chain import TrailEvent, canonical_bytes, genesis, link
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.db import transaction
from server.core.platform import Platform
from tests.core.audit.recording import record_events
from tests.support.platforms import FakeClock


async def _chained(organisation_id: UUID) -> list[AuditEvent]:
    return await AuditEvent.objects().where(AuditEvent.organisation_id == organisation_id).order_by(AuditEvent.sequence)


async def _record_and_fail(organisation_id: UUID) -> None:
    async with transaction():
        await record(system_actor(organisation_id), "case:claimed")
        raise LookupError


async def _assert_chain_holds(organisation_id: UUID, count: int) -> None:
    events = await _chained(organisation_id)
    assert [event.sequence for event in events] == list(range(1, count + 1))
    previous = genesis(organisation_id)
    for event in events:
        previous = link(previous, event.as_event(event.sequence))
        assert event.chain == previous
    head = await AuditHead.objects().get(AuditHead.organisation_id == organisation_id)
    assert head is not None
    assert (head.sequence, head.chain) == (count, previous)


async def test_each_organisation_has_its_own_chain_from_one(trail: Platform, clock: FakeClock) -> None:
    first, second = uuid4(), uuid4()
    await record_events(first, 3, clock)
    await record_events(second, 2, clock)
    assert await sealer.seal_pending() == 5
    await _assert_chain_holds(first, 3)
    await _assert_chain_holds(second, 2)
    at = [event.recorded_at for event in await _chained(first)]
    assert at == sorted(at)


async def test_later_events_continue_the_chain(
    trail: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_id = uuid4()
    monkeypatch.setattr(sealer, "BATCH_EVENTS", 2)
    await record_events(organisation_id, 3, clock)
    await sealer.seal_pending()
    await record_events(organisation_id, 4, clock)
    assert await sealer.seal_pending() == 4
    assert await sealer.seal_pending() == 0
    await _assert_chain_holds(organisation_id, 7)


async def test_an_event_recorded_earlier_that_commits_later_is_chained_next(trail: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    await record_events(organisation_id, 2, clock)
    await sealer.seal_pending()
    clock.at -= timedelta(seconds=30)
    await record(system_actor(organisation_id), "case:claimed")
    await sealer.seal_pending()
    events = await _chained(organisation_id)
    assert events[2].tag == "case:claimed"
    assert events[2].recorded_at < events[1].recorded_at
    await _assert_chain_holds(organisation_id, 3)


async def test_concurrent_sealers_chain_every_event_once(
    trail: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation_id = uuid4()
    monkeypatch.setattr(sealer, "BATCH_EVENTS", 3)
    await record_events(organisation_id, 40, clock)
    sealed = await asyncio.gather(*(sealer.seal_pending() for _ in range(6)))
    while count := await sealer.seal_pending():
        sealed.append(count)
    assert sum(sealed) == 40
    await _assert_chain_holds(organisation_id, 40)


async def test_a_sealer_that_finds_the_head_moved_leaves_nothing(
    trail: Platform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process did between the reading of the head and its move."""
    organisation_id = uuid4()
    await record_events(organisation_id, 2, clock)
    move_head = sealer._move_head

    async def move_head_first(head: AuditHead, by: int, chain: bytes) -> None:
        await AuditHead.update({AuditHead.sequence: 7}).where(AuditHead.id == head.id)
        await move_head(head, by, chain)

    monkeypatch.setattr(sealer, "_move_head", move_head_first)
    assert await sealer.seal(organisation_id) == 0
    assert await AuditEvent.count().where(AuditEvent.sequence.is_not_null()) == 0


async def test_what_was_rolled_back_is_not_in_the_log(trail: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    await record_events(organisation_id, 1, clock)
    with pytest.raises(LookupError):
        await _record_and_fail(organisation_id)
    assert await sealer.seal_pending() == 1
    await _assert_chain_holds(organisation_id, 1)


def test_canonical_bytes_are_fixed_for_ever() -> None:
    """A vector: whoever writes another verifier, and whoever changes this one, must arrive at these bytes."""
    organisation_id = UUID("0190a5c2-0000-7000-8000-000000000001")
    text = (
        b'{"sequence":1,"eventId":"0190a5c2-0000-7000-8000-000000000002","recordedAt":"2026-03-02T09:00:00.25Z",'
        b'"organisationId":"0190a5c2-0000-7000-8000-000000000001","actorId":"00000000-0000-0000-0000-000000000000",'
        b'"actorKind":"system","actorOrganisationId":"0190a5c2-0000-7000-8000-000000000001","purpose":"HOPERAT",'
        b'"tag":"case:read","subjectId":null,"patientId":null,"sessionId":null,"detail":"{}"}'
    )
    event = msgspec.json.decode(text, type=TrailEvent)
    assert canonical_bytes(event) == text.replace(b"00.25Z", b"00.250000Z")
    start = hashlib.sha256(b"careferry.audit/1|" + organisation_id.bytes).digest()
    assert link(genesis(organisation_id), event) == hashlib.sha256(start + canonical_bytes(event)).digest()
