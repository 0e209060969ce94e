"""What a person proves themselves with; only public keys, hashes and sealed secrets are kept."""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Text, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Record, Retention


class Password(Record, Table, tablename="password"):
    """A password together with its code app (TOTP): one way of signing in, set and replaced as a whole."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, unique=True)
    hash = Text()
    """Argon2id in the PHC string format, which names its own parameters."""
    vault_id = UUID(default=None, null=False)
    sealed_secret = Bytea(default=b"")
    last_step = BigInt(default=0)
    """The newest time step a code was accepted for: no code is accepted twice (RFC 6238, 5.2)."""


class Passkey(Record, Table, tablename="passkey"):
    """A WebAuthn credential; `sign_count` stays 0 for authenticators that do not count."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    credential_id = Bytea(default=b"", unique=True)
    public_key = Bytea(default=b"")
    sign_count = BigInt(default=0)
    label = Varchar(length=60)
    is_synced = Boolean(default=False)
    used_at = Timestamptz(default=None, null=True)


class PasskeyChallenge(Record, Table, tablename="passkey_challenge"):
    """A challenge that was given out, until it is answered once. `person_id` is empty while nobody is known."""

    retention = Retention.TRANSIENT

    challenge_hash = Bytea(default=b"", unique=True)
    purpose = Varchar(length=8)
    person_id = UUID(default=None, null=True)
    expires_at = Timestamptz(default=None, null=False)


class RecoveryCode(Record, Table, tablename="recovery_code"):
    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    code_hash = Bytea(default=b"", unique=True)
    used_at = Timestamptz(default=None, null=True)
