"""Workers' places at kiosks; alerts of cameras and of devices' batteries."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, Bytea, Timestamptz

from server.core.db.constraints import one_of
from server.core.db.first_schema import add_columns, add_table
from server.core.ids import new_id

ID = "2026-11-28T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "fleet: places of workers, two kinds of alerts"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="fleet", description=DESCRIPTION)
    add_table(
        manager,
        "KioskPlace",
        "kiosk_place",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "kiosk_id": UUID(default=None, index=True),
            "key_hash": Bytea(default=b""),
            "code_hash": Bytea(default=None, null=True, unique=True),
            "expires_at": Timestamptz(default=None),
            "person_id": UUID(default=None, null=True, index=True),
            "taken_at": Timestamptz(default=None, null=True),
            "seen_at": Timestamptz(default=None, null=True),
            "ended_at": Timestamptz(default=None, null=True),
            "ended_by": UUID(default=None, null=True),
        },
    )
    add_columns(manager, "Kiosk", "kiosk", {"dark_since": Timestamptz(default=None, null=True)})
    # Constraints are added before others are dropped: under one name the new one would go, too.
    known = one_of("kind", ("silent", "full", "camera", "behind", "hot", "battery", "outdated"))
    manager.add_constraint(
        table_class_name="KioskAlert",
        tablename="kiosk_alert",
        constraint_name="kiosk_alert_kinds",
        constraint_class=type(known),
        params=known._meta.params,
    )
    manager.drop_constraint(
        table_class_name="KioskAlert", tablename="kiosk_alert", constraint_name="kiosk_alert_kind"
    )
    return manager
