"""Where a repository is read from: the link to the server, or a USB stick; the same files in both."""

import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

import httpx
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from server.contract.fleet import STICK_FOLDER, UPDATES_PATH

BASE = "repository:/"
PIECE_BYTES = 16 * 1024
SILENT_FOR_S = 30.0
FILE_WITHIN_S = 6 * 3600.0
"""A wheel of 30 MB takes an hour at 64 kbit/s; whoever sends a byte now and then does not hold the kiosk for ever."""
CLOCKS_AGREE_S = 86_400.0
# As it lies there: what a server calls compressed could be a thousand times what it sends.
HEADERS = {"Accept-Encoding": "identity"}


class Later(Exception):
    """The server is busy, and says after how long to come back."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


class HeldBack(Exception):
    """The day's budget, the quiet hours or a metered link: what is here stays, the rest comes another time."""


class ClockWrong(Exception):
    """Server and machine are a day or more apart: nobody could tell metadata that are too old."""


class Source(Protocol):
    def pieces(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """The file of the repository from `offset` on; DownloadError where it does not come."""
        ...


class LinkSource:
    """`may_go_on` is asked before each piece, `count` is told of each: a download is no exception from the budget."""

    def __init__(
        self,
        http: httpx.Client,
        may_go_on: Callable[[], bool] = lambda: True,
        count: Callable[[int], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._may_go_on, self._count, self._clock = http, may_go_on, count, clock

    def pieces(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """A server that gives no ranges sends all of it again; what is held already is passed over."""
        if not self._may_go_on():
            raise HeldBack
        ranged = {"Range": f"bytes={offset}-"} if offset else {}
        try:
            with self._http.stream("GET", f"{UPDATES_PATH}/{path}", headers={**HEADERS, **ranged}) as answer:
                _require_good(answer, path)
                yield from self._read(answer, 0 if answer.status_code == httpx.codes.PARTIAL_CONTENT else offset)
        except httpx.HTTPError as error:
            raise DownloadError(f"{path}: {error}") from error

    def _read(self, answer: httpx.Response, passed_over: int) -> Iterator[bytes]:
        ends_at = self._clock() + FILE_WITHIN_S
        for piece in answer.iter_raw(PIECE_BYTES):
            self._count(len(piece))
            yield piece[passed_over:]
            passed_over = max(0, passed_over - len(piece))
            if not self._may_go_on():
                raise HeldBack
            if self._clock() > ends_at:
                raise DownloadError("too slow to end")


class StickSource:
    """A folder on a stick. Only regular files are read: a stick is a stranger's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pieces(self, path: str, offset: int = 0) -> Iterator[bytes]:
        file = self._folder / path
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                raise DownloadHTTPError(f"{path} is no file", 404)
            with file.open("rb") as opened:
                opened.seek(offset)
                while piece := opened.read(PIECE_BYTES):
                    yield piece
        except FileNotFoundError as error:
            raise DownloadHTTPError(f"{path} is not on the stick", 404) from error
        except OSError as error:
            raise DownloadError(f"{path}: {error}") from error


class Fetcher(FetcherInterface):
    """What python-tuf reads metadata through; it bounds their length itself."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def _fetch(self, url: str) -> Iterator[bytes]:
        return self._source.pieces(url.removeprefix(BASE))


def open_link(server_url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    return httpx.Client(base_url=server_url, timeout=SILENT_FOR_S, transport=transport)


def can_reach(server_url: str) -> bool:
    """Whether the server says anything at all."""
    try:
        with open_link(server_url) as http:
            http.get("/")
    except httpx.HTTPError:
        return False
    return True


def stick_folders(sticks: Path) -> list[Path]:
    """The repositories on the sticks that are in."""
    return sorted(path for path in sticks.glob(f"*/{STICK_FOLDER}") if path.is_dir())


def _require_good(answer: httpx.Response, path: str) -> None:
    told = answer.headers.get("Date", "")
    try:
        apart_s = abs((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except ValueError:
        apart_s = 0.0
    if apart_s > CLOCKS_AGREE_S:
        raise ClockWrong(told)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        wait_s = answer.headers.get("Retry-After", "")
        raise Later(min(float(wait_s), 3600.0) if wait_s.isdigit() else 600.0)
    if not answer.is_success:
        raise DownloadHTTPError(f"{path}: {answer.status_code}", answer.status_code)
