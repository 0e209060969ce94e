"""Faces that were seen in a photograph: what the sender said to them, and the master without covers meanwhile."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column, Varchar

ID = "2026-11-26T20:30:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "hostile: faces in photographs"

COLUMNS: dict[str, Column] = {
    "faces": Varchar(length=8, default=""),
    "clear_key": Varchar(length=200, default=""),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    for name, column in COLUMNS.items():
        manager.add_column(
            table_class_name="CasePart",
            tablename="case_part",
            column_name=name,
            db_column_name=name,
            column_class_name=type(column).__name__,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
