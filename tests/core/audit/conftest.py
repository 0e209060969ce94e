"""A platform whose trail is protected by its triggers, and its clock."""

from typing import cast

import pytest

from server.core.platform import Platform
from tests.support.platforms import FakeClock


@pytest.fixture
async def trail(platform: Platform) -> Platform:
    """On each database, append-only as migrations make it."""
    return platform


@pytest.fixture
async def sqlite_trail(sqlite_platform: Platform) -> Platform:
    return sqlite_platform


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> FakeClock:
    name = "trail" if "trail" in request.fixturenames else "sqlite_trail"
    return cast("FakeClock", request.getfixturevalue(name).clock)
