"""Notes that are written during a call."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Integer, Timestamptz, UUID
from piccolo.constraints import Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-27T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "call notes"

COLUMNS = {
    "id": UUID(default=new_id, primary_key=True),
    "recorded_at": Timestamptz(default=None),
    "organisation_id": UUID(default=None),
    "call_id": UUID(default=None),
    "subject_id": UUID(default=None, index=True),
    "patient_id": UUID(default=None),
    "author_id": UUID(default=None),
    "sealed": Bytea(default=b""),
    "version": Integer(default=1),
    "saved_at": Timestamptz(default=None),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="calls", description=DESCRIPTION)
    add_table(manager, "CallNote", "call_note", COLUMNS, {"one_call_note": Unique(["call_id", "author_id"])})
    return manager
