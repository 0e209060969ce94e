"""The whole application over one platform."""

import pytest
from litestar import Litestar

from server.app import create_app
from server.core.platform import Platform
from tests.support.clinics import Clinic, make_clinic


@pytest.fixture
async def clinic(sqlite_platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
def app(sqlite_platform: Platform) -> Litestar:
    return create_app(sqlite_platform)
