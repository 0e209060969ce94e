"""A browser without script at the desk of one person."""

import re
from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

import httpx
from litestar import Litestar

from server.core.access import Actor
from tests.support.people import PUBLIC_URL, sign_in

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]*)">')


class Desk:
    """One person's browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path)

    async def post(self, path: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
        """Send a form of ours."""
        found = TOKEN.search((await self._client.get("/account")).text)
        assert found is not None
        return await self._client.post(path, data={"_csrf": found.group(1), "_key": str(uuid4()), **(fields or {})})


async def sit_down(app: Litestar, actor: Actor) -> Desk:
    """The actor, signed in, at a browser."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url=PUBLIC_URL, headers={"Accept": "text/html"}
    )
    await sign_in(client, actor)
    return Desk(client)
