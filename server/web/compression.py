"""Compresses whole text answers; streams, files in pieces and pictures pass as they are."""

import gzip
from collections.abc import Callable, MutableMapping

import brotli
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import (
    ASGIApp,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

from server.web.preferences import preferred

LEAST_BYTES = 600
TEXTS = (
    "text/html",
    "text/css",
    "text/javascript",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
)


def encode_with(accepted: str, body: bytes, *, is_static: bool = False) -> tuple[str, bytes]:
    """The encoding chosen by an Accept-Encoding header and the bytes in it; no encoding is the empty text.

    Static files are encoded once and kept, so they get the slowest and smallest setting.
    """
    known: dict[str, Callable[[bytes], bytes]] = {
        "br": lambda data: brotli.compress(data, quality=11 if is_static else 5),
        "gzip": lambda data: gzip.compress(data, 9 if is_static else 6, mtime=0),
    }
    offered = preferred(accepted)
    name = next((name for name in known if name in offered), "")
    return (name, known[name](body)) if name else ("", body)


class CompressionMiddleware(ASGIMiddleware):
    """Litestar's own holds back the start of event streams and compresses photographs again."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        accepted = Headers.from_scope(scope).get("accept-encoding", "")
        held: list[HTTPResponseStartEvent] = []

        async def send_compressed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_text(message):
                held.append(message)
                return
            if message["type"] == "http.response.body" and held:
                start = held.pop()
                if not message.get("more_body") and len(message["body"]) >= LEAST_BYTES:
                    message["body"] = _encode(start, accepted, message["body"])
                await send(start)
            await send(message)

        await next_app(scope, receive, send_compressed)


def _is_text(start: HTTPResponseStartEvent) -> bool:
    headers = MutableScopeHeaders.from_message(start)
    return "content-encoding" not in headers and _value(headers, "content-type").startswith(TEXTS)


def _value(headers: MutableMapping[str, str], name: str) -> str:
    return headers.get(name, "")


def _encode(start: HTTPResponseStartEvent, accepted: str, body: bytes) -> bytes:
    headers = MutableScopeHeaders.from_message(start)
    headers.extend_header_value("vary", "Accept-Encoding")
    encoding, encoded = encode_with(accepted, body)
    if encoding:
        headers["Content-Encoding"] = encoding
        headers["Content-Length"] = str(len(encoded))
    return encoded
