"""Small pictures of photographs that have not come yet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Column, Varchar

ID = "2026-11-27T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "previews: small pictures before the photographs"

COLUMNS: dict[str, Column] = {
    "preview_step": Varchar(length=5, default=""),
    "preview_key": Varchar(length=200, default=""),
    "preview": Bytea(default=None, null=True),
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
