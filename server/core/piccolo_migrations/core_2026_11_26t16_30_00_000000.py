"""What a guardian or helper is to the patient, and who gave and ended the grant."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Column, Varchar

ID = "2026-11-26T16:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "relations of grants"

COLUMNS: dict[str, Column] = {
    "relation": Varchar(length=24),
    "given_by": UUID(default=None, null=True),
    "ended_by": UUID(default=None, null=True),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
    for name, column in COLUMNS.items():
        manager.add_column(
            table_class_name="AccessGrant",
            tablename="access_grant",
            column_name=name,
            db_column_name=name,
            column_class_name=type(column).__name__,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
