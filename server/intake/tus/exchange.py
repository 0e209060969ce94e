"""What every tus request must say and every answer carries: the protocol's version."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.contract.upload import TUS_VERSION
from server.intake.faults import UnsupportedTusVersion

RESUMABLE = "Tus-Resumable"


class TusHeaders(ASGIMiddleware):
    """Names the version in every answer, refusals too, and keeps answers out of caches."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers[RESUMABLE] = TUS_VERSION
                headers["Cache-Control"] = "no-store"
            await send(message)

        await next_app(scope, receive, send_named)


def require_tus_version(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: only OPTIONS may leave the version out (tus 1.0.0, Tus-Resumable)."""
    if connection.scope.get("method") != "OPTIONS" and connection.headers.get(RESUMABLE) != TUS_VERSION:
        raise UnsupportedTusVersion(headers={"Tus-Version": TUS_VERSION})
