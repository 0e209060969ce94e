"""Serves the update repository: signed files that anyone may read, a bounded number of downloads at once."""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from server.contract.fleet import UPDATES_PATH
from server.core.access import Action
from server.core.faults import NotFound, TooManyRequests
from server.core.platform import platform

_NAME = r"[A-Za-z0-9_+-][A-Za-z0-9._+-]*"
PATHS = re.compile(rf"metadata/{_NAME}\.json|targets/releases/{_NAME}/{_NAME}")
DOWNLOADS_AT_ONCE = 32
"""A wheel of 20 MB each: more would share the link so that none ends, and hold cases up that are on their way in."""
COME_BACK_S = (60, 600)
PIECE_BYTES = 256 * 1024
REST = re.compile(r"bytes=([0-9]{1,15})-")
"""The one range that a kiosk asks for: what it does not have yet."""


class Downloads:
    """How many targets this process is sending."""

    under_way = 0


@get(UPDATES_PATH + "/{path:path}", opt={"action": Action.PUBLIC})
async def read_update(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes] | Stream:
    """A file of the repository; TooManyRequests, to come back at a moment of one's own, when too many are sent.

    A target's rest is sent where a range asks for it (RFC 9110, 14.2), so that a cut costs what was under way.
    """
    file = _find(path.lstrip("/"))
    if path.lstrip("/").startswith("metadata/"):
        content = await asyncio.to_thread(file.read_bytes)
        return Response(content, media_type="application/json", headers={"Cache-Control": "no-cache"})
    if Downloads.under_way >= DOWNLOADS_AT_ONCE:
        wait_s = COME_BACK_S[0] + secrets.randbelow(COME_BACK_S[1] - COME_BACK_S[0])
        raise TooManyRequests(headers={"Retry-After": str(wait_s)})
    return _send(file, _start(request.headers.get("Range", ""), file.stat().st_size))


def _start(asked: str, size_bytes: int) -> int:
    """Where to begin; what is no such range, or lies behind the end, is answered with the whole."""
    found = REST.fullmatch(asked)
    start = int(found.group(1)) if found else 0
    return start if start < size_bytes else 0


def _send(file: Path, start: int) -> Stream:
    size_bytes = file.stat().st_size
    headers = {
        "Content-Length": str(size_bytes - start),
        "Cache-Control": "public, max-age=31536000, immutable",
        "Accept-Ranges": "bytes",
    }
    if start:
        headers["Content-Range"] = f"bytes {start}-{size_bytes - 1}/{size_bytes}"
    return Stream(
        _pieces(file, start),
        status_code=206 if start else 200,
        media_type="application/octet-stream",
        headers=headers,
    )


def _find(path: str) -> Path:
    """NotFound for whatever is not a published file's name, and where no repository is served."""
    folder = platform().settings.fleet.updates
    if folder is None or not PATHS.fullmatch(path) or not (folder / path).is_file():
        raise NotFound
    return folder / path


async def _pieces(file: Path, start: int) -> AsyncGenerator[bytes]:
    Downloads.under_way += 1
    try:
        with file.open("rb") as opened:
            opened.seek(start)
            while piece := await asyncio.to_thread(opened.read, PIECE_BYTES):
                yield piece
    finally:
        Downloads.under_way -= 1


HANDLERS = (read_update,)
