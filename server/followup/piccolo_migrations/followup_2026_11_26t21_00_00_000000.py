"""The first schema of follow-up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-26T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "followup: outlines and comparisons"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="followup", description=DESCRIPTION)
    add_table(
        manager,
        "LesionOutline",
        "lesion_outline",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "part_id": UUID(default=None),
            "version": Integer(),
            "author_id": UUID(default=None),
            "sealed": Bytea(),
        },
        {"one_outline_version": Unique(["part_id", "version"])},
    )
    add_table(
        manager,
        "SiteComparison",
        "site_comparison",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "earlier_part_id": UUID(default=None),
            "later_part_id": UUID(default=None, index=True),
            "earlier_version": Integer(),
            "later_version": Integer(),
            "algorithm": Varchar(length=160),
            "sealed": Bytea(),
        },
        {
            "one_site_comparison": Unique(
                ["earlier_part_id", "later_part_id", "earlier_version", "later_version", "algorithm"]
            )
        },
    )
    return manager
