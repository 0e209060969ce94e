"""The vault: content sealed under a patient's data key, under organisation keys, under the master key."""

from server.core.vault import blind
from server.core.vault.data_keys import key, keys
from server.core.vault.faults import HeldByLaw, NoSuchVault, Shredded, Tampered
from server.core.vault.remains import scrub
from server.core.vault.rotation import masters_in_use, rewrap_master, rotate_data_key, rotate_organisation_key
from server.core.vault.sealing import VaultKey
from server.core.vault.service import create, directory, directory_key, hold, release_hold, share, shred, unshare

__all__ = [
    "HeldByLaw",
    "NoSuchVault",
    "Shredded",
    "Tampered",
    "VaultKey",
    "blind",
    "create",
    "directory",
    "directory_key",
    "hold",
    "key",
    "keys",
    "masters_in_use",
    "release_hold",
    "rewrap_master",
    "rotate_data_key",
    "rotate_organisation_key",
    "scrub",
    "share",
    "shred",
    "unshare",
]
