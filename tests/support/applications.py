"""One application for all tests with the same settings: making one takes a second, and none holds its platform."""

from collections.abc import Callable

from litestar import Litestar

from server.app import create_app
from server.core.platform import Platform
from server.settings import Settings, Web

_MADE: dict[tuple[Callable[[Settings], Litestar], str, Web], Litestar] = {}


def application(platform: Platform, create: Callable[[Settings], Litestar] = create_app) -> Litestar:
    """Over the bound platform, whichever that is when a request comes; every test's keys are the same."""
    settings = platform.settings
    made_with = (create, settings.mode, settings.web)
    if made_with not in _MADE:
        _MADE[made_with] = create(settings)
    return _MADE[made_with]
