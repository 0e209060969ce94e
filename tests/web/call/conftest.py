"""A hub and a browser for calls."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.call_browsers import call_browser
from tests.support.call_hub import Hub, open_hub


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with open_hub() as opened:
        yield opened


@pytest.fixture(scope="package")
async def shared_browser() -> AsyncIterator[Browser]:
    async with call_browser() as opened:
        yield opened


@pytest.fixture
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """Nobody of the test before is still in a call."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()
