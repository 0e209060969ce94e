"""The audit trail refuses edits and deletions, and unsealed events are found by an index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.core.audit.triggers import protect_trail

ID = "2026-11-23T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "append-only audit"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
    manager.add_raw(protect_trail)
    return manager
