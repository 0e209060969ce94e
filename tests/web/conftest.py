"""The sample application, asked in this process and served to a browser."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.async_api import Browser, BrowserContext, Page

from tests.web.sample_app import Sample, create_sample_app
from tests.web.served import serve


@pytest.fixture
def app() -> Litestar:
    return create_sample_app()


@pytest.fixture
def sample(app: Litestar) -> Sample:
    return app.state.sample


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def story() -> dict[str, str | list[str]]:
    """A form filled as it should be."""
    return {
        "_key": str(uuid4()),
        "name": "Ana",
        "age": "54",
        "site": "arm",
        "side": "left",
        "story": "It began in\r\nJune.",
        "agree": "true",
        "signs": ["itch", "pain"],
    }


@pytest.fixture
async def address(app: Litestar) -> AsyncIterator[str]:
    async with serve(app) as url:
        yield url


@pytest.fixture
async def context(browser: Browser, address: str) -> AsyncIterator[BrowserContext]:
    """A signed-in browser in Madrid."""
    opened = await browser.new_context(base_url=address, timezone_id="Europe/Madrid", locale="en-GB")
    opened.set_default_timeout(10_000)
    await opened.add_cookies([{"name": "session", "value": "s3cret", "url": address}])
    yield opened
    await opened.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page that may log no error and break no policy."""
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    await opened.unroute_all()
    assert [error for error in errors if "Failed to load resource" not in error] == []
