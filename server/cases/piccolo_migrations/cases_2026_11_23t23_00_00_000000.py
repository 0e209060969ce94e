"""The indexes that answer a page of the queue, a patient's cases and the coordinator's risks."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.core.db import engine

ID = "2026-11-23T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the queue"

STATEMENTS = (
    "CREATE INDEX IF NOT EXISTS review_request_queue ON review_request (pool_id, state, due_at, id)",
    "CREATE INDEX IF NOT EXISTS review_request_risk ON review_request (organisation_id, state, due_at)",
    "CREATE INDEX IF NOT EXISTS care_case_of_patient ON care_case (patient_id, received_at)",
)


async def create_indexes() -> None:
    for statement in STATEMENTS:
        await engine().run_ddl(statement)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    manager.add_raw(create_indexes)
    return manager
