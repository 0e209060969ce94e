"""Who the uplink is to the server: a port, with a kiosk's own key, a session, and the demo's worker behind it."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from uuid import uuid4

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.signatures import encode

TOKEN_PATH = "/api/kiosks/token"  # noqa: S105  (an address)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_GOOD_S = 60
RENEW_BEFORE_S = 30
CLOCKS_AGREE_S = 5.0
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]*)">')
PERSON = re.compile(r'name="person" value="([0-9a-f-]{36})"')


class NotLetIn(Exception):
    """The server does not know who this is, or not any more."""


class Authorizer(Protocol):
    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        """The headers under which the next request is made; NotLetIn, or httpx.HTTPError where there is no link.

        A server that is busy is httpx.HTTPStatusError: it did not say who it lets in.
        """
        ...

    def forget(self) -> None:
        """The server did not accept them: get new ones next time."""
        ...


class SessionAuthorizer:
    """A signed-in person's session: the client holds its cookie, and a page of theirs tells the token to send along."""

    def __init__(self, page: str = "/cases") -> None:
        self._page = page
        self._token = ""

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        if not self._token:
            page = await http.get(self._page, headers={"Accept": "text/html"})
            found = CSRF.search(page.text)
            if not page.is_success or found is None:
                raise NotLetIn(f"{self._page} answered {page.status_code}")
            self._token = found.group(1)
        return {"X-CSRF-Token": self._token}

    def forget(self) -> None:
        self._token = ""


class DemoAuthorizer:
    """The demonstration lets everyone in who presses a name: this presses that of one person, for `./dev kiosk`."""

    def __init__(self, person: str) -> None:
        self._person = person
        self._session = SessionAuthorizer()
        self._is_in = False

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        if not self._is_in:
            await self._sign_in(http)
        return await self._session.headers(http)

    def forget(self) -> None:
        self._is_in = False
        self._session.forget()

    async def _sign_in(self, http: httpx.AsyncClient) -> None:
        page = await http.get("/demo/sign-in", headers={"Accept": "text/html"})
        _, found, rest = page.text.partition(f"<strong>{self._person}</strong>")
        person = PERSON.search(rest)
        if not found or person is None:
            raise NotLetIn(f"the demonstration at {http.base_url} knows no {self._person}")
        answer = await http.post("/demo/sign-in", data={"person": person.group(1), "_key": str(uuid4())})
        if answer.status_code != 303:
            raise NotLetIn(f"the demonstration answered {answer.status_code}")
        self._is_in = True


class KioskKeyAuthorizer:
    """The kiosk's own key: a signed assertion (RFC 7523, private_key_jwt) gets a bearer token that soon ends."""

    def __init__(self, kiosk_id: str, key: Ed25519PrivateKey, clock: Callable[[], float] = time.time) -> None:
        self._kiosk_id = kiosk_id
        self._key = key
        self._clock = clock
        self._token = ""
        self._ahead_s = 0.0
        self._good_until = 0.0
        """By the clock that does not jump."""

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        if not self._token or time.monotonic() >= self._good_until:
            await self._get_token(http)
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        self._token = ""

    async def _get_token(self, http: httpx.AsyncClient) -> None:
        answer = await self._ask_token(http)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            answer.raise_for_status()
        ahead_s = seconds_ahead(answer)
        if not answer.is_success and abs(ahead_s - self._ahead_s) > CLOCKS_AGREE_S:
            # A clock that jumped made an assertion of another year: the server's own time makes the next.
            self._ahead_s = ahead_s
            answer = await self._ask_token(http)
        if not answer.is_success:
            raise NotLetIn(f"{TOKEN_PATH} answered {answer.status_code}")
        told = msgspec.json.decode(answer.content, type=_Token)
        self._token = told.access_token
        self._good_until = time.monotonic() + max(told.expires_in - RENEW_BEFORE_S, 1)

    async def _ask_token(self, http: httpx.AsyncClient) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(str(http.base_url).rstrip("/") + TOKEN_PATH),
        }
        return await http.post(TOKEN_PATH, data=form)

    def _assertion(self, audience: str) -> str:
        at = int(self._clock() + self._ahead_s)
        header = {"alg": "EdDSA", "typ": "JWT"}
        claims = {
            "iss": self._kiosk_id,
            "sub": self._kiosk_id,
            "aud": audience,
            "iat": at,
            "exp": at + ASSERTION_GOOD_S,
            "jti": str(uuid4()),
        }
        signed = f"{encode(msgspec.json.encode(header))}.{encode(msgspec.json.encode(claims))}"
        return f"{signed}.{encode(self._key.sign(signed.encode()))}"


def seconds_ahead(response: httpx.Response) -> float:
    """How far the server's clock is ahead of this machine's, by the answer's Date; 0 where it does not say."""
    try:
        told = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return 0.0
    return (told - datetime.now(UTC)).total_seconds()


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int
