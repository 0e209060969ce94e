"""What is drawn on photographs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Bytea, Integer, Timestamptz, UUID
from piccolo.constraints import Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-26T20:50:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "viewer: annotations on photographs"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    add_table(
        manager,
        "PhotoAnnotation",
        "photo_annotation",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "part_id": UUID(default=None),
            "annotation_id": UUID(default=None),
            "version": Integer(),
            "author_id": UUID(default=None),
            "is_removed": Boolean(),
            "sealed": Bytea(),
        },
        {
            "one_annotation_version": Unique(["part_id", "annotation_id", "version"]),
        },
    )
    return manager
