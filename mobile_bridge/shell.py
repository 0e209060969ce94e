"""The page that holds the app, the same for everyone, and the service worker that keeps it in the phone."""

import hashlib
import json
from functools import partial

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from mobile_bridge.files import FILES_PATH, SERVICE_WORKER, file_url
from server.core.access import Action
from server.web.assets import Assets
from server.web.connection import PageRequest
from server.web.headers import content_security_policy
from server.web.layout import TEMPLATES, render, web_of

APP_PATH = "/app"
TEMPLATE = "mobile_bridge/shell.html"


def create_shell_routes(files: Assets) -> list[HTTPRouteHandler]:
    """`/app` and its service worker."""
    template_digest = hashlib.sha256((TEMPLATES / TEMPLATE).read_bytes()).hexdigest()
    worker = (files.folder / files.names[SERVICE_WORKER]).read_text()

    @get(APP_PATH, opt={"action": Action.PUBLIC})
    async def app_shell(request: PageRequest) -> Response[str]:
        """The shell holds nothing of anyone, so that the phone may keep it; the app itself asks to sign in."""
        response = render(request, TEMPLATE, file=partial(file_url, files))
        # hash-wasm computes the digest of files that are too large to be held in memory.
        response.headers["Content-Security-Policy"] = content_security_policy(may_compile_wasm=True)
        return response

    @get(APP_PATH + "/service-worker.js", opt={"action": Action.PUBLIC})
    async def service_worker(request: PageRequest) -> Response[str]:
        """Its first line names the shell's parts: when one of them changes, browsers see a new worker."""
        styles = web_of(request).assets.url("main.css")
        kept = {"version": template_digest[:16], "page": APP_PATH, "files": FILES_PATH, "styles": styles}
        headers = {"Service-Worker-Allowed": APP_PATH, "Cache-Control": "no-cache"}
        return Response(
            f"self.SHELL={json.dumps(kept)};\n{worker}",
            media_type="text/javascript; charset=utf-8",
            headers=headers,
        )

    return [app_shell, service_worker]
