"""The means of someone who tampers: with an exported file, or with the database behind the triggers' back."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec

from server.core.audit.chain import ChainedEvent, genesis, link
from server.core.audit.statements import Checkpoint, ExportClosed, Line
from server.core.audit.tables import AuditEvent, AuditHead
from server.core.audit.triggers import protect_trail
from server.core.db import engine

_TRIGGERS = ("audit_event_no_update", "audit_event_no_delete", "audit_event_plain_insert")


def read_lines(export: Path) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in export.read_bytes().splitlines()]


def write_lines(export: Path, lines: list[Line]) -> None:
    export.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def events_of(lines: list[Line]) -> list[ChainedEvent]:
    return [line for line in lines if isinstance(line, ChainedEvent)]


def checkpoints_of(lines: list[Line]) -> list[Checkpoint]:
    return [line for line in lines if isinstance(line, Checkpoint)]


def closing_of(lines: list[Line]) -> ExportClosed:
    (closed,) = (line for line in lines if isinstance(line, ExportClosed))
    return closed


def replace_event(lines: list[Line], sequence: int, change: Callable[[ChainedEvent], Line]) -> list[Line]:
    return [
        change(line) if isinstance(line, ChainedEvent) and line.event.sequence == sequence else line for line in lines
    ]


def retag(chained: ChainedEvent) -> ChainedEvent:
    """The event with other content and the link it had."""
    return msgspec.structs.replace(chained, event=msgspec.structs.replace(chained.event, tag="case:never"))


def rechain(lines: list[Line]) -> list[Line]:
    """Numbers and links as whoever knows the algorithm makes them, for the events in the order they stand in."""
    chained: list[Line] = []
    previous, sequence = b"", 0
    for line in lines:
        if not isinstance(line, ChainedEvent):
            chained.append(line)
            continue
        sequence += 1
        event = msgspec.structs.replace(line.event, sequence=sequence)
        previous = link(previous or genesis(event.organisation_id), event)
        chained.append(ChainedEvent(event=event, chain=previous.hex()))
    return chained


@asynccontextmanager
async def open_to_tampering() -> AsyncGenerator[None]:
    """SQLite's triggers away for a while, as whoever owns the database can have it."""
    for name in _TRIGGERS:
        await engine().run_ddl(f"DROP TRIGGER {name}")
    yield
    await protect_trail()


async def rechain_database(organisation_id: UUID) -> None:
    """Number and link anew what is in the database, and move the head there: a rewrite that is sound in itself."""
    previous, sequence = genesis(organisation_id), 0
    is_theirs = AuditEvent.organisation_id == organisation_id
    for row in await AuditEvent.objects().where(is_theirs).order_by(AuditEvent.sequence):
        sequence += 1
        previous = link(previous, row.as_event(sequence))
        await AuditEvent.update({AuditEvent.sequence: sequence, AuditEvent.chain: previous}).where(
            AuditEvent.id == row.id
        )
    await AuditHead.update({AuditHead.sequence: sequence, AuditHead.chain: previous}).where(
        AuditHead.organisation_id == organisation_id
    )
