"""Adds the web package to an application: pages' state, middlewares, headers, files."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from litestar.config.app import AppConfig
from litestar.plugins import InitPlugin

from server.web.assets import FOLDER, load_assets
from server.web.catalogue import load_catalogues
from server.web.compression import CompressionMiddleware
from server.web.csrf import CsrfGuard, CsrfMiddleware
from server.web.flash import FlashCookie
from server.web.headers import security_headers
from server.web.keys import derive_key
from server.web.layout import Web, create_environment
from server.web.navigation import May, NavEntry, Navigation
from server.web.pages import choose_language
from server.web.static_files import create_static_route


@dataclass(frozen=True, kw_only=True)
class WebConfig:
    """`web_key` is at least 32 secret bytes, the same in every web process.

    `session_cookie` is the name of identity's cookie, to whose value CSRF tokens are bound. `origins` are the
    public origins (`https://care.example`) that a proxy may hide behind another Host. `may` answers whether an
    actor's roles allow an action.
    """

    web_key: bytes
    session_cookie: str
    may: May
    navigation: Iterable[NavEntry] = ()
    origins: frozenset[str] = frozenset()
    is_secure: bool = True
    is_demo: bool = False
    static_folder: Path = FOLDER


class WebPlugin(InitPlugin):
    """Its middlewares come before the application's own, so a forged request reaches no session code."""

    def __init__(self, config: WebConfig) -> None:
        self.web = create_web(config)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        web = self.web
        app_config.state["web"] = web
        app_config.before_send.append(security_headers(is_secure=web.is_secure))
        app_config.middleware[:0] = [CompressionMiddleware(), CsrfMiddleware(web.csrf)]
        app_config.route_handlers.extend([create_static_route(web.assets), choose_language])
        return app_config


def create_web(config: WebConfig) -> Web:
    return Web(
        environment=create_environment(),
        catalogues=load_catalogues(),
        assets=load_assets(config.static_folder),
        navigation=Navigation(tuple(config.navigation), config.may),
        csrf=CsrfGuard(derive_key(config.web_key, "csrf"), config.session_cookie, config.origins),
        flash=FlashCookie(derive_key(config.web_key, "flash")),
        is_demo=config.is_demo,
        is_secure=config.is_secure,
    )
