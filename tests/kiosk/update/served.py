"""A repository made by the server's own release code, served over HTTP on loopback, as well or as badly as asked."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from server.contract.fleet import UPDATES_PATH
from server.fleet.repository import add_release, init_repository, refresh, utc_now, write_stick
from tests.kiosk.update.tiny import make_wheel

Change = Callable[[str, bytes], bytes]
ENDLESS_BYTES = 64 * 1024 * 1024


class Releases:
    """`at` is when the repository was begun; each release and refresh is of now unless said otherwise."""

    def __init__(self, folder: Path, at: datetime | None = None) -> None:
        self.folder, self.offline, self.online = (folder / name for name in ("repository", "offline", "online"))
        self._wheels = folder / "made"
        init_repository(self.folder, self.offline, self.online, at or utc_now())

    def add(self, version: str, ails: str = "", *, weight: bytes = b"", at: datetime | None = None) -> Path:
        wheel = make_wheel(self._wheels / version, version, ails, weight)
        add_release(self.folder, self.offline, self.online, version, [wheel], at or utc_now())
        return wheel

    def refresh(self, at: datetime | None = None) -> None:
        refresh(self.folder, self.online, at or utc_now())

    def write_stick(self, version: str, sticks: Path, at: datetime | None = None) -> Path:
        return write_stick(self.folder, self.online, version, sticks / "stick", at or utc_now())


class Served(ThreadingHTTPServer):
    """What it sends of each file can be changed, cut, refused or made endless."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.change: Change = lambda _, content: content
        self.cut_after: int | None = None
        """Of a target: so many bytes, then the connection ends, once."""
        self.has_ranges = True
        self.busy_times = 0
        self.endless = ""
        """A part of the name of what does not end."""
        self.ahead = timedelta()
        self.asked: list[tuple[str, str]] = []
        """Path and range of each request."""
        self.sent_bytes = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def targets_asked(self) -> list[str]:
        return [asked for path, asked in self.asked if "/targets/" in path]


class _Handler(BaseHTTPRequestHandler):
    server: Served  # pyright: ignore[reportIncompatibleVariableOverride]  (no other makes it)
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served, asked = self.server, self.headers.get("Range", "")
        served.asked.append((self.path, asked))
        file = served.folder / self.path.removeprefix(f"{UPDATES_PATH}/")
        if "/targets/" in self.path and served.busy_times:
            served.busy_times -= 1
            self._head(429, 0, ("Retry-After", "7"))
        elif not file.is_file():
            self._head(404, 0)
        else:
            self._send(served.change(file.name, file.read_bytes()), asked)

    def _send(self, content: bytes, asked: str) -> None:
        served = self.server
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and served.has_ranges else 0
        content = content[start:]
        if served.endless and served.endless in self.path:
            self._head(200, ENDLESS_BYTES)
            content = content + bytes(ENDLESS_BYTES - len(content))
        else:
            self._head(206 if start else 200, len(content))
        if served.cut_after is not None and "/targets/" in self.path:
            content, served.cut_after = content[: served.cut_after], None
            self.close_connection = True
        try:
            for place in range(0, len(content), 65536):
                self.wfile.write(content[place : place + 65536])
                served.sent_bytes += len(content[place : place + 65536])
        except ConnectionError:
            self.close_connection = True

    def _head(self, status: int, size_bytes: int, *headers: tuple[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.server.ahead, usegmt=True))
        for name, value in (("Content-Length", str(size_bytes)), *headers):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        pass


@contextmanager
def serving(folder: Path) -> Generator[Served]:
    server = Served(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
