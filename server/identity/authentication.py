"""Finds who a request is from: one query for each, so that whatever was revoked binds the next request."""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.core.db import working_for
from server.core.platform import platform
from server.identity.acting import actor_of
from server.identity.clients import Client, agent_family, believed_address
from server.identity.cookies import session_cookie_name
from server.identity.schemas import LiveSession
from server.identity.service.sessions import find_session
from server.web.connection import Connection

SIGN_IN = "sign_in"
"""The scope's key of the live session, also of one that is not whole yet."""


class AuthenticationMiddleware(ASGIMiddleware):
    """Sets `scope["actor"]`: an Actor or None."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)
    exclude_path_pattern = ("^/static/",)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: Connection = ASGIConnection(scope)
        token = connection.cookies.get(session_cookie_name(platform().settings), "")
        session = await find_session(token) if token else None
        values = cast("dict[str, Any]", scope)
        values[SIGN_IN] = session
        values["actor"] = actor_of(session) if session else None
        with working_for(values["actor"]):
            await next_app(scope, receive, send)


def session_of(connection: Connection) -> LiveSession | None:
    """The browser's session, whole or not."""
    return cast("dict[str, Any]", connection.scope).get(SIGN_IN)


def client_of(connection: Connection) -> Client:
    """Who connects. X-Forwarded-For counts only as far as the settings' trusted proxies wrote it."""
    session = session_of(connection)
    peer = connection.client.host if connection.client else None
    forwarded_for = connection.headers.getall("x-forwarded-for", [])
    return Client(
        address=believed_address(peer, forwarded_for, platform().settings.web.trusted_proxies),
        agent=agent_family(connection.headers.get("user-agent", "")),
        session_id=session.session_id if session else None,
    )
