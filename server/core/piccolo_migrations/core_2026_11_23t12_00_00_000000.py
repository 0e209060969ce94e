"""The first schema of core."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, ForeignKey, Integer, Text, Timestamptz, UUID, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


class NoticeIntent(Table, tablename="notice"):
    id = UUID(default=new_id, primary_key=True)


class OrganisationKey(Table, tablename="vault_organisation_key"):
    id = UUID(default=new_id, primary_key=True)


class Vault(Table, tablename="vault"):
    id = UUID(default=new_id, primary_key=True)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
    add_table(
        manager,
        "AccessGrant",
        "access_grant",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, null=True, index=True),
            "grantee_id": UUID(default=None, index=True),
            "capacity": Varchar(length=16),
            "starts_at": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "AuditEvent",
        "audit_event",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "actor_id": UUID(default=None, index=True),
            "actor_kind": Varchar(length=8),
            "actor_organisation_id": UUID(default=None),
            "purpose": Varchar(length=8),
            "tag": Varchar(length=60),
            "subject_id": UUID(default=None, null=True, index=True),
            "patient_id": UUID(default=None, null=True, index=True),
            "session_id": UUID(default=None, null=True),
            "detail": Text(default="{}"),
            "sequence": BigInt(default=None, null=True),
            "chain": Bytea(default=None, null=True),
        },
        {
            "audit_actor_kind": Check("\"actor_kind\" IN ('person', 'device', 'system')"),
            "audit_purpose": Check("\"purpose\" IN ('TREAT', 'PATRQT', 'HOPERAT', 'SYSADMIN', 'HCOMPL', 'BTG')"),
            "audit_sequence": Unique(["organisation_id", "sequence"]),
        },
    )
    add_table(
        manager,
        "AuditHead",
        "audit_head",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "sequence": BigInt(),
            "chain": Bytea(),
            "checkpoint_sequence": BigInt(),
            "checkpoint_at": Timestamptz(default=None, null=True),
        },
        {
            "audit_head_organisation": Unique(["organisation_id"]),
        },
    )
    add_table(
        manager,
        "NoticeIntent",
        "notice",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, null=True, index=True),
            "patient_id": UUID(default=None, null=True, index=True),
            "vault_id": UUID(default=None),
            "template": Varchar(length=40),
            "version": Integer(default=1),
            "language": Varchar(length=35),
            "not_before": Timestamptz(default=None),
            "expires_at": Timestamptz(default=None, null=True),
            "dedupe_key": Varchar(length=120, default=None, null=True),
            "state": Varchar(length=8, default="waiting", index=True),
            "settled_at": Timestamptz(default=None, null=True),
            "error": Varchar(length=60),
            "attempts": Integer(),
            "sealed": Bytea(),
        },
        {
            "notice_state": Check("\"state\" IN ('waiting', 'sent', 'expired', 'failed')"),
            "notice_once": Unique(["organisation_id", "dedupe_key"]),
        },
    )
    add_table(
        manager,
        "OutboxJob",
        "outbox_job",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "name": Varchar(length=80),
            "queue": Varchar(length=40),
            "priority": Integer(),
            "payload": Bytea(),
            "state": Varchar(length=8, default="waiting", index=True),
            "due_at": Timestamptz(default=None, null=True, index=True),
            "lease_owner": UUID(default=None, null=True),
            "deliveries": Integer(),
            "failures": Integer(),
            "sends": Integer(),
            "last_error": Text(),
            "once_key": Varchar(length=120, default=None, null=True, unique=True),
        },
        {
            "job_state": Check("\"state\" IN ('waiting', 'sent', 'leased', 'dead')"),
            "job_order": Unique(["priority", "due_at", "id"]),
        },
    )
    add_table(
        manager,
        "TimetableEntry",
        "outbox_timetable",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "name": Varchar(length=80, unique=True),
            "last_at": Timestamptz(default=None),
        },
    )
    add_table(
        manager,
        "Vault",
        "vault",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "state": Varchar(length=8, default="open"),
            "is_held": Boolean(),
            "shredded_at": Timestamptz(default=None, null=True),
        },
        {
            "vault_state": Check("\"state\" IN ('open', 'shredded')"),
        },
    )
    add_table(
        manager,
        "OrganisationKey",
        "vault_organisation_key",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "purpose": Varchar(length=8),
            "version": Integer(default=1),
            "master_id": Varchar(length=40, index=True),
            "wrapped": Bytea(),
        },
        {
            "organisation_key_purpose": Check("\"purpose\" IN ('wrapping', 'index')"),
            "organisation_key_version": Unique(["organisation_id", "purpose", "version"]),
        },
    )
    add_table(
        manager,
        "NoticeAttempt",
        "notice_attempt",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "notice": ForeignKey(references=NoticeIntent, null=False),
            "number": Integer(default=1),
            "channel": Varchar(length=8),
            "way": Varchar(length=8),
            "state": Varchar(length=12, default="sending"),
            "ended_at": Timestamptz(default=None, null=True),
            "reference": Varchar(length=200),
            "error": Varchar(length=60),
        },
        {
            "attempt_channel": Check("\"channel\" IN ('email', 'sms', 'demo')"),
            "attempt_state": Check("\"state\" IN ('sending', 'sent', 'deferred', 'refused', 'uncertain')"),
            "attempt_number": Unique(["notice", "number"]),
        },
    )
    add_table(
        manager,
        "VaultDataKey",
        "vault_data_key",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "vault": ForeignKey(references=Vault, on_delete=OnDelete.restrict, null=False),
            "version": Integer(default=1),
            "organisation_key": ForeignKey(
                references=OrganisationKey, on_delete=OnDelete.restrict, null=False, index=True
            ),
            "wrapped": Bytea(),
        },
        {
            "data_key_version": Unique(["vault", "organisation_id", "version"]),
        },
    )
    return manager
