"""A person's browser without script: pages and forms over HTTP, with cookies kept as browsers keep them."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, cast
from uuid import uuid4

import httpx
from litestar import Litestar

FORM_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
HEADERS = {
    "Accept": "text/html",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Sec-Fetch-Site": "same-origin",
}


class Browser:
    """`page` is the last answer, redirects not followed."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = httpx.Response(204)

    async def open(self, path: str) -> Self:
        self.page = await self.client.get(path)
        return self

    async def send(self, path: str, *, of: str | None = None, **fields: Any) -> Self:
        """Send a form: the page it stands on (`of`, the same path unless given) is opened first for its token."""
        await self.open(of or path)
        return await self.send_again(path, **fields)

    async def send_again(self, path: str, *, key: str = "", **fields: Any) -> Self:
        """Send a form of the page that is open."""
        hidden = dict(FORM_FIELD.findall(self.page.text))
        data: Mapping[str, str | list[str]] = {"_csrf": hidden.get("_csrf", ""), "_key": key or str(uuid4()), **fields}
        headers = {"Referer": str(self.page.url) if self.page.is_success else ""}
        self.page = await self.client.post(path, data=dict(data), headers=headers)
        return self

    async def follow(self) -> Self:
        return await self.open(self.page.headers["location"])

    @property
    def status(self) -> int:
        return self.page.status_code

    @property
    def location(self) -> str:
        return self.page.headers.get("location", "")

    @property
    def text(self) -> str:
        return self.page.text


@asynccontextmanager
async def open_browser(app: Litestar, *, address: str = "203.0.113.7", **headers: str) -> AsyncGenerator[Browser]:
    """A new browser at an address of its own."""
    transport = httpx.ASGITransport(cast("Any", app), client=(address, 50000))
    settings = HEADERS | {name.replace("_", "-").title(): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=settings) as client:
        yield Browser(client)
