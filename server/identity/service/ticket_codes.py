"""The six digits of a ticket: made at random, kept as a keyed digest."""

import secrets
from uuid import UUID

from server.core.vault import blind
from server.identity.service.directory import SIGN_IN_REALM
from server.identity.totp import clean_code

DIGITS = 6


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


async def code_mac(ticket_id: UUID, code: str) -> bytes:
    """Keyed, since a plain hash of six digits is guessed in no time, and bound to its ticket."""
    return await blind.token(SIGN_IN_REALM, "ticket-code", f"{ticket_id}|{clean_code(code)}")
