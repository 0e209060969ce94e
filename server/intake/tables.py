"""Upload rows, their pieces, and the stored responses of what is done once only."""

from piccolo.columns import UUID, BigInt, Bytea, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, OwnedWithin, Retention
from server.core.db.constraints import one_of
from server.intake.lifecycle import UploadState


class Upload(Owned, Table, tablename="upload"):
    """Bytes on their way to one part of one draft case; `organisation_id` owns the patient.

    `owner_id` is the person or device that created it and the only one who can send to it. Its address is a token
    of which only the hash can be searched. `received_bytes` is the tus offset: it moves with the piece's row.
    """

    retention = Retention.CLINICAL

    owner_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False, index=True)
    case_id = UUID(default=None, null=False, index=True)
    part_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    token_hash = Varchar(length=64, unique=True)
    slot = Varchar(length=64, default=None, null=True, unique=True)
    """Owner, case, part and digest as one hash while the upload lives: creating again finds it."""
    sealed = Bytea(default=b"")
    """`Declaration`, sealed."""
    digest_address = Varchar(length=64, index=True)
    media_type = Varchar(length=80)
    length_bytes = BigInt(default=0)
    received_bytes = BigInt(default=0)
    state = Varchar(length=10, default=UploadState.RECEIVING)
    expires_at = Timestamptz(default=None, null=False, index=True)
    lease_id = UUID(default=None, null=True)
    """The PATCH that is running; another takes over once `lease_until` has passed."""
    lease_until = Timestamptz(default=None, null=True)
    completed_at = Timestamptz(default=None, null=True)

    upload_state = one_of("state", UploadState)


class UploadPiece(Owned, Table, tablename="upload_piece"):
    """One sealed, immutable object holding the bytes from `offset_bytes` on."""

    retention = Retention.CLINICAL

    upload_id = UUID(default=None, null=False)
    offset_bytes = BigInt(default=0)
    length_bytes = BigInt(default=0)
    object_key = Varchar(length=120, unique=True)

    upload_piece_offset = Unique(["upload_id", "offset_bytes"])


class StoredResponse(OwnedWithin, Table, tablename="stored_response"):
    """What was answered under an idempotency key; never removed, since kiosks go dark for weeks."""

    retention = Retention.CLINICAL

    actor_id = UUID(default=None, null=False)
    scope = Varchar(length=40)
    key = Varchar(length=80)
    request_sha256 = Varchar(length=64)
    vault_id = UUID(default=None, null=True)
    """The patient's; null until the effect is done, in the same transaction."""
    sealed = Bytea(default=b"")
    """The response's bytes, sealed in that vault."""

    stored_response_key = Unique(["scope", "key"])
