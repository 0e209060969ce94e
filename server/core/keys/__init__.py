"""Key material from files: some wrap, some sign, some open what kiosks seal; the newest of each is used."""

from server.core.keys.files import KeysRefused
from server.core.keys.ring import (
    KeyRing,
    create_keys,
    load_keys,
    rotate_audit,
    rotate_master,
    rotate_receipts,
    rotate_sealing,
)
from server.core.keys.sealing import CannotUnseal, Opener

__all__ = [
    "CannotUnseal",
    "KeyRing",
    "KeysRefused",
    "Opener",
    "create_keys",
    "load_keys",
    "rotate_audit",
    "rotate_master",
    "rotate_receipts",
    "rotate_sealing",
]
