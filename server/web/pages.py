"""The pages of the layout itself: choosing a language."""

from litestar import Response, post
from litestar.datastructures import Cookie

from server.core.access import Action
from server.core.faults import BadInput
from server.web.catalogue import COOKIE, COOKIE_AGE_S
from server.web.connection import PageRequest
from server.web.form_data import read_form_data
from server.web.layout import see_other, web_of


@post("/language", opt={"action": Action.PUBLIC}, include_in_schema=False)
async def choose_language(request: PageRequest) -> Response[None]:
    """Remembers the reader's choice and leads back to the page they were on."""
    web, data = web_of(request), await read_form_data(request)
    language = data.text("language")
    if language not in web.catalogues.languages:
        raise BadInput("There is no such language here.")
    response = see_other(request, own_path(data.text("back")))
    response.set_cookie(
        Cookie(
            key=COOKIE,
            value=language,
            max_age=COOKIE_AGE_S,
            secure=web.is_secure,
            httponly=True,
            samesite="lax",
        )
    )
    return response


def own_path(wanted: str) -> str:
    """A path on this site and nothing else: `//host` and `/\\host` lead away."""
    leads_away = not wanted.startswith("/") or wanted[1:2] in ("/", "\\")
    return "/" if leads_away or any(character < " " for character in wanted) else wanted
