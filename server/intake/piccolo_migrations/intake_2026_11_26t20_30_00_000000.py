"""The vault that a stored response is sealed in: the patient's, so that erasure reaches it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID

ID = "2026-11-26T20:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "stored responses in the patient's vault"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="intake", description=DESCRIPTION)
    manager.add_column(
        table_class_name="StoredResponse",
        tablename="stored_response",
        column_name="vault_id",
        db_column_name="vault_id",
        column_class_name="UUID",
        column_class=UUID,
        params={"default": None, "null": True},
        schema=None,
    )
    return manager
