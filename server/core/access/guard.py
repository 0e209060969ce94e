"""The app-wide guard: a route without an action is denied, and fails start-up before that."""

from collections.abc import Sequence
from typing import Any, cast

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute

from server.core.access.actions import Action
from server.core.access.actor import Actor, ActorKind
from server.core.access.policy import authorize
from server.core.faults import Forbidden, SignInRequired

ACTION = "action"
FOR_DEVICES = "for_devices"
"""Says in a handler's `opt` that kiosks use the route; others of the same action show a person more than they need."""
FOR_PINS = "for_pins"
"""As `FOR_DEVICES`, for a worker who has signed in at a kiosk."""


class RouteWithoutAction(Exception):
    """Start-up is refused: the named route does not say which action it is."""


async def require_action(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Deny unless the handler's declared action is permitted to the request's actor.

    It waits for nothing, and is a coroutine because Litestar sends every other guard to a thread and back.
    """
    action = handler.opt.get(ACTION)
    if not isinstance(action, Action):
        raise Forbidden("This route declares no action.")
    if action is Action.PUBLIC:
        return
    actor: Actor | None = connection.scope.get("actor")
    if actor is None:
        raise SignInRequired
    if actor.kind is ActorKind.DEVICE and not handler.opt.get(FOR_DEVICES):
        raise Forbidden
    if actor.kiosk_id is not None and not handler.opt.get(FOR_PINS):
        raise Forbidden
    authorize(actor, action)


def check_every_route(app: Litestar) -> None:
    """Raise RouteWithoutAction for the first handler that declares none; called at the end of `create_app`."""
    for route in app.routes:
        for handler in _handlers_of(route):
            if not isinstance(handler.opt.get(ACTION), Action) and not _is_automatic_options(handler):
                raise RouteWithoutAction(f"{route.path}: {handler} declares no action")


def _handlers_of(route: BaseRoute) -> Sequence[BaseRouteHandler]:
    return route.route_handlers if isinstance(route, HTTPRoute) else [cast("Any", route).route_handler]


def _is_automatic_options(handler: BaseRouteHandler) -> bool:
    return getattr(handler, "http_methods", None) == {"OPTIONS"}
