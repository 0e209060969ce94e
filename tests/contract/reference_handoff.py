"""The hand-off's line written a second time from its description, from the phone's side."""

import struct

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


class ReferencePhone:
    """Holds a phone's private key; seals questions and opens answers."""

    def __init__(self, own: bytes, kiosk_key: bytes, ticket: str) -> None:
        private = X25519PrivateKey.from_private_bytes(own)
        self.public_key = private.public_key().public_bytes_raw()
        shared = private.exchange(X25519PublicKey.from_public_bytes(kiosk_key))
        pseudorandom = _hmac(kiosk_key + self.public_key, shared)
        derived, block = b"", b""
        for number in (1, 2, 3):
            block = _hmac(pseudorandom, block + b"careferry hand-off 1" + bytes([number]))
            derived += block
        self.questions_key, self.answers_key = derived[:32], derived[32:64]
        digits = f"{int.from_bytes(derived[64:68], 'big') % 1000000:06d}"
        self.code = f"{digits[:3]} {digits[3:]}"
        self.ticket = ticket.encode()

    def seal(self, number: int, head: bytes, content: bytes = b"") -> bytes:
        plain = struct.pack(">I", len(head)) + head + content
        nonce = struct.pack(">IQ", 0, number)
        return struct.pack(">Q", number) + ChaCha20Poly1305(self.questions_key).encrypt(nonce, plain, self.ticket)

    def open(self, message: bytes) -> tuple[int, bytes]:
        (number,) = struct.unpack_from(">Q", message)
        nonce = struct.pack(">IQ", 0, number)
        return number, ChaCha20Poly1305(self.answers_key).decrypt(nonce, message[8:], self.ticket)


def _hmac(key: bytes, content: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(content)
    return mac.finalize()
