"""Words and ways around identity's pages: a refusal as one sentence, and where sign-in leads back to."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from litestar import Response

from server.core.faults import Fault, SignInRequired
from server.identity.authentication import session_of
from server.identity.cookies import keep_session
from server.identity.faults import FreshSignInRequired, SecondFactorRequired
from server.identity.schemas import NewSession
from server.identity.tables import Stage
from server.web.connection import PageRequest, prefers_html
from server.web.layout import gettext_for, see_other, web_of
from server.web.pages import own_path

SIGN_IN = "/sign-in"
STEP_UP = "/step-up"
HOME = "/"


def told(request: PageRequest, fault: Fault) -> str:
    """A refusal as it stands above a form: what happened, and what to do."""
    _ = gettext_for(request)
    what = fault.told(_) or _(fault.title)
    return f"{what.rstrip('.')}. {_(fault.next_step)}".strip()


def with_back(path: str, back: str) -> str:
    """`path` that remembers where to go afterwards."""
    return f"{path}?{urlencode({'back': back})}" if back != HOME else path


def back_of(wanted: str) -> str:
    """Where to go after signing in: a page of ours, and not a page of signing in."""
    path = own_path(wanted)
    return HOME if path.startswith((SIGN_IN, STEP_UP, "/sign-out")) else path


def signed_in(request: PageRequest, session: NewSession, path: str, flash: str = "") -> Response[Any]:
    """Go to `path` with the new session."""
    response = see_other(request, path, flash=flash)
    keep_session(response, session)
    return response


def language_options(request: PageRequest) -> list[tuple[str, str]]:
    """The languages there are, each by its own name."""
    web = web_of(request)
    name_of = cast("Callable[[str], str]", cast("Any", web.environment.globals["language_name"]))
    return [(code, name_of(code)) for code in web.catalogues.languages]


def lead_to_proof(request: PageRequest, fault: Fault) -> Response[Any] | None:
    """For the application's handler of faults: the page where a person proves who they are, and the way back.

    None for every other fault, and for clients that want no page.
    """
    if not prefers_html(request) or request.headers.get("hx-request"):
        return None
    if isinstance(fault, SecondFactorRequired):
        return see_other(request, with_back(STEP_UP, back_of(_page_of(request))))
    if isinstance(fault, FreshSignInRequired):
        return see_other(request, with_back("/sign-in/code", back_of(_page_of(request))), flash=told(request, fault))
    if isinstance(fault, SignInRequired):
        return _lead_to_sign_in(request, fault)
    return None


def _lead_to_sign_in(request: PageRequest, fault: SignInRequired) -> Response[Any]:
    """Whoever has begun to enrol goes on with that."""
    session = session_of(request)
    if session is not None and session.stage is Stage.ENROLLING:
        return see_other(request, "/enrol")
    is_plain = type(fault) is SignInRequired and not fault.detail
    flash = "" if is_plain else told(request, fault)
    return see_other(request, with_back(SIGN_IN, back_of(_page_of(request))), flash=flash, kind="info")


def _page_of(request: PageRequest) -> str:
    """The page the person is on: the one they asked for, or the one whose form they sent."""
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return request.url.path + query
    address = urlsplit(request.headers.get("referer", ""))
    is_ours = address.netloc == request.headers.get("host", "")
    return (address.path + (f"?{address.query}" if address.query else "")) if is_ours and address.path else HOME
