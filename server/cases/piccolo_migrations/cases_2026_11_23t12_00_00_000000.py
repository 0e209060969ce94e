"""The first schema of cases."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, Integer, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="cases", description=DESCRIPTION)
    add_table(
        manager,
        "Case",
        "care_case",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "encounter_id": UUID(default=None, null=True),
            "submitted_by": UUID(default=None),
            "topic": Varchar(length=12),
            "specialty": Varchar(length=40),
            "language": Varchar(length=35),
            "region": Varchar(length=12),
            "acuity": Varchar(length=8),
            "status": Varchar(length=12),
            "delivery": Varchar(length=8, default="none"),
            "version": Integer(default=1),
            "schema": Varchar(length=40),
            "submission_sha256": Varchar(length=64),
            "sealed": Bytea(),
            "happened_at": Timestamptz(default=None),
            "zone": Varchar(length=64),
            "received_at": Timestamptz(default=None, index=True),
            "changed_at": Timestamptz(default=None),
            "closed_because": Varchar(length=40),
            "sensitivity": Varchar(length=16, default="normal"),
            "is_clock_doubtful": Boolean(),
            "is_test": Boolean(),
        },
        {
            "case_status": Check(
                "\"status\" IN ('submitted', 'preparing', 'waiting', 'in-review', 'needs-more', 'answered', 'closed', 'withdrawn')"
            ),
            "case_acuity": Check("\"acuity\" IN ('urgent', 'soon', 'routine')"),
            "case_delivery": Check("\"delivery\" IN ('none', 'pending', 'notified', 'read', 'failed')"),
        },
    )
    add_table(
        manager,
        "CaseEvent",
        "case_event",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "event": Varchar(length=20),
            "status": Varchar(length=12),
            "actor_id": UUID(default=None),
            "reason": Varchar(length=40),
            "sealed": Bytea(default=None, null=True),
        },
    )
    add_table(
        manager,
        "CaseMessage",
        "case_message",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "author_id": UUID(default=None),
            "author_side": Varchar(length=8),
            "sealed": Bytea(),
            "read_at": Timestamptz(default=None, null=True),
            "form_key": Varchar(length=64, default=None, null=True),
        },
        {
            "message_once": Unique(["case_id", "form_key"]),
        },
    )
    add_table(
        manager,
        "CasePart",
        "case_part",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "kind": Varchar(length=16),
            "position": Integer(),
            "sealed": Bytea(),
            "arrival": Varchar(length=8),
            "digest_address": Varchar(length=64, index=True),
            "media_type": Varchar(length=200),
            "size_bytes": BigInt(),
            "upload_id": UUID(default=None, null=True),
            "refused_because": Varchar(length=40),
            "object_key": Varchar(length=200),
            "preparation": Varchar(length=60),
            "renditions": Bytea(default=None, null=True),
            "evidence": Bytea(default=None, null=True),
            "happened_at": Timestamptz(default=None),
            "zone": Varchar(length=64),
            "received_at": Timestamptz(default=None, null=True),
            "prepared_at": Timestamptz(default=None, null=True),
            "chased_at": Timestamptz(default=None, null=True),
            "replaces": UUID(default=None, null=True),
            "lesion_id": UUID(default=None, null=True),
            "sensitivity": Varchar(length=16, default="normal"),
            "is_entered_in_error": Boolean(),
        },
        {
            "part_arrival": Check("\"arrival\" IN ('absent', 'held', 'ready', 'refused', 'given-up')"),
        },
    )
    add_table(
        manager,
        "DeadlineInterval",
        "deadline_interval",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "request_id": UUID(default=None, index=True),
            "kind": Varchar(length=8),
            "started_at": Timestamptz(default=None),
            "ended_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "DeadlineRule",
        "deadline_rule",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "pool_id": UUID(default=None, index=True),
            "acuity": Varchar(length=8),
            "hours": Integer(),
            "effective_at": Timestamptz(default=None),
        },
    )
    add_table(
        manager,
        "ObservationRow",
        "observation",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "part_id": UUID(default=None),
            "code": Varchar(length=200),
            "status": Varchar(length=16, default="final"),
            "absent_because": Varchar(length=20),
            "method": Varchar(length=8),
            "sealed": Bytea(),
            "measured_at": Timestamptz(default=None),
            "zone": Varchar(length=64),
            "received_at": Timestamptz(default=None),
        },
        {
            "observation_status": Check("\"status\" IN ('final', 'corrected', 'entered-in-error')"),
        },
    )
    add_table(
        manager,
        "PhotoRequest",
        "photo_request",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "part_id": UUID(default=None, null=True),
            "asked_by": UUID(default=None),
            "reason": Varchar(length=20),
            "sealed": Bytea(),
            "supplied_part_id": UUID(default=None, null=True),
            "supplied_at": Timestamptz(default=None, null=True),
            "ended_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "Pool",
        "pool",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "name": Varchar(length=80),
            "specialty": Varchar(length=40),
            "is_open": Boolean(default=True),
        },
    )
    add_table(
        manager,
        "PoolMember",
        "pool_member",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "pool_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, index=True),
            "starts_at": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "PoolRoute",
        "pool_route",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "pool_id": UUID(default=None),
            "specialty": Varchar(length=40),
            "region": Varchar(length=12),
            "language": Varchar(length=35),
            "rank": Integer(),
        },
    )
    add_table(
        manager,
        "ReviewRequest",
        "review_request",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None),
            "pool_id": UUID(default=None, null=True, index=True),
            "kind": Varchar(length=16, default="first"),
            "state": Varchar(length=8),
            "acuity": Varchar(length=8),
            "claimed_by": UUID(default=None, null=True, index=True),
            "claimed_at": Timestamptz(default=None, null=True),
            "active_at": Timestamptz(default=None, null=True),
            "opened_at": Timestamptz(default=None),
            "due_at": Timestamptz(default=None),
            "paused_at": Timestamptz(default=None, null=True),
            "answered_at": Timestamptz(default=None, null=True),
        },
        {
            "request_state": Check("\"state\" IN ('waiting', 'claimed', 'answered', 'ended')"),
        },
    )
    return manager
