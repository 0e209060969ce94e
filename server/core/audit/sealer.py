"""Chains what has been committed: gives each event its sequence and link in its organisation's log.

Chaining inside the transaction that records would make every writer of an organisation wait for the one
before. So an event is unchained until the next pass (about a second); in that window its removal by someone
who can drop the triggers leaves no mark. On PostgreSQL an event may commit after a later one was chained; it
is chained next, so `recorded_at` may step back by the length of a transaction while `sequence` never does.
"""

from itertools import count
from uuid import UUID

from server.core.audit.chain import genesis, link
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.db import engine, transaction
from server.core.platform import now

BATCH_EVENTS = 100
"""Bounds how long SQLite's one writer is held."""


class OtherSealerWasFirst(Exception):
    """The head moved after it was read; what this pass did is rolled back."""


async def has_unsealed() -> bool:
    """Whether there is anything to chain."""
    return await AuditEvent.exists().where(AuditEvent.sequence.is_null())


async def seal_pending() -> int:
    """Chain every committed event that is not yet; returns how many. Called about every second.

    Any number may run at once: a batch moves the head by compare-and-set before it touches an event.
    """
    is_unsealed = AuditEvent.sequence.is_null()
    rows = await AuditEvent.select(AuditEvent.organisation_id).distinct().where(is_unsealed)
    return sum([await seal(row["organisation_id"]) for row in rows])


async def seal(organisation_id: UUID) -> int:
    """Chain one organisation's committed events; returns how many this sealer chained."""
    sealed = 0
    try:
        while chained := await _seal_batch(organisation_id):
            sealed += chained
    except OtherSealerWasFirst:
        pass
    return sealed


async def _seal_batch(organisation_id: UUID) -> int:
    async with transaction():
        head = await _head(organisation_id)
        events = await (
            AuditEvent.objects()
            .where(AuditEvent.organisation_id == organisation_id, AuditEvent.sequence.is_null())
            .order_by(AuditEvent.recorded_at, AuditEvent.id)
            .limit(BATCH_EVENTS)
        )
        links = _links(head, events)
        if links:
            await _move_head(head, len(links), links[-1])
            await _store(head.sequence, events, links)
    return len(links)


async def _head(organisation_id: UUID) -> AuditHead:
    is_named = AuditHead.organisation_id == organisation_id
    head = await AuditHead.objects().where(is_named).first()
    if head is not None:
        return head
    fresh = AuditHead(recorded_at=now(), organisation_id=organisation_id, chain=genesis(organisation_id))
    await AuditHead.insert(fresh).on_conflict(action="DO NOTHING")
    return await AuditHead.objects().get(is_named) or fresh


def _links(head: AuditHead, events: list[AuditEvent]) -> list[bytes]:
    links: list[bytes] = []
    previous = head.chain
    for sequence, event in enumerate(events, head.sequence + 1):
        previous = link(previous, event.as_event(sequence))
        links.append(previous)
    return links


async def _store(after: int, events: list[AuditEvent], links: list[bytes]) -> None:
    """One statement for the batch: one for each event would hold SQLite's one writer six times as long."""
    place = "({}::uuid, {}::bigint, {}::bytea)" if engine().engine_type == "postgres" else "({}, {}, {})"
    rows = zip(events, count(after + 1), links, strict=False)
    await AuditEvent.raw(
        "UPDATE audit_event SET sequence = sealed.column2, chain = sealed.column3 "  # noqa: S608  (places only)
        f"FROM (VALUES {', '.join([place] * len(links))}) AS sealed WHERE audit_event.id = sealed.column1",
        *(value for event, sequence, chain in rows for value in (event.id, sequence, chain)),
    )


async def _move_head(head: AuditHead, by: int, chain: bytes) -> None:
    moved = await (
        AuditHead.update({AuditHead.sequence: head.sequence + by, AuditHead.chain: chain})
        .where(AuditHead.id == head.id, AuditHead.sequence == head.sequence)
        .returning(AuditHead.id)
    )
    if not moved:
        raise OtherSealerWasFirst
