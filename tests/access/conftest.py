"""One world for all the questions: each is asked in a transaction that is rolled back."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from litestar import Litestar

from server.core.platform import Platform, bind_platform
from tests.access.asking import Asker
from tests.access.world import World, make_world
from tests.support.applications import application
from tests.support.platforms import Templates, platform_on
from tests.support.requirements import require_server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def demo_platform(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, templates: Templates
) -> AsyncIterator[Platform]:
    """In the mode that has every route; on PostgreSQL the policies answer too."""
    if request.param == "postgresql":
        require_server("postgresql")
    async with platform_on(request.param, tmp_path_factory.mktemp("access"), templates) as opened:
        settings = msgspec.structs.replace(opened.settings, mode="demo")
        demo = msgspec.structs.replace(opened, settings=settings)
        bind_platform(demo)
        yield demo


@pytest.fixture(scope="module")
async def world(demo_platform: Platform) -> World:
    return await make_world()


@pytest.fixture(scope="module")
def app(demo_platform: Platform) -> Litestar:
    return application(demo_platform)


@pytest.fixture(scope="module")
async def asker(app: Litestar, world: World) -> Asker:
    asker = Asker(app)
    await asker.sign_in_all(world)
    return asker
