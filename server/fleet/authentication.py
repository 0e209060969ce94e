"""Finds the kiosk behind a bearer token, and the worker who signed in at it, anew for each request.

So whatever was revoked or ended binds the next one.
"""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.contract.fleet import WORKER_HEADER
from server.core.access import Actor
from server.core.db import working_for
from server.fleet.service.places import find_worker
from server.fleet.service.tokens import find_device
from server.web.connection import Connection

SCHEME = "bearer "


class KioskAuthenticationMiddleware(ASGIMiddleware):
    """After the people's: whoever brings a token is its kiosk, a worker at it or nobody, whatever cookie is beside it.

    A proof of a worker that does not hold is as none: the request is its kiosk's, which may not do what the worker may.
    """

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)
    exclude_path_pattern = ("^/static/",)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: Connection = ASGIConnection(scope)
        authorization = connection.headers.get("authorization", "")
        if not authorization.lower().startswith(SCHEME):
            await next_app(scope, receive, send)
            return
        actor = await _asker(authorization[len(SCHEME) :].strip(), connection.headers.get(WORKER_HEADER, ""))
        cast("dict[str, Any]", scope)["actor"] = actor
        with working_for(actor):
            await next_app(scope, receive, send)


async def _asker(token: str, proof: str) -> Actor | None:
    kiosk = await find_device(token)
    if kiosk is None or not proof:
        return kiosk
    with working_for(kiosk):
        return await find_worker(kiosk, proof) or kiosk
