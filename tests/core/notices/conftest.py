"""The other sides of the channels, for one test each."""

from collections.abc import AsyncGenerator

import pytest

from tests.core.notices.far_ends import Gateway, MailServer


@pytest.fixture
async def mail_server() -> AsyncGenerator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def gateway() -> AsyncGenerator[Gateway]:
    opened = Gateway()
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture(params=["email", "sms"])
async def end(request: pytest.FixtureRequest) -> AsyncGenerator[MailServer | Gateway]:
    """Each far end in turn."""
    opened = MailServer() if request.param == "email" else Gateway()
    await opened.start()
    yield opened
    await opened.stop()
