"""Asks a route as each of the people, without a trace: what was done is rolled back after the answer."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from litestar import Litestar

from server.core.db import transaction
from tests.access.table import Outcome
from tests.access.world import World
from tests.support.people import sign_in

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]*)">')
ANONYMOUS = "anonymous"


class NeverHappened(Exception):
    """Ends the transaction of a question."""


class Asker:
    """Asks as each person of the world, signed in, or as nobody: every question with a browser of its own."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        self._headers: dict[str, dict[str, str]] = {ANONYMOUS: {}}

    async def sign_in_all(self, world: World) -> None:
        for who, actor in world.actors.items():
            async with self._client({}) as client:
                await sign_in(client, actor)
                (cookie,) = client.cookies.jar
                found = TOKEN.search((await client.get("/account")).text)
            assert found is not None, who
            self._headers[who] = {"Cookie": f"{cookie.name}={cookie.value}", "X-CSRF-Token": found.group(1)}

        self._headers |= world.kiosk_headers

    async def ask(self, who: str, method: str, path: str, request: dict[str, Any]) -> httpx.Response:
        accept = "application/json" if path.startswith("/api/") else "text/html"
        headers = {"Accept": accept, **request.get("headers", {})}
        rest = {name: value for name, value in request.items() if name != "headers"}
        async with self._client(self._headers[who]) as client, _undone():
            return await client.request(method, path, headers=headers, **rest)
        raise AssertionError("the transaction swallowed the answer")

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(cast("Any", self._app))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=headers)


@asynccontextmanager
async def _undone() -> AsyncGenerator[None]:
    try:
        async with transaction():
            yield
            raise NeverHappened
    except NeverHappened:
        pass


def outcome(response: httpx.Response) -> Outcome:
    """What an answer means for whoever asked; anything that is about the request's content lets them in."""
    match response.status_code:
        case 401:
            return "sign in first"
        case 303 | 302 if urlsplit(response.headers["location"]).path == "/sign-in":
            return "sign in first"
        case 403:
            return "forbidden"
        case 404:
            return "not found"
        case status if status < 500:
            return "let in"
        case _:
            raise AssertionError(f"{response.request.method} {response.request.url}: {response.text}")
