"""The first schema of scheduling."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Bytea, Column, Date, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Constraint, Unique

from server.core.db.constraints import one_of
from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-27T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "scheduling: rules, taken time, appointments, waiting list, feeds"


def _record(*, owner_index: bool = True) -> dict[str, Column]:
    return {
        "id": UUID(default=new_id, primary_key=True),
        "recorded_at": Timestamptz(default=None),
        "organisation_id": UUID(default=None, index=owner_index),
    }


TABLES: list[tuple[str, str, dict[str, Column], dict[str, Constraint]]] = [
    (
        "Practice",
        "practice",
        {
            **_record(),
            "person_id": UUID(default=None),
            "zone": Varchar(length=64),
            "daily_limit": Integer(default=None, null=True),
            "horizon_days": Integer(default=60),
            "cutoff_min": Integer(default=1440),
            "reminders_min": Varchar(length=60, default="1440 60"),
            "version": Integer(default=0),
        },
        {"one_practice": Unique(["organisation_id", "person_id"])},
    ),
    (
        "VisitKind",
        "visit_kind",
        {
            **_record(),
            "person_id": UUID(default=None, index=True),
            "name": Varchar(length=60),
            "duration_min": Integer(default=30),
            "every_min": Integer(default=30),
            "before_min": Integer(default=0),
            "after_min": Integer(default=0),
            "notice_min": Integer(default=0),
            "ended_at": Timestamptz(default=None, null=True),
        },
        {},
    ),
    (
        "VisitPlace",
        "visit_place",
        {
            **_record(),
            "person_id": UUID(default=None, index=True),
            "name": Varchar(length=80),
            "region": Varchar(length=6),
            "zone": Varchar(length=64),
            "ended_at": Timestamptz(default=None, null=True),
        },
        {},
    ),
    (
        "OpenHours",
        "open_hours",
        {
            **_record(),
            "person_id": UUID(default=None, index=True),
            "weekday": Integer(default=None, null=True),
            "day": Date(default=None, null=True),
            "opens_min": Integer(),
            "closes_min": Integer(),
            "place_id": UUID(default=None, null=True),
            "kind_id": UUID(default=None, null=True),
            "ended_at": Timestamptz(default=None, null=True),
        },
        {
            "weekly_or_of_a_day": Check('("weekday" IS NULL) <> ("day" IS NULL)'),
            "open_hours_within_a_day": Check(
                '"opens_min" >= 0 AND "opens_min" <= "closes_min" AND "closes_min" <= 1440'
            ),
        },
    ),
    (
        "Blackout",
        "blackout",
        {
            **_record(),
            "person_id": UUID(default=None, index=True),
            "starts_at": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None),
        },
        {},
    ),
    (
        "ReservedTime",
        "reserved_time",
        {
            **_record(),
            "person_id": UUID(default=None, index=True),
            "appointment_id": UUID(default=None, unique=True),
            "day": Date(default=None),
            "from_min": Integer(),
            "until_min": Integer(),
            "held_until": Timestamptz(default=None, null=True),
        },
        {},
    ),
    (
        "TimeClaim",
        "time_claim",
        {
            **_record(),
            "person_id": UUID(default=None),
            "slice_no": Integer(),
            "appointment_id": UUID(default=None, index=True),
        },
        {"one_claim": Unique(["person_id", "slice_no"])},
    ),
    (
        "Appointment",
        "appointment",
        {
            **_record(),
            "patient_id": UUID(default=None, index=True),
            "from_case_id": UUID(default=None, null=True, index=True),
            "provider_id": UUID(default=None, index=True),
            "provider_organisation_id": UUID(default=None),
            "pool_id": UUID(default=None, null=True),
            "kind_id": UUID(default=None),
            "kind_name": Varchar(length=60),
            "place_id": UUID(default=None, null=True),
            "place_name": Varchar(length=80, default=""),
            "region": Varchar(length=6),
            "zone": Varchar(length=64),
            "provider_zone": Varchar(length=64),
            "starts_at": Timestamptz(default=None, index=True),
            "ends_at": Timestamptz(default=None),
            "status": Varchar(length=10, default="held"),
            "version": Integer(default=1),
            "changed_at": Timestamptz(default=None),
            "held_until": Timestamptz(default=None, null=True),
            "arrived_at": Timestamptz(default=None, null=True),
            "late_min": Integer(default=None, null=True),
            "confirmed_at": Timestamptz(default=None, null=True),
            "reason": Varchar(length=20, default=""),
            "is_outside_rules": Boolean(default=False),
        },
        {"appointment_status": one_of("status", ("held", "booked", "arrived", "done", "cancelled", "no-show"))},
    ),
    (
        "WaitingEntry",
        "waiting_entry",
        {
            **_record(),
            "patient_id": UUID(default=None, index=True),
            "clinic_id": UUID(default=None),
            "provider_id": UUID(default=None, index=True),
            "kind_id": UUID(default=None),
            "from_case_id": UUID(default=None, null=True),
            "from_at": Timestamptz(default=None),
            "until_at": Timestamptz(default=None),
            "offered_id": UUID(default=None, null=True),
            "ended_at": Timestamptz(default=None, null=True),
        },
        {},
    ),
    (
        "CalendarFeed",
        "calendar_feed",
        {
            **_record(owner_index=False),
            "person_id": UUID(default=None, index=True),
            "is_patient": Boolean(default=False),
            "token_hash": Bytea(unique=True),
            "ended_at": Timestamptz(default=None, null=True),
        },
        {},
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="scheduling", description=DESCRIPTION)
    for class_name, tablename, columns, constraints in TABLES:
        add_table(manager, class_name, tablename, columns, constraints)
    return manager
