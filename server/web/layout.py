"""Renders pages: the template environment, what every page is given, and redirects that say what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import MediaType, Response
from litestar.datastructures import Cookie

from server.core.access import Action
from server.core.clock import now
from server.core.ids import new_id
from server.web.assets import Assets
from server.web.catalogue import Catalogues
from server.web.connection import Connection, PageRequest, actor_of
from server.web.csrf import CsrfGuard
from server.web.flash import COOKIE as FLASH_COOKIE
from server.web.flash import DONE_KEY, Flash, FlashCookie, FlashKind
from server.web.flash import LIFETIME_S as FLASH_LIFETIME_S
from server.web.navigation import Navigation, current_href
from server.web.reader import Reader, zone_of

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Web:
    """Everything a page is made with; one for each application, at `app.state.web`."""

    environment: Environment
    catalogues: Catalogues
    assets: Assets
    navigation: Navigation
    csrf: CsrfGuard
    flash: FlashCookie
    is_demo: bool
    is_secure: bool


def web_of(connection: Connection) -> Web:
    return cast("Web", connection.app.state.web)


def reader_of(connection: Connection) -> Reader:
    web = web_of(connection)
    language = web.catalogues.negotiate(connection)
    return Reader(
        language,
        zone_of(connection),
        web.catalogues.translations[language],
        now(),
    )


def gettext_for(connection: Connection) -> Callable[[str], str]:
    """What handlers bind to `_`, the name that extraction looks for."""
    return reader_of(connection).text


def render(request: PageRequest, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    """An HTML page or fragment (`_name.html`). A waiting flash message is shown by the next whole page."""
    web = web_of(request)
    is_fragment = Path(template).name.startswith("_")
    flash = None if is_fragment else web.flash.read(request)
    values = _page_context(request, web, flash) | context
    for name, macros in (("forms", "layout/_forms.html"), ("ui", "layout/_ui.html")):
        values[name] = web.environment.get_template(macros).make_module(values)
    response = Response(
        web.environment.get_template(template).render(values),
        status_code=status,
        media_type=MediaType.HTML,
    )
    if flash is not None:
        response.delete_cookie(FLASH_COOKIE)
    return response


def see_other(request: PageRequest, path: str, *, flash: str = "", kind: FlashKind = "good") -> Response[None]:
    """303 to a path of ours after a form was carried out; the next page shows `flash`.

    The cookie also names the form's idempotency key, by which the browser forgets the draft it kept.
    """
    web = web_of(request)
    message = Flash(flash, kind, request.scope["state"].get(DONE_KEY, ""))
    cookie = Cookie(
        key=FLASH_COOKIE,
        value=web.flash.seal(message),
        max_age=FLASH_LIFETIME_S,
        httponly=True,
        secure=web.is_secure,
        samesite="lax",
    )
    return Response(None, status_code=303, headers={"Location": path}, cookies=[cookie])


def create_environment(folder: Path = TEMPLATES) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    callables = {
        "gettext": _gettext,
        "ngettext": _ngettext,
        "pgettext": _pgettext,
        "newstyle": True,
    }
    cast("dict[str, Any]", environment.globals)["language_name"] = _language_name
    cast("Any", environment).install_gettext_callables(**callables)
    return environment


def _page_context(request: PageRequest, web: Web, flash: Flash | None) -> dict[str, Any]:
    reader, actor, path = reader_of(request), actor_of(request), request.url.path
    entries = {place: web.navigation.visible_to(actor, place) for place in ("main", "account")}
    return {
        "actor": actor,
        "asset": web.assets.url,
        "csrf_token": web.csrf.token(request),
        "current_href": current_href(entries["main"] + entries["account"], path),
        "demo": web.is_demo,
        "flash": flash,
        "form_key": lambda: str(new_id()),
        "languages": web.catalogues.languages,
        "may_be_rung": actor is not None and web.navigation.may(actor, Action.CALL_JOIN),
        "navigation": entries,
        "path": path,
        **_reading_context(reader),
    }


def _reading_context(reader: Reader) -> dict[str, Any]:
    return {
        "reader": reader,
        "direction": reader.direction,
        "locale": reader.language,
        "zone": reader.zone.key,
        "at": reader.at,
        "day": reader.day,
        "ago": reader.ago,
        "until": reader.until,
        "place": reader.place,
        "spoken": reader.language_name,
    }


def _language_name(code: str) -> str:
    """A language's name in that language: `español`."""
    locale = Locale.parse(code, sep="-")
    return locale.get_display_name(locale) or code


@pass_context
def _gettext(context: Context, message: str) -> str:
    return cast("Reader", context["reader"]).translations.ugettext(message)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, count: int) -> str:
    return cast("Reader", context["reader"]).translations.ungettext(singular, plural, count)


@pass_context
def _pgettext(context: Context, meaning: str, message: str) -> str:
    return cast("Reader", context["reader"]).translations.upgettext(meaning, message)
