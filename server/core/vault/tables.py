"""Vaults, and the wrapped keys in tables of their own, so that long-lived backups can leave the keys out."""

from enum import StrEnum

from piccolo.columns import Boolean, Bytea, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Retention
from server.core.db.constraints import one_of


class VaultState(StrEnum):
    OPEN = "open"
    SHREDDED = "shredded"


class KeyPurpose(StrEnum):
    WRAPPING = "wrapping"
    """Wraps data keys; rotated."""
    INDEX = "index"
    """Keys the blind indexes; not rotated, or nothing indexed before would be found again."""


class Vault(Owned, Table, tablename="vault"):
    """What one patient's content (or one organisation's directory) is sealed in; `organisation_id` owns it for ever."""

    retention = Retention.CLINICAL

    state = Varchar(length=8, default=VaultState.OPEN)
    is_held = Boolean(default=False)
    """A legal hold: shredding is refused while it stands."""
    shredded_at = Timestamptz(default=None, null=True)

    vault_state = one_of("state", VaultState)


class OrganisationKey(Owned, Table, tablename="vault_organisation_key"):
    """One version of an organisation's key, wrapped under the master key `master_id`."""

    retention = Retention.CONFIGURATION

    purpose = Varchar(length=8)
    version = Integer(default=1)
    master_id = Varchar(length=40, index=True)
    wrapped = Bytea(default=b"")

    organisation_key_purpose = one_of("purpose", KeyPurpose)
    organisation_key_version = Unique(["organisation_id", "purpose", "version"])


class VaultDataKey(Owned, Table, tablename="vault_data_key"):
    """One version of a vault's data key, wrapped for the holder `organisation_id` under its organisation key."""

    retention = Retention.CLINICAL

    vault = ForeignKey(Vault, on_delete=OnDelete.restrict, null=False)
    version = Integer(default=1)
    organisation_key = ForeignKey(OrganisationKey, on_delete=OnDelete.restrict, null=False, index=True)
    wrapped = Bytea(default=b"")

    data_key_version = Unique(["vault", "organisation_id", "version"])
