"""Fills an SQLite database with as many waiting cases as wanted, in one statement a table."""

from uuid import UUID

from server.core.db import engine, transaction
from server.core.ids import new_id
from server.core.platform import now

SPACING_S = 1


async def fill_queue(cases: int, reading_id: UUID, pool_id: UUID) -> None:
    """Cases of another organisation, their requests and the readers' grants, `SPACING_S` between two deadlines."""
    clinic_id, at = new_id(), now()
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cases})"  # noqa: S608
    case_id = "printf('00000000-0000-7000-8000-%012x', i)"
    row_id = "printf('00000000-0000-7000-9000-%012x', i)"
    patient_id = "printf('00000000-0000-7000-a000-%012x', i / 5)"
    due_at = f"strftime('%Y-%m-%d %H:%M:%S', '{at:%Y-%m-%d %H:%M:%S}', (i * {SPACING_S}) || ' seconds') || '+00:00'"
    owner = {"organisation_id": f"'{clinic_id}'", "recorded_at": f"'{at}'", "patient_id": patient_id}
    tables: dict[str, dict[str, str]] = {
        "care_case": {
            **owner,
            "id": case_id,
            "vault_id": patient_id,
            "submitted_by": patient_id,
            "topic": "'rash'",
            "specialty": "'dermatology'",
            "language": "'en'",
            "region": "'SL-W'",
            "acuity": "'routine'",
            "status": "'waiting'",
            "delivery": "'none'",
            "version": "1",
            "schema": "''",
            "submission_sha256": "''",
            "sealed": "zeroblob(600)",
            "happened_at": f"'{at}'",
            "zone": "'UTC'",
            "received_at": f"'{at}'",
            "changed_at": f"'{at}'",
            "closed_because": "''",
            "sensitivity": "'normal'",
            "is_clock_doubtful": "0",
            "is_test": "0",
        },
        "review_request": {
            **owner,
            "id": row_id,
            "case_id": case_id,
            "pool_id": f"'{pool_id}'",
            "kind": "'first'",
            "state": "'waiting'",
            "acuity": "'routine'",
            "opened_at": f"'{at}'",
            "due_at": due_at,
        },
        "access_grant": {
            **owner,
            "id": row_id,
            "case_id": case_id,
            "grantee_id": f"'{reading_id}'",
            "capacity": "'reader'",
            "starts_at": f"'{at}'",
        },
    }
    async with transaction():
        for table, values in tables.items():
            columns = ", ".join(f'"{name}"' for name in values)
            await engine().run_ddl(
                f'{numbers} INSERT INTO "{table}" ({columns}) SELECT {", ".join(values.values())} FROM n'  # noqa: S608
            )
