"""The listener of one hand-off: one page and a sealed line, for phones of the clinic's network, while it is open.

Whoever is on that network may connect, so everything is bounded: how many at once and from one address, how often,
how long, how much.
"""

import contextlib
import hmac
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv4Interface
from typing import Any, NamedTuple

from kiosk.phone.handoff import Handoff, Over, TakenAlready
from kiosk.phone.line import NotTheirs
from server.contract.handoff import MESSAGE_BYTES_MAX, PUBLIC_KEY_BYTES

MOST_AT_ONCE, MOST_OF_ONE = 12, 4
EACH_S = 0.05
"""At most twenty connections and twenty requests a second: the screen's process has other things to do."""
BURST = 40
SILENT_S, REQUEST_WITHIN_S = 20.0, 60.0
"""A piece of 256 KiB comes in a minute at 35 kbit/s; a connection that trickles ends."""
DIGITS = re.compile("[0-9]{1,9}")
JOIN, SAY = "join", "say"
GONE, TAKEN, NOT_THEIRS = 410, 409, 403


class HandoffPage(NamedTuple):
    packed: bytes
    """HTML in gzip: what runs its script reads that, too."""
    policy: str
    """Its Content-Security-Policy."""


class Pace:
    """Lets through `BURST` at once, then one every `EACH_S`; whoever comes too early waits."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next_at = clock() - BURST * EACH_S

    def wait(self) -> None:
        with self._lock:
            now = self._clock()
            self._next_at = max(self._next_at, now - BURST * EACH_S) + EACH_S
            wait_s = self._next_at - now
        if wait_s > 0:
            self._sleep(wait_s)


class Listener(ThreadingHTTPServer):
    """Bound to one address of the clinic's network, on a port of the moment."""

    daemon_threads = True
    allow_reuse_address = False
    request_queue_size = 16

    def __init__(self, at: IPv4Interface, handoff: Handoff, page: HandoffPage) -> None:
        super().__init__((str(at.ip), 0), _Handler)
        self.at, self.handoff, self.page = at, handoff, page
        self.pace, self._arrivals = Pace(), Pace()
        self._open: Counter[str] = Counter()
        self._begun_at: dict[socket.socket, float] = {}
        self._counting = threading.Lock()

    @property
    def host(self) -> str:
        return f"{self.at.ip}:{self.server_port}"

    @property
    def link(self) -> str:
        return f"http://{self.host}/{self.handoff.ticket}#{self.handoff.fragment}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def close(self) -> None:
        """Nothing listens any more on return, and no connection is left open."""
        self.shutdown()
        self.server_close()
        self._hang_up(float("inf"))

    def hang_up_on_the_slow(self) -> None:
        """End connections whose request has taken too long, byte by byte."""
        self._hang_up(time.monotonic() - REQUEST_WITHIN_S)

    def _hang_up(self, before: float) -> None:
        with self._counting:
            for connection, begun_at in self._begun_at.items():
                if begun_at < before:
                    with contextlib.suppress(OSError):  # the phone was quicker
                        connection.shutdown(socket.SHUT_RDWR)

    def note_request(self, connection: socket.socket) -> None:
        """The connection is new, or its last request is answered: the time of the next begins."""
        with self._counting:
            self._begun_at[connection] = time.monotonic()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether a connection is taken: of the clinic's network, and not one too many."""
        self._arrivals.wait()
        peer = client_address[0]
        with self._counting:
            is_room = self._open.total() < MOST_AT_ONCE and self._open[peer] < MOST_OF_ONE
            is_taken = is_room and IPv4Address(peer) in self.at.network
            if is_taken:
                self._open[peer] += 1
        return is_taken

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.note_request(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._counting:
                self._open[client_address[0]] -= 1
                del self._begun_at[request]

    def handle_error(self, request: object, client_address: object) -> None:
        """A phone that went away is no error; all else is for the log."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]  (typeshed's is narrower)


class _Handler(BaseHTTPRequestHandler):
    server: Listener  # pyright: ignore[reportIncompatibleVariableOverride]  (no other makes it)
    protocol_version = "HTTP/1.1"
    timeout = SILENT_S
    server_version, sys_version = "kiosk", ""

    def do_GET(self) -> None:
        if self._is_for(""):
            headers = {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Encoding": "gzip",
                "Content-Security-Policy": self.server.page.policy,
            }
            self._send(200, self.server.page.packed, headers)
        else:
            self._refuse(404)

    def do_POST(self) -> None:
        """Both ways answer with a number where there is nothing sealed to answer: the page has the words."""
        if not self._is_for(JOIN) and not self._is_for(SAY):
            return self._refuse(404)
        if self.headers.get("Origin") not in {None, f"http://{self.server.host}"}:
            return self._refuse(403)
        length = self.headers.get("Content-Length", "")
        most = PUBLIC_KEY_BYTES if self._is_for(JOIN) else MESSAGE_BYTES_MAX
        if not DIGITS.fullmatch(length) or int(length) > most:
            return self._refuse(413)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return self._refuse(400)
        try:
            self._send(200, self._answer(body))
        except TakenAlready:
            self._send(TAKEN)
        except Over:
            self._send(GONE)
        except NotTheirs:
            self._send(NOT_THEIRS)
        return None

    def _answer(self, body: bytes) -> bytes:
        if self._is_for(JOIN):
            self.server.handoff.join(body)
            return b""
        return self.server.handoff.answer(body)

    def _is_for(self, verb: str) -> bool:
        """Whether the address is the link's, asked for by its own name: no page elsewhere reaches it by another."""
        wanted = f"/{self.server.handoff.ticket}{'/' if verb else ''}{verb}"
        is_here = hmac.compare_digest(self.headers.get("Host", "").encode(), self.server.host.encode())
        return is_here and hmac.compare_digest(self.path.encode(), wanted.encode())

    def parse_request(self) -> bool:
        self.server.pace.wait()
        return super().parse_request()

    def _refuse(self, status: int) -> None:
        """The body is not read, so nothing after it on this connection may be taken for a request."""
        self.close_connection = True
        self._send(status, b"Ask for a new code at the kiosk.", {"Content-Type": "text/plain"})

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        always = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        for name, value in {**always, "Content-Type": "application/octet-stream", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.server.note_request(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Addresses hold the ticket: nothing is written down."""
