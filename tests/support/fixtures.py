"""Fixtures every suite may use: a platform per database kind, and an organisation's system actor."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from server.core.access import Actor, system_actor
from server.core.platform import Platform
from tests.support.platforms import Templates, platform_on
from tests.support.requirements import require_server


@pytest.fixture(scope="session")
async def templates(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    await made.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def platform(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    """A bound platform, once on each database."""
    if request.param == "postgresql":
        require_server("postgresql")
    async with platform_on(request.param, tmp_path, templates, is_lent=True) as opened:
        yield opened


@pytest.fixture
async def sqlite_platform(tmp_path: Path, templates: Templates) -> AsyncIterator[Platform]:
    """A bound platform on SQLite only, where the database makes no difference."""
    async with platform_on("sqlite", tmp_path, templates) as opened:
        yield opened


@pytest.fixture
def system() -> Actor:
    """The platform acting for a new organisation."""
    return system_actor(uuid4())
