"""Derives one key for each purpose from the web key, so that no signature is valid for another purpose."""

import hmac


def derive_key(web_key: bytes, purpose: str) -> bytes:
    """32 bytes; an HMAC-SHA256 pseudo-random function over the purpose (NIST SP 800-108, one block)."""
    if len(web_key) < 32:
        raise ValueError("the web key has to be at least 32 bytes")
    return hmac.digest(web_key, b"careferry.web." + purpose.encode(), "sha256")
