"""Serves the update repository: signed files that anyone may read, a bounded number of downloads at once."""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path

from litestar import Response, get
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


class Downloads:
    """How many targets this process is sending."""

    under_way = 0


@get(UPDATES_PATH + "/{path:path}", opt={"action": Action.PUBLIC})
async def read_update(path: FromPath[str]) -> Response[bytes] | Stream:
    """A file of the repository; TooManyRequests, to come back at a moment of one's own, when too many are sent."""
    file = _find(path.lstrip("/"))
    if path.lstrip("/").startswith("metadata/"):
        content = await asyncio.to_thread(file.read_bytes)
        return Response(content, media_type="application/json", headers={"Cache-Control": "no-cache"})
    if Downloads.under_way >= DOWNLOADS_AT_ONCE:
        wait_s = COME_BACK_S[0] + secrets.randbelow(COME_BACK_S[1] - COME_BACK_S[0])
        raise TooManyRequests(headers={"Retry-After": str(wait_s)})
    headers = {"Content-Length": str(file.stat().st_size), "Cache-Control": "public, max-age=31536000, immutable"}
    return Stream(_pieces(file), media_type="application/octet-stream", headers=headers)


def _find(path: str) -> Path:
    """NotFound for whatever is not a published file's name, and where no repository is served."""
    folder = platform().settings.fleet.updates
    if folder is None or not PATHS.fullmatch(path) or not (folder / path).is_file():
        raise NotFound
    return folder / path


async def _pieces(file: Path) -> AsyncGenerator[bytes]:
    Downloads.under_way += 1
    try:
        with file.open("rb") as opened:
            while piece := await asyncio.to_thread(opened.read, PIECE_BYTES):
                yield piece
    finally:
        Downloads.under_way -= 1


HANDLERS = (read_update,)
