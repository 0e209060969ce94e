"""The connection types of the web package, and what it reads from a connection."""

from typing import Any, TypeAlias, cast

from litestar import Request
from litestar.connection import ASGIConnection

from server.core.access import Actor

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
PageRequest: TypeAlias = Request[Any, Any, Any]


def actor_of(connection: Connection) -> Actor | None:
    """Whoever signed in, None on open pages and where no route matched (no middleware ran)."""
    return cast("dict[str, Any]", connection.scope).get("actor")


def prefers_html(connection: Connection) -> bool:
    """Whether a person's browser asked, who gets a page rather than a problem document."""
    return "text/html" in connection.headers.get("accept", "")
