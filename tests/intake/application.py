"""An application of the intake routes alone; the actor is named by a header, since signing in is tested elsewhere."""

from collections.abc import Mapping
from typing import Any, cast

import httpx
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.core.access import Actor, permits
from server.core.access.guard import check_every_route, require_action
from server.core.db import working_for
from server.core.faults import Fault
from server.core.platform import platform
from server.intake import routes
from server.web.fault_answers import answer_fault, answer_http_exception
from server.web.plugin import WebConfig, WebPlugin

ACTOR_HEADER = "x-test-actor"


class NamedActor(ASGIMiddleware):
    scopes = (ScopeType.HTTP,)

    def __init__(self, actors: Mapping[str, Actor]) -> None:
        self._actors = actors

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        named = dict(scope["headers"]).get(ACTOR_HEADER.encode(), b"").decode()
        scope["actor"] = self._actors.get(named)  # type: ignore[typeddict-unknown-key]
        with working_for(self._actors.get(named)):
            await next_app(scope, receive, send)


def create_intake_app(actors: Mapping[str, Actor]) -> Litestar:
    app = Litestar(
        route_handlers=routes.handlers(platform().settings),
        guards=[require_action],
        dependencies={"actor": Provide(_actor_of, sync_to_thread=False)},
        exception_handlers={Fault: answer_fault, HTTPException: answer_http_exception},
        plugins=[WebPlugin(WebConfig(web_key=bytes(32), session_cookie="session", may=permits, is_secure=False))],
        middleware=[NamedActor(actors)],
        openapi_config=None,
        logging_config=None,
    )
    check_every_route(app)
    return app


def http_client(app: Litestar) -> httpx.AsyncClient:
    """A client of `app` on the test's own event loop."""
    transport = httpx.ASGITransport(cast(Any, app))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


def _actor_of(request: Request[Any, Any, Any]) -> Actor:
    return request.scope["actor"]  # type: ignore[typeddict-item]
