"""Hashes of the tokens that browsers and links hold; the tokens themselves are kept nowhere."""

import hashlib


def hash_token(token: str) -> bytes:
    """SHA-256; a plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
