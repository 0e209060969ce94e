"""Signing keys: the newest signs, the public halves tell how each follows from the one before."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from server.contract.receipt import SigningKey, endorsed_bytes
from server.core.keys.files import (
    KEY_SUFFIX,
    PUBLIC_SUFFIX,
    KeyKind,
    KeysRefused,
    check_of,
    key_id,
    list_keys,
    read_pem,
    read_public_half,
    sequence_of,
    write_new,
)


class Signer:
    """The signing keys of one kind, oldest first."""

    def __init__(self, private: Ed25519PrivateKey, public: Sequence[SigningKey]) -> None:
        self._private = private
        self._public = tuple(public)

    def sign(self, content: bytes) -> tuple[str, str]:
        """The newest key's id and its signature over `content` (Ed25519, base64url without padding)."""
        return self._public[-1].key_id, encode_base64url(self._private.sign(content))

    def public(self) -> tuple[SigningKey, ...]:
        """The public halves, oldest first, each endorsed by the one before it."""
        return self._public


def verify_signature(public_key: str, signature: str, content: bytes) -> bool:
    """Whether `signature` over `content` is `public_key`'s; keys and signatures are base64url without padding."""
    try:
        key = Ed25519PublicKey.from_public_bytes(decode_base64url(public_key))
        key.verify(decode_base64url(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_signer(folder: Path, kind: KeyKind) -> Signer:
    """The signing keys of `kind` in `folder`; KeysRefused, naming the path, if one is absent or damaged."""
    paths = list_keys(folder, kind)
    if not paths:
        raise KeysRefused(f"{folder} holds no {kind}-<id>{KEY_SUFFIX}; `careferry keys init` creates the first")
    private = [_read_private(path) for path in paths]
    public = [_read_public(path, key) for path, key in zip(paths, private, strict=True)]
    return Signer(private[-1], public)


def create_signing_key(folder: Path, kind: KeyKind, at: datetime) -> str:
    """Write a signing key and its public half, endorsed by the newest before it, and return its id."""
    predecessors = list_keys(folder, kind)
    private = Ed25519PrivateKey.generate()
    sequence = sequence_of(predecessors[-1].stem) + 1 if predecessors else 1
    made_id = key_id(kind, sequence, _check(private))
    public = SigningKey(key_id=made_id, public_key=_public_text(private), starts_at=at)
    if predecessors:
        public = _endorse(public, predecessors[-1])
    # The public half first: a private key that has none would refuse the next start.
    write_new(folder / f"{made_id}{PUBLIC_SUFFIX}", msgspec.json.encode(public) + b"\n", 0o644)
    write_new(folder / f"{made_id}{KEY_SUFFIX}", _pem(private))
    return made_id


def _endorse(public: SigningKey, predecessor: Path) -> SigningKey:
    named = msgspec.structs.replace(public, endorsed_by=predecessor.stem)
    signature = _read_private(predecessor).sign(endorsed_bytes(named))
    return msgspec.structs.replace(named, endorsement=encode_base64url(signature))


def _read_private(path: Path) -> Ed25519PrivateKey:
    key = read_pem(path)
    if not isinstance(key, Ed25519PrivateKey) or _check(key) != check_of(path.stem):
        raise KeysRefused(f"{path} does not hold the Ed25519 key that its name says")
    return key


def _read_public(path: Path, private: Ed25519PrivateKey) -> SigningKey:
    public = read_public_half(path, SigningKey)
    if (public.key_id, public.public_key) != (path.stem, _public_text(private)):
        raise KeysRefused(f"{path.with_suffix(PUBLIC_SUFFIX)} is not the public half of {path.name}")
    return public


def _public_text(private: Ed25519PrivateKey) -> str:
    return encode_base64url(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _check(private: Ed25519PrivateKey) -> str:
    return hashlib.sha256(_public_text(private).encode()).hexdigest()[:8]


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encode_base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
