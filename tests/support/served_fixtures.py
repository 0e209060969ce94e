"""A clinic, the real application served over its platform, and one Chromium for each process of the tests."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from server.core.platform import Platform
from tests.support.applications import application
from tests.support.clinics import Clinic, make_clinic
from tests.support.requirements import require_server
from tests.web.served import open_browser, serve


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    require_server("chromium")
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def clinic(sqlite_platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
async def address(sqlite_platform: Platform) -> AsyncIterator[str]:
    async with serve(application(sqlite_platform)) as served:
        yield served
