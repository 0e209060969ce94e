"""The whole application over one platform."""

import pytest
from litestar import Litestar

from server.core.platform import Platform
from tests.support.applications import application


@pytest.fixture
def app(sqlite_platform: Platform) -> Litestar:
    return application(sqlite_platform)
