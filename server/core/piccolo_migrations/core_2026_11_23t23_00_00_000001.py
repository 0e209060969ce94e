"""The indexes by which a row asks whether its reader holds a grant: without both columns SQLite walks all of a reader's."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.core.db import engine

ID = "2026-11-23T23:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "indexes of grants"

STATEMENTS = (
    "CREATE INDEX IF NOT EXISTS access_grant_of_case ON access_grant (case_id, grantee_id)",
    "CREATE INDEX IF NOT EXISTS access_grant_of_patient ON access_grant (patient_id, grantee_id)",
)


async def create_indexes() -> None:
    for statement in STATEMENTS:
        await engine().run_ddl(statement)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
    manager.add_raw(create_indexes)
    return manager
