"""What Record gives Piccolo to insert is what Piccolo would have composed itself."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from piccolo.querystring import QueryString
from piccolo.table import Table

from server.cases.tables import CaseEvent
from server.core.outbox.tables import JobState, OutboxJob
from server.core.vault.tables import VaultDataKey

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ROWS: list[Table] = [
    OutboxJob(recorded_at=AT, organisation_id=uuid4(), payload=b"{}", state=JobState.DEAD, once_key="{} $1 ?"),
    CaseEvent(
        recorded_at=AT, organisation_id=uuid4(), case_id=uuid4(), patient_id=uuid4(), actor_id=uuid4(), sealed=None
    ),
    VaultDataKey(
        recorded_at=AT,
        organisation_id=uuid4(),
        vault=uuid4(),
        organisation_key=uuid4(),
        version=2,
        wrapped=bytearray(b"key"),
    ),
]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_a_row_is_written_as_piccolo_writes_it(row: Table, engine: str) -> None:
    mine, theirs = (QueryString("INSERT {}, {} RETURNING id", values, values) for values in _both(row))
    assert mine.compile_string(engine) == theirs.compile_string(engine)


def test_an_enumerated_value_is_written_as_its_text() -> None:
    _, values = ROWS[0].querystring.compile_string("sqlite")
    assert {type(value) for value in values if value == "dead"} == {str}


def _both(row: Table) -> tuple[QueryString, QueryString]:
    inherited = Table.querystring.fget
    assert inherited is not None
    return row.querystring, inherited(row)
