"""A connection that is kept open, over which kiosks send with as little work as Python allows."""

import asyncio
from typing import Self
from urllib.parse import urlsplit

import msgspec

from server.contract.fleet import TOKEN_PATH, AccessToken


class Sender:
    """`status` is of the last answer, and so is `again_after_s`: 0 where nothing was said of it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self.status = 0
        self.again_after_s = 0.0

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def token(self, form: bytes) -> str:
        """The token that is given for the form; empty where it is refused."""
        answer = await self._send(TOKEN_PATH, form, "application/x-www-form-urlencoded", "")
        return msgspec.json.decode(answer, type=AccessToken).access_token if self.status == 200 else ""

    async def post(self, path: str, content: bytes, token: str) -> None:
        await self._send(path, content, "application/json", f"Authorization: Bearer {token}\r\n")

    async def _send(self, path: str, content: bytes, content_type: str, more: str) -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(content)}\r\n{more}\r\n"
        )
        self._writer.write(head.encode() + content)
        headers = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        self.status = int(headers.split(b" ", 2)[1])
        self.again_after_s = float(_value(headers, b"retry-after") or 0)
        return await self._reader.readexactly(int(_value(headers, b"content-length")))


def _value(headers: bytes, name: bytes) -> bytes:
    return headers.partition(name + b": ")[2].partition(b"\r\n")[0]
