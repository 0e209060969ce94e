"""The cookie of a guest: which device has redeemed the link of a call. Out of reach of scripts, and of no other use."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie

from server.core.platform import platform
from server.identity.cookies import is_secure
from server.web.connection import Connection

LASTS_S = 12 * 60 * 60
"""Longer than any call; the call's end ends what it is good for."""


def keep_guest(response: Response[Any], call_id: UUID, token: str) -> None:
    """One for each call: who interprets has several in a day."""
    response.set_cookie(
        Cookie(
            key=_name(call_id),
            value=token,
            max_age=LASTS_S,
            path="/",
            httponly=True,
            samesite="lax",
            secure=is_secure(platform().settings),
        )
    )


def guest_token(connection: Connection, call_id: UUID) -> str:
    return connection.cookies.get(_name(call_id), "")


def _name(call_id: UUID) -> str:
    prefix = "__Host-" if is_secure(platform().settings) else ""
    return f"{prefix}careferry-call-{call_id.hex}"
