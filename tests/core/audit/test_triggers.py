"""The database itself refuses to change or delete what was recorded, on SQLite and on PostgreSQL."""

# ruff: noqa: S608  (statements are made of this suite's own names)

from uuid import uuid4

import asyncpg
import pytest

from server.core.audit.sealer import seal_pending
from server.core.audit.tables import AuditEvent
from server.core.audit.triggers import CHAINED_ONCE, REFUSAL
from server.core.platform import Platform
from tests.core.audit.recording import record_events
from tests.support.platforms import OWNER_URL, FakeClock

SEALED_ONCE = {"sequence", "chain"}


@pytest.fixture
async def event(trail: Platform, clock: FakeClock) -> AuditEvent:
    """One of two sealed events."""
    await record_events(uuid4(), 2, clock)
    await seal_pending()
    found = await AuditEvent.objects().order_by(AuditEvent.sequence).first()
    assert found is not None
    return found


async def _refused(trail: Platform, statement: str) -> None:
    with pytest.raises(Exception, match=REFUSAL):
        await trail.engine.run_ddl(statement)


def _another(column: str) -> str:
    """A value that the column takes and the recorded events do not have."""
    texts = {"actor_kind": "device", "purpose": "TREAT", "tag": "x", "detail": "x"}
    moments = {"recorded_at": "2020-01-01 00:00:00+00:00"}
    return f"'{(texts | moments).get(column) or uuid4()}'"


def test_every_column_is_either_protected_or_sealed_once() -> None:
    names = {column._meta.db_column_name for column in AuditEvent._meta.columns}
    assert names == {*CHAINED_ONCE, *SEALED_ONCE}


async def test_no_column_of_a_sealed_event_changes(trail: Platform, event: AuditEvent) -> None:
    for column in (*CHAINED_ONCE, *SEALED_ONCE):
        value = {"sequence": "99", "chain": "NULL"}.get(column) or _another(column)
        await _refused(trail, f"UPDATE audit_event SET {column} = {value} WHERE id = '{event.id}'")


async def test_no_column_changes_in_the_act_of_sealing(trail: Platform, clock: FakeClock) -> None:
    """The update that seals may set the sequence and the link, and nothing besides."""
    await record_events(uuid4(), 1, clock)
    link = "X'00'" if trail.engine.engine_type == "sqlite" else r"'\x00'"
    for column in CHAINED_ONCE:
        changed = f"{column} = {_another(column)}"
        await _refused(trail, f"UPDATE audit_event SET sequence = 1, chain = {link}, {changed}")


async def test_no_event_is_deleted(trail: Platform, event: AuditEvent) -> None:
    await _refused(trail, f"DELETE FROM audit_event WHERE id = '{event.id}'")


async def test_no_unsealed_event_is_deleted(trail: Platform, clock: FakeClock) -> None:
    await record_events(uuid4(), 1, clock)
    await _refused(trail, "DELETE FROM audit_event")


async def test_an_event_is_not_inserted_as_if_sealed(trail: Platform, event: AuditEvent) -> None:
    columns = ", ".join(CHAINED_ONCE[1:])
    await _refused(
        trail,
        f"INSERT INTO audit_event (id, {columns}, sequence) SELECT '{uuid4()}', {columns}, 3 FROM audit_event LIMIT 1",
    )


async def test_the_table_is_not_emptied(trail: Platform, event: AuditEvent) -> None:
    """Also not by the statement that asks no trigger for rows, and not by the tables' owner either."""
    if trail.engine.engine_type == "sqlite":
        await _refused(trail, "DELETE FROM audit_event")
        return
    database = trail.settings.database.url.rpartition("/")[2]
    owner = await asyncpg.connect(f"{OWNER_URL}/{database}")
    try:
        with pytest.raises(asyncpg.PostgresError, match=REFUSAL):
            await owner.execute("TRUNCATE audit_event")
    finally:
        await owner.close()


async def test_sqlite_replaces_no_event_by_inserting_over_it(sqlite_trail: Platform, clock: FakeClock) -> None:
    """REPLACE deletes without asking the delete trigger."""
    await record_events(uuid4(), 1, clock)
    columns = ", ".join(CHAINED_ONCE)
    await _refused(sqlite_trail, f"INSERT OR REPLACE INTO audit_event ({columns}) SELECT {columns} FROM audit_event")


async def test_sqlite_replaces_no_event_by_sealing_over_it(sqlite_trail: Platform, clock: FakeClock) -> None:
    organisation_id = uuid4()
    await record_events(organisation_id, 1, clock)
    await seal_pending()
    await record_events(organisation_id, 1, clock)
    await _refused(sqlite_trail, "UPDATE OR REPLACE audit_event SET sequence = 1, chain = X'00' WHERE sequence IS NULL")
    assert await AuditEvent.count() == 2
