"""A small application of identity's handlers around the web package, as server.app wires them."""

from typing import Any

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency, Provide

from server.core.access import Action, Actor, permits
from server.core.access.guard import check_every_route, require_action
from server.core.faults import Fault
from server.identity import service
from server.identity.authentication import AuthenticationMiddleware
from server.identity.cookies import is_secure, session_cookie_name
from server.identity.handlers import EXCEPTION_HANDLERS, NAVIGATION, handlers
from server.settings import Settings
from server.web.connection import PageRequest, actor_of
from server.web.fault_answers import answer_fault
from server.web.layout import see_other
from server.web.plugin import WebConfig, WebPlugin

SIGN = "/cases/1/sign"


@get("/", opt={"action": Action.PUBLIC})
async def first_page(request: PageRequest) -> Response[str]:
    return Response("first page", media_type="text/html")


@get("/queue", opt={"action": Action.QUEUE_READ})
async def queue_page() -> str:
    return "the queue"


@post(SIGN, opt={"action": Action.ANSWER_SIGN}, status_code=303)
async def sign(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """As the reports slice signs an answer."""
    service.require_recent_second_factor(actor)
    return see_other(request, "/signed")


def provide_actor(request: PageRequest) -> Actor | None:
    return actor_of(request)


def create_identity_app(settings: Settings) -> Litestar:
    config = WebConfig(
        web_key=bytes(32),
        session_cookie=session_cookie_name(settings),
        may=permits,
        navigation=NAVIGATION,
        is_secure=is_secure(settings),
        is_demo=settings.is_demo,
    )
    app = Litestar(
        [first_page, queue_page, sign, *handlers(settings)],
        plugins=[WebPlugin(config)],
        middleware=[AuthenticationMiddleware()],
        guards=[require_action],
        dependencies={"actor": Provide(provide_actor, sync_to_thread=False)},
        exception_handlers={Fault: answer_fault, **EXCEPTION_HANDLERS},
        openapi_config=None,
        logging_config=None,
    )
    check_every_route(app)
    return app
