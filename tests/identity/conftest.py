"""One organisation on a fresh platform, identity's application over it, and a person's browser."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from litestar import Litestar

from server.core.platform import Platform
from server.identity.schemas import OrganisationCard
from tests.identity.application import create_identity_app
from tests.identity.browser import Browser, open_browser
from tests.support.applications import application
from tests.support.people import make_organisation
from tests.support.platforms import DatabaseKind, FakeClock, Templates, platform_on
from tests.support.requirements import require_server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """SQLite, and PostgreSQL too for modules that say so: those where the database's own doing is what is tested."""
    if "platform" in metafunc.fixturenames:
        kinds: Sequence[DatabaseKind] = vars(metafunc.module).get("DATABASES", ("sqlite",))
        metafunc.parametrize("platform", kinds, indirect=True)


@pytest.fixture
async def platform(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    """A bound platform on the databases that `pytest_generate_tests` named."""
    if request.param == "postgresql":
        require_server("postgresql")
    async with platform_on(request.param, tmp_path, templates, is_lent=True) as opened:
        yield opened


@pytest.fixture
async def place(platform: Platform) -> OrganisationCard:
    return await make_organisation()


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    return cast("FakeClock", platform.clock)


@pytest.fixture
def app(platform: Platform) -> Litestar:
    return application(platform, create_identity_app)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Browser]:
    async with open_browser(app) as opened:
        yield opened
