"""Asks the server, and tells apart no link, not let in, a refusal, and a server that is busy."""

import socket
from collections.abc import AsyncIterator, Mapping

import httpx
import msgspec

from kiosk.uplink.authorizer import Authorizer, NotLetIn, seconds_ahead
from server.contract.problem import Problem

ANSWER_WITHIN_S = 45.0
"""For each write and for the answer behind the last: what is in the send buffer takes up to twenty on a bad link."""
SEND_BUFFER_BYTES = 32 * 1024
UNSENT_BYTES = 4 * 1024
TCP_NOTSENT_LOWAT, TCP_THIN_LINEAR_TIMEOUTS = 25, 16
"""Of linux/tcp.h; Python does not name them."""
IDLE_S = 60.0
"""A connection is kept for so long: a new one costs a round trip, which may cost seconds."""
LATER = frozenset({408, 423, 425, 429, 460})
"""Answers after which the same is sent again in a while: too slow, busy, a checksum that did not survive the way."""
STALE_PROOF = "page-out-of-date"


class NoLink(Exception):
    """Nothing came back, or only a busy server's word: it is tried again later.

    `again_after_s` is what the server asked for at least; 0 where it did not say.
    """

    def __init__(self, told: str, again_after_s: float = 0.0) -> None:
        super().__init__(told)
        self.again_after_s = again_after_s


class Refused(Exception):
    """The server will not take this however often it is sent."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code}")
        self.status = status
        self.problem = problem

    @property
    def told(self) -> str:
        """The server's own words, which name no patient."""
        return " ".join(words for words in (self.problem.title + ".", self.problem.detail) if words.strip("."))


class Server:
    """One kiosk's connection; every request is authorised anew, so that a revoked kiosk is out at the next."""

    def __init__(self, http: httpx.AsyncClient, authorizer: Authorizer) -> None:
        self.http = http
        self.authorizer = authorizer
        self.time_ahead_s = 0.0
        """How far the server's clock is ahead of this machine's: days are counted by the server's."""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A successful answer; NoLink, NotLetIn or Refused. An iterator is read as the link takes it."""
        proof = await self._authorised()
        try:
            response = await self.http.request(method, path, content=content, headers={**proof, **(headers or {})})
        except httpx.HTTPError as error:
            raise NoLink(str(error)) from error
        self.time_ahead_s = seconds_ahead(response)
        if response.is_success:
            return response
        raise self._fault_of(response)

    async def _authorised(self) -> dict[str, str]:
        try:
            return await self.authorizer.headers(self.http)
        except httpx.HTTPStatusError as error:
            raise _busy(error.response) from error
        except httpx.HTTPError as error:
            raise NoLink(str(error)) from error

    def _fault_of(self, response: httpx.Response) -> Exception:
        if response.status_code in LATER or response.status_code >= 500:
            return _busy(response)
        problem = _problem_of(response)
        if response.status_code == 401 or problem.code == STALE_PROOF:
            self.authorizer.forget()
            return NotLetIn(problem.title)
        return Refused(response.status_code, problem)


def open_http(url: str) -> httpx.AsyncClient:
    """A client that notices within a minute that nothing moves any more, however slowly it moved before."""
    options = [
        # The kernel would take megabytes at once and call them sent: then the wait for an answer is a wait for the
        # link, nobody knows how far it came, and all of it goes twice when the connection breaks.
        (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES),
        (socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES),
        # A request that is lost is sent again after a second or two each time, not after twice as long as before.
        (socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1),
    ]
    limits = httpx.Limits(keepalive_expiry=IDLE_S)
    transport = httpx.AsyncHTTPTransport(socket_options=options, limits=limits)
    return httpx.AsyncClient(
        base_url=url, transport=transport, timeout=ANSWER_WITHIN_S, headers={"Accept": "application/json"}
    )


def _busy(response: httpx.Response) -> NoLink:
    """Retry-After may be a date too (RFC 9110, 10.2.3), which our server never sends."""
    wait_s = response.headers.get("Retry-After", "")
    return NoLink(f"the server answered {response.status_code}", float(wait_s) if wait_s.isdecimal() else 0.0)


def _problem_of(response: httpx.Response) -> Problem:
    try:
        return msgspec.json.decode(response.content, type=Problem)
    except msgspec.MsgspecError:
        title = f"The server answered {response.status_code}"
        return Problem(type="", title=title, status=response.status_code, code=str(response.status_code))
