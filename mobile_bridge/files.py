"""Serves the app's built files: scripts, styles, icons and the web manifest."""

from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from server.core.access import Action
from server.core.faults import NotFound
from server.web.assets import Assets, load_assets
from server.web.compression import encode_with
from server.web.connection import PageRequest

FOLDER = Path(__file__).parent / "static"
FILES_PATH = "/app/files/"
SERVICE_WORKER = "service_worker.js"
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
"""For icons and the web manifest, whose names stay."""
TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}


def load_files() -> Assets:
    """What the build made; AssetMissing at start where it did not run."""
    return load_assets(FOLDER)


def file_url(files: Assets, name: str) -> str:
    """The address of a built file by its plain name, as `app.js`."""
    files.url(name)
    return FILES_PATH + files.names[name]


def create_files_route(files: Assets) -> HTTPRouteHandler:
    """Only what the manifest names is found, except the service worker, which has its own address."""
    served = {built: plain != built for plain, built in files.names.items() if plain != SERVICE_WORKER}

    @cache
    def encoded(name: str, accepted: str) -> tuple[str, bytes]:
        return encode_with(accepted, (files.folder / name).read_bytes(), is_static=True)

    @get(FILES_PATH + "{name:str}", opt={"action": Action.PUBLIC}, sync_to_thread=True, include_in_schema=False)
    def app_file(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
        if name not in served:
            raise NotFound
        accepted = request.headers.get("accept-encoding", "")
        encoding, body = encoded(name, next((each for each in ("br", "gzip") if each in accepted), ""))
        headers = {"Cache-Control": FOREVER if served[name] else A_DAY, "Vary": "Accept-Encoding"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(body, media_type=TYPES[name.rpartition(".")[2]], headers=headers)

    return app_file
