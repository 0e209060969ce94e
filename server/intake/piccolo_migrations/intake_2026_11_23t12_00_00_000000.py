"""The first schema of intake."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Bytea, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="intake", description=DESCRIPTION)
    add_table(
        manager,
        "StoredResponse",
        "stored_response",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "actor_id": UUID(default=None),
            "scope": Varchar(length=40),
            "key": Varchar(length=80),
            "request_sha256": Varchar(length=64),
            "sealed": Bytea(),
        },
        {
            "stored_response_key": Unique(["scope", "key"]),
        },
    )
    add_table(
        manager,
        "Upload",
        "upload",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "owner_id": UUID(default=None, index=True),
            "patient_id": UUID(default=None, index=True),
            "case_id": UUID(default=None, index=True),
            "part_id": UUID(default=None),
            "vault_id": UUID(default=None),
            "token_hash": Varchar(length=64, unique=True),
            "slot": Varchar(length=64, default=None, null=True, unique=True),
            "sealed": Bytea(),
            "digest_address": Varchar(length=64, index=True),
            "media_type": Varchar(length=80),
            "length_bytes": BigInt(),
            "received_bytes": BigInt(),
            "state": Varchar(length=10, default="receiving"),
            "expires_at": Timestamptz(default=None, index=True),
            "lease_id": UUID(default=None, null=True),
            "lease_until": Timestamptz(default=None, null=True),
            "completed_at": Timestamptz(default=None, null=True),
        },
        {
            "upload_state": Check(
                "\"state\" IN ('receiving', 'complete', 'held', 'consumed', 'refused', 'terminated', 'expired')"
            ),
        },
    )
    add_table(
        manager,
        "UploadPiece",
        "upload_piece",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "upload_id": UUID(default=None),
            "offset_bytes": BigInt(),
            "length_bytes": BigInt(),
            "object_key": Varchar(length=120, unique=True),
        },
        {
            "upload_piece_offset": Unique(["upload_id", "offset_bytes"]),
        },
    )
    return manager
