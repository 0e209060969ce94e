"""Sealing keys: kiosks seal what they queue to the newest public half, and every one in the folder still opens."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from server.contract.sealed_parts import (
    KEY_TAG_BYTES,
    SEALED_PART_HEADER_BYTES,
    SEALED_PART_INFO,
    SealedPartHeader,
    SealingKey,
    chunk_data,
    decode_part_header,
    sealing_key_bytes,
)
from server.contract.sealing import KEY_BYTES, SEALED_CHUNK_BYTES, Malformed, nonce
from server.core.keys.files import (
    KEY_SUFFIX,
    PUBLIC_SUFFIX,
    KeysRefused,
    check_of,
    key_id,
    list_keys,
    read_pem,
    read_public_half,
    sequence_of,
    write_new,
)
from server.core.keys.signing import Signer, encode_base64url


class CannotUnseal(Exception):
    """What came is cut, changed, of another place, or sealed to a key that is not in the folder; it says which."""


class SealingKeys:
    """The sealing keys of one folder, oldest first."""

    def __init__(self, private: Mapping[bytes, X25519PrivateKey], public: tuple[SealingKey, ...]) -> None:
        self._private = dict(private)
        self._public = public

    def public(self) -> tuple[SealingKey, ...]:
        """The public halves, each vouched for by a receipt key."""
        return self._public

    def open(self, sealed: bytes) -> tuple[SealedPartHeader, bytes]:
        """What is inside, and of which case it is which part; CannotUnseal."""
        opener = Opener(self)
        content = opener.feed(sealed) + opener.finish()
        return opener.header, content

    def key_of(self, header: SealedPartHeader) -> bytes:
        """The key of the chunks behind this header."""
        private = self._private.get(header.key_tag)
        if private is None:
            raise CannotUnseal("it was sealed to a key that is not among the sealing keys")
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(header.ephemeral_key))
        except ValueError as error:
            raise CannotUnseal("its ephemeral key is none") from error
        salt = header.ephemeral_key + _raw(private)
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=SEALED_PART_INFO).derive(shared)


class Opener:
    """Opens one sealed part as its bytes come; nothing of it is to be believed before `finish`."""

    def __init__(self, keys: SealingKeys) -> None:
        self._keys = keys
        self._waiting = bytearray()
        self._begun: tuple[SealedPartHeader, bytes, AESGCM] | None = None
        self._number = 0

    @property
    def header(self) -> SealedPartHeader:
        return self._begin()[0]

    def feed(self, sealed: bytes) -> bytes:
        """What can be opened of the bytes so far: a chunk only once it is known that another follows."""
        self._waiting += sealed
        opened = bytearray()
        if self._begun is None and len(self._waiting) < SEALED_PART_HEADER_BYTES:
            return b""
        self._begin()
        while len(self._waiting) > SEALED_CHUNK_BYTES:
            opened += self._open(SEALED_CHUNK_BYTES, is_last=False)
        return bytes(opened)

    def finish(self) -> bytes:
        """The last of it, now that no more comes."""
        self._begin()
        return self._open(len(self._waiting), is_last=True)

    def _begin(self) -> tuple[SealedPartHeader, bytes, AESGCM]:
        if self._begun is None:
            try:
                header = decode_part_header(self._waiting)
            except Malformed as error:
                raise CannotUnseal(f"it is no sealed part: {error}") from error
            head = bytes(self._waiting[:SEALED_PART_HEADER_BYTES])
            self._begun = header, head, AESGCM(self._keys.key_of(header))
            del self._waiting[:SEALED_PART_HEADER_BYTES]
        return self._begun

    def _open(self, length: int, *, is_last: bool) -> bytes:
        _, head, cipher = self._begin()
        chunk = bytes(self._waiting[:length])
        del self._waiting[:length]
        try:
            opened = cipher.decrypt(nonce(self._number), chunk, chunk_data(head, self._number, is_last))
        except (InvalidTag, ValueError) as error:
            raise CannotUnseal("it was cut or changed after it had been sealed") from error
        self._number += 1
        return opened


def load_sealing_keys(folder: Path) -> SealingKeys:
    """Every sealing key in `folder`; KeysRefused, naming the path, if there is none or one is damaged."""
    paths = list_keys(folder, "sealing")
    if not paths:
        raise KeysRefused(f"{folder} holds no sealing-<id>{KEY_SUFFIX}; `careferry keys init` creates the first")
    private = [_read_private(path) for path in paths]
    public = tuple(_read_public(path, key) for path, key in zip(paths, private, strict=True))
    return SealingKeys({tag_of(_raw(key)): key for key in private}, public)


def create_sealing_key(folder: Path, receipts: Signer, at: datetime) -> str:
    """Write a sealing key and its public half, vouched for by the newest receipt key, and return its id."""
    predecessors = list_keys(folder, "sealing")
    private = X25519PrivateKey.generate()
    sequence = sequence_of(predecessors[-1].stem) + 1 if predecessors else 1
    made_id = key_id("sealing", sequence, _check(private))
    bare = SealingKey(
        key_id=made_id,
        public_key=encode_base64url(_raw(private)),
        starts_at=at,
        endorsed_by=receipts.public()[-1].key_id,
    )
    _, endorsement = receipts.sign(sealing_key_bytes(bare))
    public = msgspec.structs.replace(bare, endorsement=endorsement)
    # The public half first: a private key that has none would refuse the next start.
    write_new(folder / f"{made_id}{PUBLIC_SUFFIX}", msgspec.json.encode(public) + b"\n", 0o644)
    write_new(folder / f"{made_id}{KEY_SUFFIX}", _pem(private))
    return made_id


def tag_of(public_key: bytes) -> bytes:
    return hashlib.sha256(public_key).digest()[:KEY_TAG_BYTES]


def _raw(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _pem(private: X25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _check(private: X25519PrivateKey) -> str:
    return hashlib.sha256(encode_base64url(_raw(private)).encode()).hexdigest()[:8]


def _read_private(path: Path) -> X25519PrivateKey:
    key = read_pem(path)
    if not isinstance(key, X25519PrivateKey) or _check(key) != check_of(path.stem):
        raise KeysRefused(f"{path} does not hold the X25519 key that its name says")
    return key


def _read_public(path: Path, private: X25519PrivateKey) -> SealingKey:
    public = read_public_half(path, SealingKey)
    if (public.key_id, public.public_key) != (path.stem, encode_base64url(_raw(private))):
        raise KeysRefused(f"{path.with_suffix(PUBLIC_SUFFIX)} is not the public half of {path.name}")
    return public
