"""Erasures that were asked for, with how they were decided, and legal holds."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.constraints import Check

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-26T16:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "erasures and holds"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="patients", description=DESCRIPTION)
    add_table(
        manager,
        "PatientErasure",
        "patient_erasure",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "state": Varchar(length=8, default="asked"),
            "reason": Varchar(length=40),
            "asked_by": UUID(default=None),
            "decided_by": UUID(default=None, null=True),
            "decided_at": Timestamptz(default=None, null=True),
        },
        {"erasure_state": Check("\"state\" IN ('asked', 'refused', 'erased')")},
    )
    add_table(
        manager,
        "LegalHold",
        "legal_hold",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "reason": Varchar(length=40),
            "set_by": UUID(default=None),
            "released_at": Timestamptz(default=None, null=True),
            "released_by": UUID(default=None, null=True),
        },
    )
    erased_at = Timestamptz(default=None, null=True)
    manager.add_column(
        table_class_name="Patient",
        tablename="patient",
        column_name="erased_at",
        db_column_name="erased_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params=erased_at._meta.params,
    )
    return manager
