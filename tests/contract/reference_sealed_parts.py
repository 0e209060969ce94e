"""A second implementation of the sealed part's layout, written from its description with other primitives."""

import hashlib
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM


def seal_part(ephemeral_private: bytes, recipient_public: bytes, case_id: UUID, part_id: UUID, content: bytes) -> bytes:
    """RFC 7748 for the secret, RFC 5869 by hand for the key, then GCM chunk by chunk."""
    ephemeral = X25519PrivateKey.from_private_bytes(ephemeral_private)
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient_public))
    extracted = hmac.new(ephemeral_public + recipient_public, shared, hashlib.sha256).digest()
    key = hmac.new(extracted, b"careferry sealed part 1" + b"\x01", hashlib.sha256).digest()
    header = b"CFS1" + hashlib.sha256(recipient_public).digest()[:8] + ephemeral_public + case_id.bytes + part_id.bytes
    sealed = header
    chunks = [content[start : start + 65536] for start in range(0, len(content), 65536)] or [b""]
    for number, chunk in enumerate(chunks):
        encryptor = Cipher(AES(key), GCM(number.to_bytes(12, "big"))).encryptor()
        is_last = number == len(chunks) - 1
        encryptor.authenticate_additional_data(header + number.to_bytes(8, "big") + (b"\x01" if is_last else b"\x00"))
        sealed += encryptor.update(chunk) + encryptor.finalize() + encryptor.tag
    return sealed
