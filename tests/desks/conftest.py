"""The whole application over one platform."""

import pytest
from litestar import Litestar

from server.app import create_app
from server.core.platform import Platform


@pytest.fixture
def app(sqlite_platform: Platform) -> Litestar:
    return create_app(sqlite_platform)
