"""Verifies Ed25519 signatures as the contract writes them: base64url without padding."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(public_key: str, signature: str, content: bytes) -> bool:
    """Whether `signature` over `content` is `public_key`'s."""
    try:
        Ed25519PublicKey.from_public_bytes(decode(public_key)).verify(decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
