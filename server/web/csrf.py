"""Refuses what another site made a browser send: tokens bound to the session, and an origin check."""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import RequestEncodingType, ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from server.core.faults import Forbidden
from server.web.connection import Connection, PageRequest
from server.web.form_data import read_form_data

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
NONCE_CHARACTERS = 16
_FORMS = frozenset({RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART})


class CrossOriginRefused(Forbidden):
    code = "cross-origin"
    title = "This request came from another site"
    next_step = "Open the page here and try again."


class PageOutOfDate(Forbidden):
    code = "page-out-of-date"
    title = "This page is out of date"
    kept = "Nothing was changed. What you typed is still on the page before."
    next_step = "Go back, reload the page and send it again."


@dataclass(frozen=True)
class CsrfGuard:
    """`trusted_origins` are whole origins (`https://care.example`) allowed besides the request's own host."""

    key: bytes
    session_cookie: str
    trusted_origins: frozenset[str] = frozenset()

    def token(self, connection: Connection) -> str:
        """Fresh for the connection's session, empty without one; a new nonce each time defeats BREACH."""
        session = connection.cookies.get(self.session_cookie)
        if not session:
            return ""
        nonce = secrets.token_urlsafe(NONCE_CHARACTERS)[:NONCE_CHARACTERS]
        return nonce + self._signature(nonce, session)

    def is_valid(self, token: str, session: str) -> bool:
        nonce, signature = token[:NONCE_CHARACTERS], token[NONCE_CHARACTERS:]
        expected = self._signature(nonce, session)
        return hmac.compare_digest(signature.encode(), expected.encode())

    def _signature(self, nonce: str, session: str) -> str:
        return hmac.new(self.key, f"{nonce}.{session}".encode(), "sha256").hexdigest()

    def is_same_origin(self, connection: Connection) -> bool:
        """Judged by Sec-Fetch-Site, else by Origin against Host; who sends neither is no browser."""
        site = connection.headers.get("sec-fetch-site")
        origin = connection.headers.get("origin")
        if site in ("same-origin", "none"):
            return True
        if site is None and origin is None:
            return True
        if origin is None:
            return False
        return origin in self.trusted_origins or (site is None and self._is_own_host(origin, connection))

    def _is_own_host(self, origin: str, connection: Connection) -> bool:
        host = connection.headers.get("host", "").lower()
        return bool(host) and urlsplit(origin).netloc.lower() == host


class CsrfMiddleware(ASGIMiddleware):
    """Checks unsafe requests; without our session cookie (bearer, device) only where they came from."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, guard: CsrfGuard) -> None:
        self.guard = guard

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: PageRequest = Request(scope, receive)  # pyright: ignore[reportArgumentType]  # HTTP only, see `scopes`
        if request.method not in SAFE_METHODS:
            await self._require_ours(request)
        await next_app(scope, receive, send)

    async def _require_ours(self, request: PageRequest) -> None:
        if not self.guard.is_same_origin(request):
            raise CrossOriginRefused
        session = request.cookies.get(self.guard.session_cookie)
        if session and not self.guard.is_valid(await _sent_token(request), session):
            raise PageOutOfDate


async def _sent_token(request: PageRequest) -> str:
    header = request.headers.get(CSRF_HEADER)
    if header is not None or request.content_type[0] not in _FORMS:
        return header or ""
    return (await read_form_data(request)).text(CSRF_FIELD)


def require_same_origin(connection: Connection, guard: CsrfGuard) -> None:
    """For sockets and event streams, which no token guards: a cookie counts only from our own pages.

    Every browser sends Origin when it opens a WebSocket (RFC 6455, 4.1), so its absence there is refused.
    """
    is_socket = connection.scope["type"] == ScopeType.WEBSOCKET
    is_bare = is_socket and "origin" not in connection.headers and guard.session_cookie in connection.cookies
    if is_bare or not guard.is_same_origin(connection):
        raise CrossOriginRefused
