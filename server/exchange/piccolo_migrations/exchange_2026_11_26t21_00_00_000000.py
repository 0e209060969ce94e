"""The first schema of exchange."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-26T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "dicom: sendings to archives"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="exchange", description=DESCRIPTION)
    add_table(
        manager,
        "ArchiveSending",
        "archive_sending",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "part_id": UUID(default=None),
            "archive": Varchar(length=40),
            "object_key": Varchar(length=200),
            "state": Varchar(length=10, default="waiting", index=True),
            "attempts": Integer(default=0),
            "began_at": Timestamptz(default=None, null=True),
            "next_try_at": Timestamptz(default=None),
            "settled_at": Timestamptz(default=None, null=True),
            "last_error": Varchar(length=60, default=""),
        },
        {
            "sending_state": Check(
                "\"state\" IN ('waiting', 'sending', 'uncertain', 'sent', 'refused', 'superseded')"
            ),
            "sending_once": Unique(["part_id", "archive", "object_key"]),
        },
    )
    return manager
