"""One organisation on a fresh platform, identity's application over it, and a person's browser."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
from litestar import Litestar

from server.core.platform import Platform
from server.identity.schemas import OrganisationCard
from tests.identity.application import create_identity_app
from tests.identity.browser import Browser, open_browser
from tests.support.people import make_organisation
from tests.support.platforms import FakeClock


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """SQLite, and PostgreSQL too for modules that say so: those where the database's own doing is what is tested."""
    if "platform" in metafunc.fixturenames:
        metafunc.parametrize("platform", getattr(metafunc.module, "DATABASES", ("sqlite",)), indirect=True)


@pytest.fixture
async def place(platform: Platform) -> OrganisationCard:
    return await make_organisation()


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    return cast("FakeClock", platform.clock)


@pytest.fixture
def app(platform: Platform) -> Litestar:
    return create_identity_app(platform)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Browser]:
    async with open_browser(app) as opened:
        yield opened
