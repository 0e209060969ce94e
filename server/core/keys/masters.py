"""Master keys: the newest wraps organisation keys, every one that is still in the folder unwraps them."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.core.keys.files import KEY_SUFFIX, KeysRefused, check_of, key_id, list_keys, read_private, write_new
from server.core.keys.wrapping import KEY_BYTES, WrapRefused, new_key, unwrap, wrap


class MasterKeys:
    """The master keys of one folder by id, oldest first."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self.newest_id = next(reversed(self._keys))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """The id of the master key that wrapped, and the wrapped key."""
        return self.newest_id, wrap(self._keys[self.newest_id], key, self.newest_id.encode() + b"|" + bound_to)

    def unwrap(self, master_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """The key; WrapRefused if it was changed or moved, or if its master key is not in the folder."""
        if master_id not in self._keys:
            raise WrapRefused(f"{master_id} is not among the master keys")
        return unwrap(self._keys[master_id], wrapped, master_id.encode() + b"|" + bound_to)

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """A key for one purpose (CSRF tokens, flash cookies) that follows the newest master key."""
        derivation = HKDF(algorithm=SHA256(), length=length, salt=None, info=b"careferry derived|" + purpose.encode())
        return derivation.derive(self._keys[self.newest_id])


def load_masters(folder: Path) -> MasterKeys:
    """Every master key in `folder`; KeysRefused, naming the path, if there is none or one is damaged."""
    keys = {path.stem: _read(path) for path in list_keys(folder, "master")}
    if not keys:
        raise KeysRefused(f"{folder} holds no master-<id>{KEY_SUFFIX}; `careferry keys init` creates the first")
    return MasterKeys(keys)


def create_master(folder: Path, sequence: int) -> str:
    """Write a new master key file and return its id."""
    key = new_key()
    made_id = key_id("master", sequence, _check(key))
    write_new(folder / f"{made_id}{KEY_SUFFIX}", base64.b64encode(key) + b"\n")
    return made_id


def _read(path: Path) -> bytes:
    try:
        key = base64.b64decode(read_private(path).strip(), validate=True)
    except binascii.Error as error:
        raise KeysRefused(f"{path} is not base64") from error
    if len(key) != KEY_BYTES or _check(key) != check_of(path.stem):
        raise KeysRefused(f"{path} is damaged: its content does not have the check value in its name")
    return key


def _check(key: bytes) -> str:
    return hashlib.sha256(b"careferry master key|" + key).hexdigest()[:8]
