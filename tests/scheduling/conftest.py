"""A clinic whose far-away reader can be booked, made anew for each test and each database."""

import pytest

from server.core.platform import Platform
from tests.scheduling.diary import Practising, begin_practice
from tests.support.clinics import make_clinic
from tests.support.platforms import FakeClock


@pytest.fixture
async def practising(platform: Platform) -> Practising:
    return await begin_practice(await make_clinic())


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    assert isinstance(platform.clock, FakeClock)
    return platform.clock
