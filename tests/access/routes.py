"""The application's routes as the table writes them, and what each takes in its query."""

from collections.abc import Iterator

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute

GIVEN = {"request", "actor", "data"}
"""What no query holds."""


def routes_of(app: Litestar) -> set[tuple[str, str]]:
    """Method and path: without the types of parameters and what Litestar adds itself."""
    sockets = {("SOCKET", _path(route)) for route in app.routes if isinstance(route, WebSocketRoute)}
    return sockets | {(method, path) for method, path, _, _ in _each(app)}


def parameters_of(app: Litestar, method: str, path: str) -> set[str]:
    """The names that a route takes in its query."""
    return {
        name
        for found, at, handler, route in _each(app)
        if (found, at) == (method, path)
        for name in handler.parsed_fn_signature.parameters.keys() - route.path_parameters.keys() - GIVEN
    }


def _each(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler, HTTPRoute]]:
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            continue
        assert isinstance(route, HTTPRoute), f"{route.path} is no HTTP route: the table has no word for it"
        for handler in route.route_handlers:
            for method in handler.http_methods:
                if method != "OPTIONS" or "action" in handler.opt:
                    yield str(method), _path(route), handler, route


def _path(route: HTTPRoute | WebSocketRoute) -> str:
    path = route.path
    for name, parameter in route.path_parameters.items():
        path = path.replace(f"{{{parameter.full}}}", f"{{{name}}}")
    return path.replace("/documents/{part_id}", "/documents/{document_id}")
