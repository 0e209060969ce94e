"""Constraints hold on both databases, although SQLite cannot add one to a table that is there."""

from datetime import UTC, datetime
from sqlite3 import IntegrityError, connect
from uuid import UUID, uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from server.core.db.constraints import for_sqlite
from server.core.vault.tables import KeyPurpose, OrganisationKey, Vault, VaultState

AT = datetime(2026, 3, 2, tzinfo=UTC)
REFUSED = (IntegrityError, IntegrityConstraintViolationError)

pytestmark = pytest.mark.usefixtures("platform")


def organisation_key(organisation_id: UUID, version: int) -> OrganisationKey:
    return OrganisationKey(
        recorded_at=AT, organisation_id=organisation_id, purpose=KeyPurpose.INDEX, master_id="m", version=version
    )


async def test_a_value_that_is_not_enumerated_is_not_inserted() -> None:
    with pytest.raises(REFUSED):
        await Vault(recorded_at=AT, organisation_id=uuid4(), state="lost").save()
    assert await Vault.count() == 0


async def test_a_row_is_not_updated_to_a_value_that_is_not_enumerated() -> None:
    await Vault(recorded_at=AT, organisation_id=uuid4()).save()
    with pytest.raises(REFUSED):
        await Vault.update({Vault.state: "lost"}, force=True)
    assert await Vault.select(Vault.state) == [{"state": VaultState.OPEN}]


async def test_every_enumerated_value_is_accepted() -> None:
    for state in VaultState:
        await Vault(recorded_at=AT, organisation_id=uuid4(), state=state).save()
    assert await Vault.count() == len(VaultState)


async def test_columns_that_are_unique_together_are_so_only_together() -> None:
    one, other = uuid4(), uuid4()
    for organisation_id, version in [(one, 1), (one, 2), (other, 1)]:
        await organisation_key(organisation_id, version).save()
    with pytest.raises(REFUSED):
        await organisation_key(one, 2).save()


def test_on_sqlite_a_constraint_is_dropped_with_the_triggers_or_the_index_that_stand_for_it() -> None:
    added = [f"ALTER TABLE t ADD CONSTRAINT known {body}" for body in ("CHECK (\"a\" IN ('x'))", "UNIQUE (a)")]
    with connect(":memory:") as database:
        database.execute("CREATE TABLE t (a)")
        for ddl in added:
            for statement in for_sqlite(ddl):
                database.execute(statement)
        with pytest.raises(IntegrityError):
            database.execute("INSERT INTO t VALUES ('y')")
        for statement in for_sqlite("ALTER TABLE t DROP CONSTRAINT IF EXISTS known"):
            database.execute(statement)
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]


def test_statements_that_add_no_constraint_pass_as_they_are() -> None:
    for statement in ('CREATE TABLE "t" ("a" TEXT)', 'ALTER TABLE "t" ADD COLUMN "b" TEXT'):
        assert for_sqlite(statement) == [statement]
