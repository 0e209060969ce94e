"""Visits in groups, and series of visits."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Column, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Unique

from server.core.db.first_schema import add_columns, add_table
from server.core.ids import new_id

ID = "2026-11-27T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "group visits and series of visits"

ADDED: list[tuple[str, str, dict[str, Column]]] = [
    ("VisitKind", "visit_kind", {"capacity": Integer(default=1)}),
    (
        "ReservedTime",
        "reserved_time",
        {"kind_id": UUID(default=None, null=True), "place_id": UUID(default=None, null=True)},
    ),
    (
        "Appointment",
        "appointment",
        {
            "is_group": Boolean(default=False),
            "series_id": UUID(default=None, null=True, index=True),
            "series_no": Integer(default=None, null=True),
        },
    ),
]


def _record() -> dict[str, Column]:
    return {
        "id": UUID(default=new_id, primary_key=True),
        "recorded_at": Timestamptz(default=None),
        "organisation_id": UUID(default=None, index=True),
    }


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="scheduling", description=DESCRIPTION)
    for class_name, tablename, columns in ADDED:
        add_columns(manager, class_name, tablename, columns)
    places: dict[str, Column] = {
        **_record(),
        "person_id": UUID(default=None, index=True),
        "session_id": UUID(default=None),
        "place_no": Integer(),
        "appointment_id": UUID(default=None, unique=True),
        "held_until": Timestamptz(default=None, null=True),
    }
    add_table(manager, "SessionPlace", "session_place", places, {"one_place": Unique(["session_id", "place_no"])})
    series: dict[str, Column] = {
        **_record(),
        "patient_id": UUID(default=None, index=True),
        "provider_id": UUID(default=None),
        "provider_zone": Varchar(length=64),
        "starts_at": Timestamptz(default=None),
        "every_weeks": Integer(),
        "times": Integer(),
        "missed": Varchar(length=400, default=""),
    }
    add_table(manager, "VisitSeries", "visit_series", series)
    return manager
