"""A small application around the web package: pages with every component, a form, a fault, an event stream."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from litestar.types import ASGIApp, Receive, Scope, Send
from PIL import Image, ImageDraw

from server.core.access import Action, Actor, ActorKind, Role, permits
from server.core.clock import bind_clock
from server.core.faults import Conflict, Fault
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.csrf import require_same_origin
from server.web.fault_pages import fault_page
from server.web.forms import blank_form, read_form
from server.web.layout import render, see_other, web_of
from server.web.navigation import NavEntry
from server.web.plugin import WebConfig, WebPlugin

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
ORIGIN = "http://testserver.local"
SPECIALIST = Actor(
    actor_id=UUID(int=7),
    kind=ActorKind.PERSON,
    organisation_id=UUID(int=1),
    roles=frozenset({Role.SPECIALIST}),
)
NAVIGATION = (
    NavEntry(N_("Queue"), "/", Action.QUEUE_READ),
    NavEntry("People", "/people", Action.PEOPLE_MANAGE),
    NavEntry("My answers", "/answers", Action.ANSWER_READ),
    NavEntry("My sign-ins", "/sessions", Action.SELF, place="account"),
    NavEntry("Sign out", "/sign-out", Action.SELF, place="account", method="post"),
    NavEntry("Sign in", "/sign-in", Action.PUBLIC, place="account", is_for_guests=True),
)

REQUEST_ID = "dddddddd-dddd-7ddd-addd-dddddddddddd"
"""As wide as one can be."""


class FixedClock:
    def now(self) -> datetime:
        return NOW


class Story(msgspec.Struct):
    """Every kind of field that a form can have."""

    name: Annotated[str, msgspec.Meta(min_length=2, max_length=60)]
    age: Annotated[int, msgspec.Meta(ge=0, le=130)]
    site: Literal["arm", "leg", "trunk"]
    side: Literal["left", "right", "both"]
    story: Annotated[str, msgspec.Meta(max_length=2000, extra={"message": N_("Tell us what happened.")})]
    agree: Annotated[bool, msgspec.Meta(extra={"pledge": True})]
    signs: list[Literal["itch", "pain", "bleeding"]] = []
    since: date | None = None
    secret: Annotated[str, msgspec.Meta(extra={"verbatim": True})] = ""

    def __post_init__(self) -> None:
        if self.side == "both" and self.site == "trunk":
            raise ValueError("The trunk has no two sides.")


@dataclass
class Sample:
    """What the handlers saw, and the switch of the event stream."""

    stories: list[Story] = field(default_factory=list[Story])
    keys: list[str] = field(default_factory=list[str])
    drafts: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    is_link_down: bool = False
    visits: int = 0
    withdrawn: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class SignInByCookie(ASGIMiddleware):
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        signed_in = Request[Any, Any, Any](scope).cookies.get("session")  # pyright: ignore[reportArgumentType]
        scope["actor"] = SPECIALIST if signed_in else None  # pyright: ignore[reportGeneralTypeIssues]
        await next_app(scope, receive, send)


@get("/")
async def guide(request: PageRequest) -> Response[str]:
    return render(request, "web/styleguide.html", form=blank_form({"name": "Ana"}), **guide_values())


@get("/narrow")
async def narrow(request: PageRequest) -> Response[str]:
    raise Conflict("Dr. Okafor took this case a minute ago.")


@post("/styleguide")
async def send_story(request: PageRequest) -> Response[Any]:
    form = await read_form(request, Story)
    if form.value is None:
        return render(request, "web/styleguide.html", status=422, form=form, **guide_values())
    sample_of(request).stories.append(form.value)
    sample_of(request).keys.append(form.key)
    return see_other(request, "/", flash="Case sent.")


@post("/drafts/styleguide")
async def keep_draft(request: PageRequest) -> Response[Any]:
    sample = sample_of(request)
    if sample.is_link_down:
        return Response(None, status_code=503)
    sample.drafts.append({name: str(value) for name, value in (await request.form()).items()})
    return Response({"version": len(sample.drafts)}, status_code=200)


@post("/withdraw")
async def withdraw(request: PageRequest) -> Response[Any]:
    sample_of(request).withdrawn += 1
    return see_other(request, "/", flash="Withdrawn.")


@get("/live")
async def live_part(request: PageRequest) -> Response[str]:
    sample_of(request).visits += 1
    words = f"visit {sample_of(request).visits}"
    return Response(
        f'<p data-announcement>{words}</p><p><label for="filter">Filter</label><input id="filter"></p>',
        media_type="text/html",
    )


@get("/events")
async def events(request: PageRequest) -> ServerSentEvent:
    require_same_origin(request, web_of(request).csrf)
    sample = sample_of(request)

    async def changes() -> AsyncIterator[dict[str, str]]:
        while True:
            await sample.changed.wait()
            sample.changed.clear()
            yield {"event": "changed", "data": "queue"}

    return ServerSentEvent(changes())


@get("/tiles/{place:path}")
async def tile(place: FromPath[str]) -> Response[bytes]:
    shade = sum(map(ord, place)) % 60
    image = Image.new("RGB", (512, 512), (205 - shade, 160 - shade, 135 - shade))
    ImageDraw.Draw(image).ellipse((160, 160, 340, 330), fill=(110, 60, 50))
    data = BytesIO()
    image.save(data, "JPEG")
    return Response(data.getvalue(), media_type="image/jpeg", headers={"Cache-Control": "private"})


def sample_of(request: PageRequest) -> Sample:
    return request.app.state.sample


def guide_values() -> dict[str, Any]:
    tiles = "/tiles/{level}/{x}_{y}.jpg"
    size = {"width": 2000, "height": 1500, "tileSize": 512}
    views = ("Far", "Medium with a landmark", "Close-up straight", "Oblique")
    return {
        "moments": {
            "asked": NOW - timedelta(hours=3, minutes=12),
            "due": NOW + timedelta(hours=1, minutes=50),
            "missed": NOW - timedelta(minutes=40),
            "born": date(1972, 2, 29),
        },
        "rows": [
            ("Rash, spreading", "Left forearm", "danger", "Late", 4, NOW - timedelta(minutes=40)),
            ("Mole that changed", "Upper back, right", "warning", "Due soon", 6, NOW + timedelta(minutes=35)),
            ("Wound after a burn", "Right shin", "active", "In review", 3, NOW + timedelta(hours=5)),
            ("Itching scalp", "Scalp", "waiting", "Photo asked for", 2, NOW + timedelta(days=2, hours=3)),
        ],
        "pictures": [
            {"src": f"/tiles/{view}", "preview": f"/tiles/{view}", "label": view, "tiles": tiles, **size}
            for view in views
        ],
    }


def show_fault(request: PageRequest, fault: Fault) -> Response[str]:
    return fault_page(request, fault, request_id=REQUEST_ID)


def create_sample_app(**config: Any) -> Litestar:
    defaults: dict[str, Any] = {
        "web_key": bytes(32),
        "session_cookie": "session",
        "may": permits,
        "navigation": NAVIGATION,
        "is_secure": False,
    }
    bind_clock(FixedClock())
    app = Litestar(
        [guide, narrow, send_story, keep_draft, withdraw, live_part, events, tile],
        plugins=[WebPlugin(WebConfig(**defaults | config))],
        middleware=[SignInByCookie()],
        exception_handlers={Fault: show_fault},
        openapi_config=None,
        logging_config=None,
    )
    app.state.sample = Sample()
    return app
