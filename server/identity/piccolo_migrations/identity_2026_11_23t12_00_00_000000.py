"""The first schema of identity."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz, UUID, Varchar
from piccolo.constraints import Check, Unique

from server.core.db.first_schema import add_table
from server.core.ids import new_id

ID = "2026-11-23T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "first schema"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="identity", description=DESCRIPTION)
    add_table(
        manager,
        "FormKey",
        "form_key",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "actor_id": UUID(default=None),
            "key": UUID(default=None),
            "request_hash": Bytea(),
            "outcome": Text(),
        },
        {
            "one_effect": Unique(["actor_id", "key"]),
        },
    )
    add_table(
        manager,
        "Invitation",
        "invitation",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, null=True),
            "vault_id": UUID(default=None),
            "sealed": Bytea(),
            "email_token": Bytea(index=True),
            "roles": Varchar(length=120),
            "language": Varchar(length=35),
            "token_hash": Bytea(unique=True),
            "invited_by": UUID(default=None),
            "expires_at": Timestamptz(default=None),
            "redeemed_at": Timestamptz(default=None, null=True),
            "withdrawn_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "Licence",
        "licence",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, index=True),
            "region": Varchar(length=12),
            "starts_on": Date(default=None),
            "ends_on": Date(default=None, null=True),
        },
    )
    add_table(
        manager,
        "Membership",
        "membership",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, index=True),
            "role": Varchar(length=16),
            "starts_at": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None, null=True),
        },
        {
            "membership_role": Check(
                "\"role\" IN ('patient', 'clinic-worker', 'specialist', 'coordinator', 'administrator', 'auditor')"
            ),
        },
    )
    add_table(
        manager,
        "Organisation",
        "organisation",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "name": Varchar(length=200),
            "kind": Varchar(length=10),
            "zone": Varchar(length=64),
            "region": Varchar(length=12),
            "languages": Varchar(length=200),
            "is_demo": Boolean(),
        },
        {
            "organisation_kind": Check("\"kind\" IN ('clinic', 'specialist', 'both')"),
        },
    )
    add_table(
        manager,
        "Passkey",
        "passkey",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "person_id": UUID(default=None, index=True),
            "credential_id": Bytea(unique=True),
            "public_key": Bytea(),
            "sign_count": BigInt(),
            "label": Varchar(length=60),
            "is_synced": Boolean(),
            "used_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "PasskeyChallenge",
        "passkey_challenge",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "challenge_hash": Bytea(unique=True),
            "purpose": Varchar(length=8),
            "person_id": UUID(default=None, null=True),
            "expires_at": Timestamptz(default=None),
        },
    )
    add_table(
        manager,
        "Password",
        "password",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "person_id": UUID(default=None, unique=True),
            "hash": Text(),
            "vault_id": UUID(default=None),
            "sealed_secret": Bytea(),
            "last_step": BigInt(),
        },
    )
    add_table(
        manager,
        "Person",
        "person",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "vault_id": UUID(default=None),
            "sealed": Bytea(),
            "email_token": Bytea(default=None, null=True, unique=True),
            "phone_token": Bytea(default=None, null=True, unique=True),
            "language": Varchar(length=35),
            "zone": Varchar(length=64),
            "state": Varchar(length=8),
        },
        {
            "person_state": Check("\"state\" IN ('invited', 'active', 'disabled')"),
        },
    )
    add_table(
        manager,
        "RateBucket",
        "rate_bucket",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "name": Varchar(length=80, unique=True),
            "free_at_ms": BigInt(),
        },
    )
    add_table(
        manager,
        "RecoveryCode",
        "recovery_code",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "person_id": UUID(default=None, index=True),
            "code_hash": Bytea(unique=True),
            "used_at": Timestamptz(default=None, null=True),
        },
    )
    add_table(
        manager,
        "Session",
        "session",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "organisation_id": UUID(default=None, index=True),
            "person_id": UUID(default=None, index=True),
            "token_hash": Bytea(unique=True),
            "stage": Varchar(length=9),
            "seen_at": Timestamptz(default=None),
            "idle_s": Integer(),
            "idle_until": Timestamptz(default=None),
            "ends_at": Timestamptz(default=None),
            "proved_at": Timestamptz(default=None),
            "second_factor_at": Timestamptz(default=None, null=True),
            "revoked_at": Timestamptz(default=None, null=True),
            "agent": Varchar(length=60),
            "address_prefix": Varchar(length=48),
            "vault_id": UUID(default=None, null=True),
            "sealed_pending_secret": Bytea(default=None, null=True),
        },
        {
            "session_stage": Check("\"stage\" IN ('code-due', 'enrolling', 'full')"),
        },
    )
    add_table(
        manager,
        "Ticket",
        "ticket",
        {
            "id": UUID(default=new_id, primary_key=True),
            "recorded_at": Timestamptz(default=None),
            "purpose": Varchar(length=8),
            "person_id": UUID(default=None, null=True),
            "channel": Varchar(length=8),
            "asker_hash": Bytea(unique=True),
            "number": Integer(),
            "code_mac": Bytea(default=None, null=True),
            "link_hash": Bytea(default=None, null=True, unique=True),
            "attempts": Integer(),
            "expires_at": Timestamptz(default=None),
            "redeemed_at": Timestamptz(default=None, null=True),
        },
        {
            "ticket_purpose": Check("\"purpose\" IN ('sign-in', 'recovery')"),
        },
    )
    return manager
