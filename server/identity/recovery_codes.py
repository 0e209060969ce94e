"""Recovery codes: ten of 80 random bits, in letters and digits that cannot be confused."""

import hashlib
import secrets

COUNT = 10
LENGTH = 16
GROUP = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_codes() -> list[str]:
    return [_new_code() for _ in range(COUNT)]


def hash_code(typed: str) -> bytes:
    """SHA-256 of the code however it was typed; a plain hash is enough for 80 random bits."""
    plain = "".join(character for character in typed.upper() if character.isalnum()).translate(_LOOKALIKES)
    return hashlib.sha256(b"recovery-code|" + plain.encode()).digest()


def _new_code() -> str:
    characters = [secrets.choice(ALPHABET) for _ in range(LENGTH)]
    return "-".join("".join(characters[start : start + GROUP]) for start in range(0, LENGTH, GROUP))
