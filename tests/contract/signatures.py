"""How a device of these tests verifies Ed25519: with `cryptography` directly, not through the server's code."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(public_key: str, signature: str, content: bytes) -> bool:
    """Whether the signature holds; both are base64url without padding."""
    try:
        Ed25519PublicKey.from_public_bytes(_decode(public_key)).verify(_decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
