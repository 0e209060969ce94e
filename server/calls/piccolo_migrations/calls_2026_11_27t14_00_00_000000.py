"""The first schema of calls."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, Column, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Constraint, Unique

from server.core.db.constraints import one_of
from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-27T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "calls: calls, seats, rings, invitations, passed messages, ring plans, shifts"


def _record(*, owner_index: bool = True) -> dict[str, Column]:
    return {
        "id": UUID(default=new_id, primary_key=True),
        "recorded_at": Timestamptz(default=None),
        "organisation_id": UUID(default=None, index=owner_index),
    }


TABLES: list[tuple[str, str, dict[str, Column], dict[str, Constraint]]] = [
    (
        "Call",
        "live_call",
        {
            **_record(),
            "subject_id": UUID(default=None, index=True),
            "care_case_id": UUID(default=None, null=True, index=True),
            "appointment_id": UUID(default=None, null=True, index=True),
            "patient_id": UUID(default=None, index=True),
            "pool_id": UUID(default=None, null=True, index=True),
            "specialist_id": UUID(default=None, null=True, index=True),
            "acuity": Varchar(length=8, default=""),
            "region": Varchar(length=12, default=""),
            "zone": Varchar(length=64, default=""),
            "status": Varchar(length=12, default="asked"),
            "version": Integer(default=1),
            "revision": Integer(default=1),
            "asked_by": UUID(default=None),
            "is_asked_by_specialist": Boolean(default=False),
            "asked_at": Timestamptz(default=None),
            "changed_at": Timestamptz(default=None),
            "answered_at": Timestamptz(default=None, null=True),
            "ended_at": Timestamptz(default=None, null=True),
            "why": Varchar(length=40, default=""),
            "ended_because": Varchar(length=40, default=""),
        },
        {
            "call_status": one_of("status", ("asked", "ringing", "joining", "live", "interrupted", "ended", "missed", "declined", "cancelled", "failed")),
        },
    ),
    (
        "CallSeat",
        "call_seat",
        {
            **_record(owner_index=False),
            "call_id": UUID(default=None, index=True),
            "subject_id": UUID(default=None),
            "patient_id": UUID(default=None),
            "role": Varchar(length=16, default=""),
            "person_id": UUID(default=None, null=True),
            "invitation_id": UUID(default=None, null=True),
            "is_kiosk": Boolean(default=False),
            "language": Varchar(length=35, default="en"),
            "sealed_name": Bytea(default=None, null=True),
            "presence": Varchar(length=12, default="expected"),
            "session_id": UUID(default=None, null=True),
            "seen_at": Timestamptz(default=None, null=True),
            "admitted_at": Timestamptz(default=None, null=True),
            "joined_at": Timestamptz(default=None, null=True),
            "left_at": Timestamptz(default=None, null=True),
            "removed_at": Timestamptz(default=None, null=True),
            "last_number": BigInt(default=0),
            "said_number": BigInt(default=0),
        },
        {
            "seat_role": one_of("role", ("patient", "specialist", "clinic-worker", "interpreter", "guest")),
            "seat_presence": one_of("presence", ("expected", "waiting", "present", "interrupted", "left")),
        },
    ),
    (
        "CallRing",
        "call_ring",
        {
            **_record(owner_index=False),
            "call_id": UUID(default=None, index=True),
            "subject_id": UUID(default=None),
            "patient_id": UUID(default=None),
            "person_id": UUID(default=None, null=True, index=True),
            "state": Varchar(length=10, default="ringing"),
            "until_at": Timestamptz(default=None, index=True),
        },
        {
            "ring_state": one_of("state", ("ringing", "answered", "declined", "silent", "withdrawn")),
        },
    ),
    (
        "CallInvitation",
        "call_invitation",
        {
            **_record(),
            "call_id": UUID(default=None, index=True),
            "subject_id": UUID(default=None),
            "patient_id": UUID(default=None),
            "made_by": UUID(default=None),
            "role": Varchar(length=16, default=""),
            "language": Varchar(length=35, default="en"),
            "token_hash": Bytea(default=b"", unique=True),
            "code_hash": Bytea(default=b""),
            "tries": Integer(default=0),
            "expires_at": Timestamptz(default=None),
            "redeemed_at": Timestamptz(default=None, null=True),
            "revoked_at": Timestamptz(default=None, null=True),
            "device_hash": Bytea(default=None, null=True),
            "seat_id": UUID(default=None, null=True),
        },
        {
            "invitation_role": one_of("role", ("interpreter", "guest")),
        },
    ),
    (
        "CallMessage",
        "call_message",
        {
            **_record(owner_index=False),
            "call_id": UUID(default=None, index=True),
            "seat_id": UUID(default=None),
            "number": BigInt(default=0),
            "sender_id": UUID(default=None),
            "session_id": UUID(default=None),
            "sealed": Bytea(default=b""),
        },
        {
            "call_message_once": Unique(["seat_id", "number"]),
        },
    ),
    (
        "RingPlan",
        "ring_plan",
        {
            **_record(),
            "pool_id": UUID(default=None, unique=True),
            "mode": Varchar(length=10, default="parallel"),
            "ring_s": Integer(default=45),
        },
        {
            "ring_mode": one_of("mode", ("parallel", "in-order", "on-call")),
        },
    ),
    (
        "OnCallShift",
        "on_call_shift",
        {
            **_record(),
            "pool_id": UUID(default=None, index=True),
            "person_id": UUID(default=None),
            "starts_at": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None),
        },
        {
        },
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="calls", description=DESCRIPTION)
    for class_name, tablename, columns, constraints in TABLES:
        add_table(manager, class_name, tablename, columns, constraints)
    return manager
