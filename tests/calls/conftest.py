"""A clinic with a far-away reader, made anew for each test and each database, and a server that its ends call."""

from collections.abc import AsyncIterator

import pytest

from server.core.platform import Platform
from tests.calls.ends import Exchange, exchange_on
from tests.support.clinics import Clinic, make_clinic
from tests.support.platforms import FakeClock


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    assert isinstance(platform.clock, FakeClock)
    return platform.clock


@pytest.fixture
async def exchange(platform: Platform) -> AsyncIterator[Exchange]:
    async with exchange_on(platform) as opened:
        yield opened
