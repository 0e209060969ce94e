"""Finds the kiosk behind a bearer token: one query for each request, so that a revocation binds the next."""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.core.db import working_for
from server.fleet.service.tokens import find_device
from server.web.connection import Connection

SCHEME = "bearer "


class KioskAuthenticationMiddleware(ASGIMiddleware):
    """After the people's: whoever brings a token is its kiosk or nobody, whatever cookie comes beside it."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)
    exclude_path_pattern = ("^/static/",)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: Connection = ASGIConnection(scope)
        authorization = connection.headers.get("authorization", "")
        if not authorization.lower().startswith(SCHEME):
            await next_app(scope, receive, send)
            return
        actor = await find_device(authorization[len(SCHEME) :].strip())
        cast("dict[str, Any]", scope)["actor"] = actor
        with working_for(actor):
            await next_app(scope, receive, send)
