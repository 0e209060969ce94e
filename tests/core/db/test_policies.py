"""PostgreSQL's own gate: what a query that forgot `scoped` reaches, as a role that cannot step around it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest

from server.core.access import Actor, ActorKind, Role, system_actor
from server.core.access.grants import end_grant, grant
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import engine, open_engine, platform_wide, scoped, transaction, working_for
from server.core.db.acting import NOBODY, current_reach
from server.core.db.policies import UNGUARDED, TableWithoutPolicy, guarded_tables, statements_for
from server.core.db.roles import RoleRefused, refuse_bypass
from server.core.outbox.tables import TimetableEntry
from server.core.platform import Platform, now
from server.patients.tables import HealthItem, HealthItemKind
from server.reports.tables import AnswerDraft
from server.settings import Database
from tests.support.platforms import OWNER_URL, Templates, platform_on

pytestmark = pytest.mark.requires("postgresql")

CLINIC, READERS, OTHERS, PATIENT, CASE = (uuid4() for _ in range(5))


@pytest.fixture
async def postgres(tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    """One item of a patient's and one draft on a case, both the clinic's."""
    async with platform_on("postgresql", tmp_path, templates) as opened:
        await _item(CLINIC).save()
        await _draft(CLINIC).save()
        yield opened


def _person(organisation_id: UUID, role: Role) -> Actor:
    return Actor(actor_id=uuid4(), kind=ActorKind.PERSON, organisation_id=organisation_id, roles=frozenset({role}))


def _item(organisation_id: UUID) -> HealthItem:
    return HealthItem(
        recorded_at=now(),
        organisation_id=organisation_id,
        patient_id=PATIENT,
        vault_id=uuid4(),
        kind=HealthItemKind.ALLERGY,
        stated_by=uuid4(),
    )


def _draft(organisation_id: UUID, case_id: UUID = CASE) -> AnswerDraft:
    return AnswerDraft(
        recorded_at=now(),
        organisation_id=organisation_id,
        case_id=case_id,
        patient_id=PATIENT,
        vault_id=uuid4(),
        author_id=uuid4(),
        saved_at=now(),
    )


async def _reached(actor: Actor | None) -> tuple[int, int]:
    """How many items and drafts a query without `scoped` finds."""
    with working_for(actor):
        return len(await HealthItem.select(HealthItem.id)), len(await AnswerDraft.select(AnswerDraft.id))


async def _let_read(grantee_id: UUID, capacity: Capacity, case_id: UUID | None = None) -> None:
    await grant(organisation_id=CLINIC, patient_id=PATIENT, grantee_id=grantee_id, capacity=capacity, case_id=case_id)


async def test_nobody_reaches_nothing(postgres: Platform) -> None:
    assert await _reached(None) == (0, 0)


async def test_nobody_reaches_nothing_inside_a_transaction(postgres: Platform) -> None:
    async with transaction():
        assert await _reached(None) == (0, 0)


async def test_nobody_can_insert(postgres: Platform) -> None:
    with working_for(None), pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _item(CLINIC).save()


async def test_nobody_can_change_or_delete(postgres: Platform) -> None:
    with working_for(None):
        await HealthItem.update({HealthItem.stated_by: uuid4()}, force=True)
        await HealthItem.delete(force=True)
    assert await _reached(system_actor(CLINIC)) == (1, 1)


async def test_the_owner_reaches_its_own(postgres: Platform) -> None:
    assert await _reached(_person(CLINIC, Role.CLINIC_WORKER)) == (1, 1)


async def test_another_organisation_reaches_nothing(postgres: Platform) -> None:
    assert await _reached(_person(OTHERS, Role.SPECIALIST)) == (0, 0)


async def test_another_organisation_cannot_insert_for_the_owner(postgres: Platform) -> None:
    with working_for(_person(OTHERS, Role.SPECIALIST)), pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _item(CLINIC).save()


async def test_a_grant_on_a_case_opens_that_case_and_its_patients_record(postgres: Platform) -> None:
    await _let_read(READERS, Capacity.READER, CASE)
    await _draft(CLINIC, case_id=uuid4()).save()
    assert await _reached(_person(READERS, Role.SPECIALIST)) == (1, 1)
    assert await _reached(_person(OTHERS, Role.SPECIALIST)) == (0, 0)


async def test_a_query_without_scoped_reaches_what_scoped_reaches(postgres: Platform) -> None:
    patient, stranger = _person(CLINIC, Role.PATIENT), _person(CLINIC, Role.PATIENT)
    await _let_read(READERS, Capacity.READER, CASE)
    await _let_read(patient.actor_id, Capacity.SELF)
    await _draft(CLINIC, case_id=uuid4()).save()
    await _draft(OTHERS, case_id=uuid4()).save()
    staff = [_person(each, Role.SPECIALIST) for each in (CLINIC, READERS, OTHERS)]
    for actor in (patient, stranger, *staff, *map(system_actor, (CLINIC, READERS, OTHERS))):
        by_clause = len(await scoped(actor, HealthItem).objects()), len(await scoped(actor, AnswerDraft).objects())
        assert await _reached(actor) == by_clause, actor


async def test_a_grant_is_nothing_to_the_system_actor_of_the_grantee(postgres: Platform) -> None:
    await _let_read(READERS, Capacity.READER, CASE)
    assert await _reached(system_actor(READERS)) == (0, 0)


async def test_a_patient_reaches_by_grant_and_not_by_organisation(postgres: Platform) -> None:
    patient = _person(CLINIC, Role.PATIENT)
    assert await _reached(patient) == (0, 0)
    await _let_read(patient.actor_id, Capacity.SELF)
    assert await _reached(patient) == (1, 1)


async def test_a_grant_that_ends_is_gone_at_the_next_statement(postgres: Platform) -> None:
    await _let_read(READERS, Capacity.READER, CASE)
    reader = _person(READERS, Role.SPECIALIST)
    async with transaction():
        assert await _reached(reader) == (1, 1)
        await end_grant(patient_id=PATIENT, grantee_id=READERS, case_id=CASE)
        assert await _reached(reader) == (0, 0)


async def test_a_reader_cannot_grant_itself_a_case(postgres: Platform) -> None:
    with working_for(_person(READERS, Role.SPECIALIST)), pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _let_read(READERS, Capacity.READER, CASE)


async def test_a_connection_that_is_given_back_forgets_for_whom_it_worked(postgres: Platform) -> None:
    clinic = system_actor(CLINIC)
    for _ in range(10):
        assert await _reached(clinic) == (1, 1)
        assert await _reached(None) == (0, 0)


async def test_blocks_nest_and_end_with_an_error(postgres: Platform) -> None:
    with working_for(None):
        with pytest.raises(LookupError), platform_wide():
            raise LookupError
        assert current_reach() == NOBODY


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE health_item DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE health_item NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY reach ON health_item",
        "CREATE POLICY all_of_it ON health_item USING (true)",
        "ALTER ROLE current_user BYPASSRLS",
        "SET ROLE postgres",
        "SET row_security = off; SELECT 1 FROM health_item",
        "TRUNCATE health_item",
    ],
)
async def test_the_role_cannot_step_around_the_policy(postgres: Platform, statement: str) -> None:
    connection = await asyncpg.connect(postgres.settings.database.url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_application_is_refused_a_role_that_policies_do_not_bind(postgres: Platform) -> None:
    await refuse_bypass(engine())
    name = postgres.settings.database.url.rpartition("/")[2]
    owner = open_engine(Database(url=f"{OWNER_URL}/{name}"))
    try:
        with pytest.raises(RoleRefused):
            await refuse_bypass(owner)
    finally:
        await owner.close_connection_pool()


async def test_each_table_of_the_database_has_a_policy_or_a_reason(postgres: Platform) -> None:
    rows: list[dict[str, Any]] = await cast("Any", AccessGrant).raw(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
        " (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) AS is_guarded FROM pg_class c"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    )
    assert {row["relname"] for row in rows if not row["is_guarded"]} == UNGUARDED.keys()


def test_no_clinical_table_is_without_a_policy() -> None:
    guarded = {table._meta.tablename for table in guarded_tables()}
    assert {"care_case", "case_part", "observation", "patient", "answer_version", "upload", "access_grant"} <= guarded


def test_a_table_without_organisation_and_without_a_reason_is_refused() -> None:
    with pytest.raises(TableWithoutPolicy):
        statements_for(TimetableEntry)
