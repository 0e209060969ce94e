"""Identity's cookies: bound to the host, out of reach of scripts, sent over HTTPS wherever the site is."""

from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

from server.core.platform import platform
from server.identity.schemas import Asked, NewSession
from server.settings import Settings
from server.web.connection import Connection

ASKED_LASTS_S = 600


class AskedHere(msgspec.Struct, frozen=True, kw_only=True):
    """What the asking browser holds: the token of its request, and the number to show."""

    token: str
    number: str


def is_secure(settings: Settings) -> bool:
    """Whether the site is served over HTTPS; without it (demo, loopback) no browser keeps a Secure cookie."""
    return settings.web.public_url.startswith("https://")


def session_cookie_name(settings: Settings) -> str:
    """With `__Host-` a browser refuses the cookie from any other host, subdomains included (RFC 6265bis, 4.1.3.2)."""
    return _name("careferry", settings)


def asked_cookie_name(settings: Settings) -> str:
    return _name("careferry-asked", settings)


def keep_session(response: Response[Any], session: NewSession) -> None:
    """SameSite=Lax, not Strict: a link in an e-mail has to find its reader signed in."""
    settings = platform().settings
    response.set_cookie(_cookie(session_cookie_name(settings), session.token, session.lasts_s, settings))


def forget_session(response: Response[Any]) -> None:
    settings = platform().settings
    response.set_cookie(_cookie(session_cookie_name(settings), "", 0, settings))


def keep_asked(response: Response[Any], asked: Asked) -> None:
    """What ties a code to the browser that asked for it."""
    settings = platform().settings
    response.set_cookie(
        _cookie(asked_cookie_name(settings), f"{asked.token}.{asked.number or ''}", ASKED_LASTS_S, settings)
    )


def asked_of(connection: Connection) -> AskedHere:
    """What this browser asked for last; empty if it did not."""
    token, _, number = connection.cookies.get(asked_cookie_name(platform().settings), "").partition(".")
    return AskedHere(token=token, number=number if number.isdecimal() else "")


def _cookie(name: str, value: str, lasts_s: int, settings: Settings) -> Cookie:
    return Cookie(
        key=name, value=value, max_age=lasts_s, path="/", httponly=True, samesite="lax", secure=is_secure(settings)
    )


def _name(name: str, settings: Settings) -> str:
    return f"__Host-{name}" if is_secure(settings) else name
