"""The only wiring point of the web process: slices' routes, authentication, guard, faults and pages."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from mobile_bridge import routes as mobile_bridge
from server.calls import routes as calls_routes
from server.cases import routes as cases_routes
from server.core.access import Actor, permits
from server.core.access.guard import check_every_route, require_action
from server.core.faults import Fault, SignInRequired
from server.core.platform import platform
from server.desks import pages as desks
from server.fleet import handlers as fleet
from server.fleet.authentication import KioskAuthenticationMiddleware
from server.identity import handlers as identity
from server.identity.authentication import AuthenticationMiddleware
from server.identity.cookies import session_cookie_name
from server.intake import routes as intake_routes
from server.patients import pages as patients
from server.patients import routes as patients_routes
from server.reports import routes as reports_routes
from server.scheduling import routes as scheduling_routes
from server.settings import Settings
from server.web.fault_answers import answer_fault, answer_http_exception, answer_too_deep, answer_unexpected
from server.web.plugin import WebConfig, WebPlugin

Handlers = Callable[[Settings], Sequence[ControllerRouterHandler]]

HANDLERS: tuple[Handlers, ...] = (
    identity.handlers,
    patients.handlers,
    patients_routes.handlers,
    fleet.handlers,
    intake_routes.handlers,
    cases_routes.handlers,
    reports_routes.handlers,
    scheduling_routes.handlers,
    calls_routes.handlers,
    desks.handlers,
    mobile_bridge.handlers,
)
NAVIGATION = (*desks.NAVIGATION, *fleet.NAVIGATION, *patients.NAVIGATION, *identity.NAVIGATION)


def create_app(settings: Settings) -> Litestar:
    """The web application on the bound platform; RouteWithoutAction when a route declares no action."""
    app = Litestar(
        route_handlers=[handler for handlers in HANDLERS for handler in handlers(settings)],
        guards=[require_action],
        dependencies={"actor": Provide(provide_actor, sync_to_thread=False)},
        exception_handlers={
            Fault: answer_fault,
            **identity.EXCEPTION_HANDLERS,
            HTTPException: answer_http_exception,
            RecursionError: answer_too_deep,
            Exception: answer_unexpected,
        },
        middleware=[AuthenticationMiddleware(), KioskAuthenticationMiddleware()],
        plugins=[WebPlugin(_web_config(settings))],
        lifespan=[_connections],
        openapi_config=None,
        logging_config=None,  # `core.log` has routed the standard library already
        debug=False,
    )
    check_every_route(app)
    return app


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Whoever signed in; open routes that can do without do not ask for the dependency."""
    actor: Actor | None = request.scope.get("actor")  # pyright: ignore[reportAssignmentType]
    if actor is None:
        raise SignInRequired
    return actor


def _web_config(settings: Settings) -> WebConfig:
    return WebConfig(
        web_key=platform().keys.masters.derive("web"),
        session_cookie=session_cookie_name(settings),
        may=permits,
        navigation=NAVIGATION,
        origins=frozenset({settings.web.public_url}),
        is_secure=settings.web.public_url.startswith("https:"),
        is_demo=settings.is_demo,
    )


@asynccontextmanager
async def _connections(_app: Litestar) -> AsyncGenerator[None]:
    engine = platform().engine
    await engine.start_connection_pool()
    try:
        yield
    finally:
        await engine.close_connection_pool()
