"""The first page after signing in: where each role's work begins."""

from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect

from server.core.access import Action, Actor, Role
from server.web.layout import render

FIRST_PAGE = {
    Role.SPECIALIST: "/queue",
    Role.COORDINATOR: "/deadlines",
    Role.CLINIC_WORKER: "/patients",
    Role.ADMINISTRATOR: "/admin",
    Role.AUDITOR: "/audit",
    Role.PATIENT: "/cases",
}


@get("/", opt={"action": Action.PUBLIC})
async def home_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Signed in, one's own first page; signed out, or as a kiosk, what Careferry is and where to sign in."""
    actor: Actor | None = request.scope.get("actor")  # pyright: ignore[reportAssignmentType]  # Litestar's scope is open
    roles = actor.roles if actor else frozenset[Role]()
    first = next((path for role, path in FIRST_PAGE.items() if role in roles), None)
    return Redirect(first, status_code=303) if first else render(request, "desks/welcome.html")
