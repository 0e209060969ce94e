"""Seals bytes to the server's public key: once, for one place in one case, so that this machine cannot open them."""

import hashlib
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.contract.sealed_parts import (
    KEY_TAG_BYTES,
    SEALED_PART_INFO,
    SealedPartHeader,
    chunk_data,
    chunks_of,
    encode_part_header,
)
from server.contract.sealing import KEY_BYTES, nonce


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored and sent, with the digest of the plain bytes that the contract and the receipt name."""

    content: bytes
    sha256: str
    plain_sha256: str
    plain_bytes: int


def seal(public_key: bytes, case_id: UUID, part_id: UUID, content: bytes) -> Sealed:
    """`content` under a key that only the holder of `public_key`'s private half can find."""
    return seal_with(X25519PrivateKey.generate(), public_key, case_id, part_id, content)


def seal_with(ephemeral: X25519PrivateKey, public_key: bytes, case_id: UUID, part_id: UUID, content: bytes) -> Sealed:
    """As `seal`, with a given ephemeral key: for the published vectors alone, since a key used twice seals nothing."""
    ephemeral_key = ephemeral.public_key().public_bytes_raw()
    key_tag = hashlib.sha256(public_key).digest()[:KEY_TAG_BYTES]
    head = encode_part_header(
        SealedPartHeader(key_tag=key_tag, ephemeral_key=ephemeral_key, case_id=case_id, part_id=part_id)
    )
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=ephemeral_key + public_key, info=SEALED_PART_INFO)
    cipher, chunks = AESGCM(derivation.derive(shared)), chunks_of(content)
    sealed = bytearray(head)
    for number, chunk in enumerate(chunks):
        is_last = number == len(chunks) - 1
        sealed += cipher.encrypt(nonce(number), bytes(chunk), chunk_data(head, number, is_last))
    return Sealed(
        content=bytes(sealed),
        sha256=hashlib.sha256(sealed).hexdigest(),
        plain_sha256=hashlib.sha256(content).hexdigest(),
        plain_bytes=len(content),
    )
