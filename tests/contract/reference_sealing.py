"""A second implementation of the sealed layout, written from its description with other primitives, for the vectors."""

import hashlib
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM


def content_of(length: int) -> bytes:
    """The content that a vector names by its length: byte i is i mod 251."""
    return bytes(index % 251 for index in range(length))


def seal(
    data_key: bytes, salt: bytes, key_version: int, organisation_id: UUID, vault_id: UUID, name: str, content: bytes
) -> bytes:
    """RFC 5869 by hand for the object key, then GCM chunk by chunk."""
    extracted = hmac.new(salt, data_key, hashlib.sha256).digest()
    object_key = hmac.new(extracted, b"careferry object key 1" + b"\x01", hashlib.sha256).digest()
    version = key_version.to_bytes(2, "big")
    sealed = b"CFV1" + version + salt
    chunks = [content[start : start + 65536] for start in range(0, len(content), 65536)] or [b""]
    for number, chunk in enumerate(chunks):
        encryptor = Cipher(AES(object_key), GCM(number.to_bytes(12, "big"))).encryptor()
        encoded_name = name.encode("utf-8")
        is_last = number == len(chunks) - 1
        encryptor.authenticate_additional_data(
            organisation_id.bytes
            + vault_id.bytes
            + len(encoded_name).to_bytes(2, "big")
            + encoded_name
            + number.to_bytes(8, "big")
            + (b"\x01" if is_last else b"\x00")
            + version
        )
        sealed += encryptor.update(chunk) + encryptor.finalize() + encryptor.tag
    return sealed
