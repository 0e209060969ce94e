"""Key material from files: master keys that wrap, receipt and audit keys that sign; the newest of each is used."""

from server.core.keys.files import KeysRefused
from server.core.keys.ring import KeyRing, create_keys, load_keys, rotate_audit, rotate_master, rotate_receipts

__all__ = ["KeyRing", "KeysRefused", "create_keys", "load_keys", "rotate_audit", "rotate_master", "rotate_receipts"]
