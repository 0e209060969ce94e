"""Audit rows: append-only, ids only, never clinical content."""

from piccolo.columns import UUID, BigInt, Bytea, Text, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Retention


class AuditEvent(Owned, Table, tablename="audit_event"):
    """`sequence` and `chain` are empty until the sealer has chained the row to its organisation's log."""

    retention = Retention.AUDIT

    actor_id = UUID(default=None, null=False)
    actor_kind = Varchar(length=8)
    purpose = Varchar(length=8)
    tag = Varchar(length=60)
    subject_id = UUID(default=None, null=True, index=True)
    patient_id = UUID(default=None, null=True, index=True)
    session_id = UUID(default=None, null=True)
    detail = Text(default="{}")
    sequence = BigInt(default=None, null=True)
    chain = Bytea(default=None, null=True)
