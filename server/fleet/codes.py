"""Codes that a person carries from a screen to a page: kept by their hash."""

import hmac

from server.core.platform import platform

OF_CLAIMS, OF_PLACES = "kiosk-claim-hash", "kiosk-place-hash"


def hash_code(code: str, purpose: str) -> bytes:
    """Keyed for the purpose, since 40 bits behind a plain hash are guessed while the code is good."""
    return hmac.digest(platform().keys.masters.derive(purpose), code.encode(), "sha256")
