"""The routes of the phone's app; everything it sends goes through those of intake and cases."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from mobile_bridge.files import create_files_route, load_files
from mobile_bridge.home import AskedPhotos, Home, asked_photos, home_of
from mobile_bridge.plain import pages as plain
from mobile_bridge.shell import create_shell_routes
from server.core.access import Action, Actor
from server.settings import Settings
from server.web.connection import PageRequest
from server.web.layout import web_of


@get("/api/app/home", opt={"action": Action.CASE_SUBMIT})
async def read_home(request: PageRequest, actor: NamedDependency[Actor]) -> Home:
    return await home_of(actor, web_of(request).csrf.token(request))


@get("/api/app/cases/{case_id:uuid}/asked", opt={"action": Action.CASE_SUBMIT})
async def read_asked(actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> AskedPhotos:
    return await asked_photos(actor, case_id)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    """AssetMissing where the browser code was not built."""
    files = load_files()
    return [*create_shell_routes(files), create_files_route(files), read_home, read_asked, *plain.handlers()]
