"""The key ring of a process, and the verbs that create and rotate what is in its folder."""

from datetime import datetime
from pathlib import Path

from server.core.clock import SystemClock
from server.core.keys.files import KeyKind, KeysRefused, list_keys, locked, sequence_of
from server.core.keys.masters import MasterKeys, create_master, load_masters
from server.core.keys.sealing import SealingKeys, create_sealing_key, load_sealing_keys
from server.core.keys.signing import Signer, create_signing_key, load_signer

SIGNING_KINDS: tuple[KeyKind, ...] = ("receipts", "audit")


class KeyRing:
    """What a process signs, unwraps and unseals with; read once, at start."""

    def __init__(self, masters: MasterKeys, receipts: Signer, audit: Signer, sealing: SealingKeys) -> None:
        self.masters = masters
        self.receipts = receipts
        self.audit = audit
        self.sealing = sealing


def load_keys(folder: Path) -> KeyRing:
    """The keys in `folder`; KeysRefused naming the path if any kind has none or one is damaged or exposed."""
    if not folder.is_dir():
        raise KeysRefused(f"{folder} is not a folder; `careferry keys init` creates it with the first keys")
    return KeyRing(
        masters=load_masters(folder),
        receipts=load_signer(folder, "receipts"),
        audit=load_signer(folder, "audit"),
        sealing=load_sealing_keys(folder),
    )


def create_keys(folder: Path, at: datetime | None = None) -> tuple[str, ...]:
    """Create the first key of each kind that has none; returns the ids that were made."""
    with locked(folder):
        made = () if list_keys(folder, "master") else (create_master(folder, 1),)
        missing: list[KeyKind] = [kind for kind in SIGNING_KINDS if not list_keys(folder, kind)]
        signing = tuple(create_signing_key(folder, kind, at or SystemClock().now()) for kind in missing)
        return made + signing + (() if list_keys(folder, "sealing") else (_create_sealing(folder, at),))


def rotate_master(folder: Path) -> str:
    """Add a master key; once every process has restarted with it, `vault.rewrap_master` retires the older ones."""
    with locked(folder):
        newest = load_masters(folder).newest_id
        return create_master(folder, sequence_of(newest) + 1)


def rotate_receipts(folder: Path, at: datetime | None = None) -> str:
    """Add a receipt key that the present one endorses; receipts under it are signed after a restart."""
    return _rotate_signing(folder, "receipts", at)


def rotate_audit(folder: Path, at: datetime | None = None) -> str:
    """Add an audit key that the present one endorses."""
    return _rotate_signing(folder, "audit", at)


def rotate_sealing(folder: Path, at: datetime | None = None) -> str:
    """Add a sealing key for kiosks to seal to; what was sealed to older ones opens as long as they are kept."""
    with locked(folder):
        return _create_sealing(folder, at)


def _create_sealing(folder: Path, at: datetime | None) -> str:
    return create_sealing_key(folder, load_signer(folder, "receipts"), at or SystemClock().now())


def _rotate_signing(folder: Path, kind: KeyKind, at: datetime | None) -> str:
    with locked(folder):
        load_signer(folder, kind)
        return create_signing_key(folder, kind, at or SystemClock().now())
