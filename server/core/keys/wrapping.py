"""Wraps a key under another with AES-256-GCM, bound to what it is the key of."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class WrapRefused(Exception):
    """The wrapped key was changed, or belongs elsewhere, or was wrapped under another key."""


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def wrap(wrapping_key: bytes, key: bytes, bound_to: bytes) -> bytes:
    """`key` under `wrapping_key`: a random nonce, the ciphertext, the tag (NIST SP 800-38D)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, key, bound_to)


def unwrap(wrapping_key: bytes, wrapped: bytes, bound_to: bytes) -> bytes:
    """The key that `wrap` was given; WrapRefused unless all three are what they were."""
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise WrapRefused from error
