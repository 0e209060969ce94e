"""Serves the built scripts and styles, which never change under their hashed names."""

from functools import cache
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from server.core.access import Action
from server.core.faults import NotFound
from server.web.assets import URL_PREFIX, Assets
from server.web.compression import encode_with
from server.web.connection import PageRequest

FOREVER = "public, max-age=31536000, immutable"
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def create_static_route(assets: Assets) -> HTTPRouteHandler:
    """Only files that the manifest names are found; each is read and encoded once for each encoding."""
    served = frozenset(assets.names.values())

    @cache
    def encoded(name: str, accepted: str) -> tuple[str, bytes]:
        return encode_with(accepted, (assets.folder / name).read_bytes(), is_static=True)

    @get(
        URL_PREFIX + "{name:str}",
        opt={"action": Action.PUBLIC},
        sync_to_thread=True,
        include_in_schema=False,
    )
    def static_file(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
        if name not in served:
            raise NotFound
        accepted = request.headers.get("accept-encoding", "")
        encoding, body = encoded(name, next((each for each in ("br", "gzip") if each in accepted), ""))
        headers: dict[str, Any] = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(body, media_type=TYPES[name.rpartition(".")[2]], headers=headers)

    return static_file
