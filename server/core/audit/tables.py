"""Audit rows: append-only, ids only, never clinical content; and the head of each organisation's chain."""

from datetime import UTC

from piccolo.columns import UUID, BigInt, Bytea, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.access.actor import ActorKind, Purpose
from server.core.audit.chain import TrailEvent
from server.core.db.columns import Owned, OwnedWithin, Retention
from server.core.db.constraints import one_of


class AuditEvent(OwnedWithin, Table, tablename="audit_event"):
    """One event in `organisation_id`'s log; `actor_organisation_id` is whom the actor acted for.

    `sequence` and `chain` are empty until the sealer has chained the row; triggers refuse every other change.
    """

    retention = Retention.AUDIT

    actor_id = UUID(default=None, null=False, index=True)
    actor_kind = Varchar(length=8)
    actor_organisation_id = UUID(default=None, null=False)
    purpose = Varchar(length=8)
    tag = Varchar(length=60)
    subject_id = UUID(default=None, null=True, index=True)
    patient_id = UUID(default=None, null=True, index=True)
    session_id = UUID(default=None, null=True)
    detail = Text(default="{}")
    sequence = BigInt(default=None, null=True)
    chain = Bytea(default=None, null=True)

    audit_actor_kind = one_of("actor_kind", ActorKind)
    audit_purpose = one_of("purpose", Purpose)
    audit_sequence = Unique(["organisation_id", "sequence"])

    def as_event(self, sequence: int) -> TrailEvent:
        """What is chained and exported of this row at that place in the log."""
        return TrailEvent(
            sequence=sequence,
            event_id=self.id,
            recorded_at=self.recorded_at.astimezone(UTC),
            organisation_id=self.organisation_id,
            actor_id=self.actor_id,
            actor_kind=self.actor_kind,
            actor_organisation_id=self.actor_organisation_id,
            purpose=self.purpose,
            tag=self.tag,
            subject_id=self.subject_id,
            patient_id=self.patient_id,
            session_id=self.session_id,
            detail=self.detail,
        )


class AuditHead(Owned, Table, tablename="audit_head"):
    """How far an organisation's log is chained; sealers move it by compare-and-set on `sequence`.

    `checkpoint_sequence` and `checkpoint_at` only say when the next checkpoint is due: the truth about
    checkpoints lies outside the database.
    """

    retention = Retention.AUDIT

    sequence = BigInt(default=0)
    chain = Bytea(default=b"")
    checkpoint_sequence = BigInt(default=0)
    checkpoint_at = Timestamptz(default=None, null=True)

    audit_head_organisation = Unique(["organisation_id"])
