"""Emergency openings, and the index of answers that did not reach their patients."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Bytea, Timestamptz, UUID, Varchar
from piccolo.constraints import Check

from server.core.db import engine
from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-26T16:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "emergency openings"

UNREACHED = (
    "CREATE INDEX IF NOT EXISTS care_case_unreached ON care_case (organisation_id, changed_at)"
    " WHERE delivery = 'failed'"
)


async def create_index() -> None:
    await engine().run_ddl(UNREACHED)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    add_table(
        manager,
        "EmergencyOpening",
        "emergency_opening",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "person_id": UUID(default=None, index=True),
            "person_organisation_id": UUID(default=None),
            "sealed": Bytea(),
            "expires_at": Timestamptz(default=None),
            "ended_at": Timestamptz(default=None, null=True),
            "is_patient_told": Boolean(),
            "outcome": Varchar(length=12, default="pending"),
            "reviewed_by": UUID(default=None, null=True),
            "reviewed_at": Timestamptz(default=None, null=True),
            "review_note": Bytea(default=None, null=True),
        },
        {
            "opening_outcome": Check("\"outcome\" IN ('pending', 'justified', 'unjustified', 'unclear')"),
        },
    )
    manager.add_raw(create_index)
    return manager
