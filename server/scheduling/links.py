"""The address in a reminder: it names one appointment at one time, and is signed, so that nobody can make another."""

import base64
import binascii
import hmac
import struct
from uuid import UUID

from msgspec import Struct

from server.core.faults import NotFound
from server.core.platform import platform

_BODY = struct.Struct(">16s16sI")
_MAC_BYTES = 16


class Linked(Struct, frozen=True):
    organisation_id: UUID
    appointment_id: UUID
    starts_min: int


def link_to(organisation_id: UUID, appointment_id: UUID, starts_min: int) -> str:
    """The path; whoever holds it may confirm or cancel that appointment, and reads nothing but its time."""
    body = _BODY.pack(organisation_id.bytes, appointment_id.bytes, starts_min)
    return "/visit/" + _encode(body + _mac(body))


def read_link(token: str) -> Linked:
    """NotFound for anything that we did not sign."""
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    body, mac = content[: _BODY.size], content[_BODY.size :]
    # The last character's spare bits: of one link there is one spelling.
    is_canonical = _encode(content) == token
    if not is_canonical or len(body) != _BODY.size or not hmac.compare_digest(mac, _mac(body)):
        raise NotFound
    organisation, appointment, starts_min = _BODY.unpack(body)
    return Linked(UUID(bytes=organisation), UUID(bytes=appointment), starts_min)


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _mac(body: bytes) -> bytes:
    key = platform().keys.masters.derive("visit-links")
    return hmac.digest(key, body, "sha256")[:_MAC_BYTES]
