"""One signed message that outlives a redirect: what was done, shown once by the next page."""

import base64
import binascii
import hmac
from typing import Literal, TypeAlias

import msgspec

from server.web.connection import Connection

COOKIE = "flash"
LIFETIME_S = 60
DONE_KEY = "web_form_key"
"""Where the request's state holds the idempotency key of the form that it carries."""
FlashKind: TypeAlias = Literal["good", "info", "warning"]


class Flash(msgspec.Struct, frozen=True):
    """`done` is the idempotency key of the form that was carried out: the page forgets its kept draft."""

    text: str
    kind: FlashKind = "good"
    done: str = ""


class FlashCookie:
    """Signed, so that a planted cookie cannot put words in our mouth; never holds clinical content."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, flash: Flash) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(flash)).decode().rstrip("=")
        return f"{body}.{self._signature(body)}"

    def read(self, connection: Connection) -> Flash | None:
        """None also for a cookie that we did not sign."""
        body, _, signature = connection.cookies.get(COOKIE, "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Flash)
        except (binascii.Error, msgspec.DecodeError):
            return None

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), "sha256").hexdigest()
