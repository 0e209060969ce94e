"""Time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, 30 s, 6 digits, as every code app understands."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, 4: at least 128 bits, 160 recommended
TOLERATED_STEPS = 1  # RFC 6238, 5.2: one step of delay, and as much for a clock that is ahead


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The time step that `code` belongs to, None if it is not valid now; every step is compared in constant time."""
    given = clean_code(code).encode()
    here = step_at(at)
    found: int | None = None
    for step in range(here - TOLERATED_STEPS, here + TOLERATED_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given):
            found = step
    return found


def clean_code(typed: str) -> str:
    """Digits as people copy them: `123 456`, `123-456`."""
    return "".join(character for character in typed if character not in " -\u00a0")


def base32_secret(secret: bytes) -> str:
    """The secret as it is typed into a code app by hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def provisioning_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth` address a code app reads from the QR code."""
    query = urlencode({"secret": base32_secret(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"
