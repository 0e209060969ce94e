"""Pages of the queue are answered from their index on both databases, and each row's grant by one look-up."""

import re
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from server.cases.queue import QueueCursor, pool_page_query
from server.cases.tables import ReviewRequest
from server.core.access import Actor, ActorKind, Role
from server.core.access.tables import AccessGrant
from server.core.db import engine
from server.core.ids import new_id
from server.core.platform import Platform, now

CASES, AT_ONCE = 3_000, 200


@pytest.fixture
def reader() -> Actor:
    return Actor(actor_id=new_id(), kind=ActorKind.PERSON, organisation_id=new_id(), roles=frozenset({Role.SPECIALIST}))


async def fill(reading_id: UUID, pool_id: UUID) -> None:
    """Waiting requests of another organisation with the grants under which the readers see them."""
    clinic_id, patient_id, at = new_id(), new_id(), now()
    owner: dict[str, Any] = {"organisation_id": clinic_id, "recorded_at": at, "patient_id": patient_id}
    for batch in range(CASES // AT_ONCE):
        due_at = at + timedelta(minutes=batch)
        case_ids = [new_id() for _ in range(AT_ONCE)]
        await ReviewRequest.insert(
            *(
                ReviewRequest(
                    case_id=case_id,
                    pool_id=pool_id,
                    state="waiting",
                    acuity="routine",
                    opened_at=at,
                    due_at=due_at,
                    **owner,
                )
                for case_id in case_ids
            )
        )
        await AccessGrant.insert(
            *(
                AccessGrant(case_id=case_id, grantee_id=reading_id, capacity="reader", starts_at=at, **owner)
                for case_id in case_ids
            )
        )


async def plan(query: Any) -> str:
    """The database's own account of how it would answer the query."""
    database = cast("Any", engine())
    is_sqlite = database.engine_type == "sqlite"
    sql, values = query.querystrings[0].compile_string(engine_type=database.engine_type)
    explain = f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{sql}"
    rows: list[dict[str, Any]] = await database._run_in_new_connection(explain, values)
    return "\n".join(str(row["detail" if is_sqlite else "QUERY PLAN"]) for row in rows)


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_page_is_one_range_of_its_index(platform: Platform, reader: Actor, is_first: bool) -> None:
    pool_id: UUID = new_id()
    await fill(reader.organisation_id, pool_id)
    if engine().engine_type == "postgres":
        await engine().run_ddl("ANALYZE review_request, access_grant")
    after = None if is_first else QueueCursor(due_at=now(), request_id=new_id())
    told = await plan(pool_page_query(reader, pool_id, after))
    used = set(re.findall(r"review_request_queue|access_grant_of_case", told))
    worse = re.findall(r"Seq Scan|SCAN|Sort|Bitmap|hashed|TEMP B-TREE", told)
    assert (used, worse) == ({"review_request_queue", "access_grant_of_case"}, []), told
