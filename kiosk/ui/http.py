"""A small HTTP server on loopback: one screen, one person, forms and pages, no script."""

import sys
from collections.abc import Callable, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

MAX_FORM_BYTES = 64 * 1024
HEADERS = {
    # Nothing of a page may be found again by going back, nor in a cache on the disk.
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-src 'self'; frame-ancestors 'self'"
    ),
    # With no-referrer the browser would not say either from where a form comes.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Request(NamedTuple):
    method: str
    path: str
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    cookies: Mapping[str, str]

    def one(self, name: str) -> str:
        """The form's value of that name, trimmed; empty if there is none."""
        return self.form.get(name, [""])[0].strip()

    def asked(self, name: str) -> str:
        return self.query.get(name, [""])[0].strip()


class Reply(NamedTuple):
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    stream: Iterable[bytes] | None = None
    """Sent as it comes, until the other side has gone."""


Answer = Callable[[Request], Reply]


def see_other(path: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status=303, headers=(("Location", path), *headers))


class LoopbackServer(ThreadingHTTPServer):
    """Bound to 127.0.0.1 and to nothing else."""

    daemon_threads = True

    def __init__(self, port: int, answer: Answer) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away in the middle of a picture is no error; all else is for the log."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]  (typeshed's is narrower)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def is_here(self, host: str) -> bool:
        """Whether a Host header names this screen: a page elsewhere whose name leads to loopback does not."""
        return host in {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer  # pyright: ignore[reportIncompatibleVariableOverride]  (no other makes it)
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        reply = self._reply() if self._is_from_here() else self._refuse(403)
        try:
            self._send(reply)
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def _refuse(self, status: int) -> Reply:
        """The body is not read, so nothing after it on this connection may be taken for a request."""
        self.close_connection = True
        return Reply(status=status, body=b"This screen is not for that.")

    def _is_from_here(self) -> bool:
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        return self.server.is_here(host) and origin in {
            None,
            "null" if self.command == "GET" else None,
            f"http://{host}",
        }

    def _reply(self) -> Reply:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_FORM_BYTES:
            return self._refuse(413)
        form = parse_qs(self.rfile.read(length).decode(errors="replace"), keep_blank_values=True)
        parts = urlsplit(self.path)
        request = Request(self.command, parts.path, parse_qs(parts.query), form, self._cookies())
        return self.server.answer(request)

    def _cookies(self) -> dict[str, str]:
        try:
            return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()}
        except CookieError:
            return {}

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in (*HEADERS.items(), ("Content-Type", reply.content_type), *reply.headers):
            self.send_header(name, value)
        if reply.stream is None:
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.close_connection = True
        if self.close_connection:
            # Unsaid, the browser would put its next request on a connection that is being closed.
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
        for chunk in reply.stream or ():
            self.wfile.write(chunk)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Addresses hold ids: nothing is written down."""
