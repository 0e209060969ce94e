"""Fewer indexes to write for each row: no query uses these, or another begins with the same column."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.core.db import engine

ID = "2026-11-26T21:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes that no query uses"

UNUSED = ("care_case_patient_id", "care_case_received_at", "case_event_organisation_id", "case_part_organisation_id", "case_part_digest_address",)


async def drop_indexes() -> None:
    for name in UNUSED:
        await engine().run_ddl(f"DROP INDEX IF EXISTS {name}")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    manager.add_raw(drop_indexes)
    return manager
